// The model of the stream against what lesson 4's programs really did, read by read.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import {
  PRESETS,
  Performance,
  Stream,
  decode,
  preset,
} from "../../figures/stream-model.js";
import { commandOutput, cutCharacter, encode } from "../../figures/stream-text.js";

const DEMO = resolve(import.meta.dirname, "../../../lessons/04-sticky-packets/demo");

// The lines of a recorded scene: { side, sign, text }.
function transcript(scene) {
  const name = readdirSync(DEMO).find((name) => name.startsWith(scene) && name.endsWith("script"));
  const lines = readFileSync(join(DEMO, name), "utf8").split("\n");
  const pattern = /^(client|server|buffers) +([$>|!…]) ?(.*)$/u;
  return lines.flatMap((line) => {
    const found = pattern.exec(line);
    return found ? [{ side: found[1], sign: found[2], text: found[3] }] : [];
  });
}

// What a shell, or the command itself, would make something else of.
const REFUSED = [
  "rm -r .",
  "echo $HOME",
  "seq 1",
  "yes",
  "seq 1 9000",
  "echo a  b",
  "echo  a",
  "echo a\tb",
  "echo -n hi",
  "echo ~",
  "echo (a)",
  "echo a # b",
  "echo {a,b}",
  "echo [a]",
  "printf",
  "printf a b",
  "printf -a",
  "yes $HOME | head -n 2",
  "yes ~ | head -n 2",
  "yes -n | head -n 2",
  "yes a  b | head -n 2",
  "yes  | head -n 2",
];

function finish(options) {
  const performance = new Performance(options);
  for (let event; (event = performance.next()); );
  return performance;
}

// What the client printed after each command: lines, with a number where lines were left out.
function answers(lines) {
  const found = [];
  for (const { side, sign, text } of lines) {
    if (side !== "client") continue;
    if (sign === ">") found.push({ command: text, printed: [] });
    if (sign === "|") found.at(-1).printed.push(text);
    if (sign === "…") found.at(-1).printed.push(Number(/\d+/.exec(text)[0]));
  }
  return found;
}

// What a read prints is what was printed: each line, and as many as were left out.
function assertPrinted(text, printed) {
  const lines = text.replace(/\n$/, "").split("\n");
  for (const entry of printed) {
    if (typeof entry === "number") lines.splice(0, entry);
    else assert.equal(lines.shift(), entry);
  }
  assert.deepEqual(lines, []);
}

for (const [scene, name] of [["1", "long-answer"], ["3", "cut-character"]]) {
  test(`scene ${scene}, read by read`, () => {
    const recorded = answers(transcript(scene));
    assert.ok(recorded.length >= 2);
    const commands = recorded.map(({ command }) => `$ ${command}`).join("\n");
    // The preset is the scene.
    assert.equal(preset(name).messages, commands);

    const { reads } = finish(preset(name));

    assert.equal(reads.length, recorded.length);
    recorded.forEach(({ printed }, index) => {
      assertPrinted(decode(reads[index].bytes, "utf-8"), printed);
    });
  });
}

test("scene 2, read by read", () => {
  const lines = transcript("2").filter(({ side }) => side === "server");
  const bursts = [];
  for (const { text } of lines) {
    const received = /^received (\d+) bytes: (".*")$/.exec(text);
    if (/^client \S+$/.test(text)) bursts.push([]);
    if (received) bursts.at(-1).push([Number(received[1]), JSON.parse(received[2])]);
    if (/gone: /.test(text)) bursts.at(-1).push(text.split("gone: ")[1]);
  }
  assert.equal(bursts.length, 2);

  const words = transcript("2").filter(({ text }) => /burst-client/.test(text));
  words.forEach(({ text }, index) => {
    const given = text.split(" ").slice(2);
    const messages = (given.length > 0 ? given : ["hello", "world"]).join("\n");
    const { reads } = finish({ ...preset("hello-world"), messages });
    const seen = reads.map(({ bytes, end }) => end ?? [bytes.length, decode(bytes, "utf-8")]);
    assert.deepEqual(seen, bursts[index]);
  });
});

test("scene 5: what closing sends, and what it drops", () => {
  const printed = transcript("5").map(({ text }) => text).join("\n");
  const sent = Number(/sent (\d+) bytes and closed at once; \1 arrived/.exec(printed)[1]);
  const orderly = new Stream({ capacity: sent });
  orderly.write(new Uint8Array(sent));
  orderly.close();
  orderly.carry();
  assert.equal(orderly.read(sent).bytes.length, sent);
  assert.equal(orderly.read(1).end, "peer-closed");

  const unread = Number(/closed with (\d+) bytes unread/.exec(printed)[1]);
  assert.match(printed, /Connection reset by peer/);
  const early = new Stream({ unread });
  early.close();
  assert.equal(early.read(5).end, "peer-reset");
});

test("the long answer names what it is", () => {
  const { reads } = finish(preset("long-answer"));
  assert.deepEqual(reads.map(({ bytes }) => bytes.length), [3, 1024, 1024, 1024]);
  const ids = reads.map(({ remarks }) => remarks.map(([id]) => id));
  assert.deepEqual(ids[0], []);
  for (const later of ids.slice(2)) assert.ok(later.includes("leftover-bytes"));
});

test("after the long answer, further reads bring the rest and then wait", () => {
  const performance = finish(preset("long-answer"));
  assert.equal(performance.read().read.bytes.length, 3507 - 3 * 1024 + 6);
  assert.equal(performance.read().kind, "wait");
});

test("two writes, one read, and the end", () => {
  const { reads } = finish(preset("hello-world"));
  assert.deepEqual(reads[0].remarks.map(([id]) => id), ["coalesced-messages"]);
  assert.equal(reads[1].end, "peer-closed");
});

test("one byte at a time: as many reads as bytes, and the end", () => {
  const { reads } = finish(preset("byte-by-byte"));
  assert.deepEqual(reads.map(({ bytes }) => bytes.length), [...Array(10).fill(1), 0]);
  assert.equal(reads[0].remarks[0][0], "short-read");
  assert.deepEqual(reads[4].remarks, []);
});

test("a close with bytes unread: what arrived survives, what was unsent is lost", () => {
  const { reads, stream } = finish(preset("unread-close"));
  assert.equal(decode(reads[0].bytes, "utf-8"), "This half comes,");
  assert.equal(reads[1].end, "peer-reset");
  assert.equal(stream.lost, 16);

  // With the usual buffers all of it has arrived before.
  const whole = finish({ ...preset("unread-close"), capacity: 65536 });
  assert.equal(whole.reads[0].bytes.length, 32);
  assert.equal(whole.reads[1].end, "peer-reset");
});

test("a character of GBK is cut, too, and becomes a wrong one", () => {
  const { reads } = finish(preset("cut-character-gbk"));
  assert.deepEqual([...reads[0].bytes], [0xc4, 0xe3, 0xba]);
  assert.ok(reads[0].remarks.some(([id]) => id === "split-character"));
  const text = decode(reads[1].bytes, "gbk");
  assert.ok(!text.includes("好") && /\p{Script=Han}/u.test(text), text);
});

test("full buffers hold the writer up, and nothing is lost", () => {
  const messages = "x".repeat(100);
  const performance = new Performance({ ...preset("hello-world"), messages, capacity: 16 });
  const kinds = [];
  for (let event; (event = performance.next()); ) {
    kinds.push(event.kind);
    assert.ok(performance.stream.sendBuffer.length <= 16);
    assert.ok(performance.stream.receiveBuffer.length <= 16);
  }
  assert.ok(kinds.indexOf("read") < kinds.lastIndexOf("write"));
  const sum = performance.reads.reduce((sum, { bytes }) => sum + bytes.length, 0);
  assert.equal(sum, 100);
});

test("all reads together are all writes together, whatever the controls say", () => {
  const sizes = [1, 3, 7, 1024];
  for (const name of Object.keys(PRESETS)) {
    for (const size of sizes) {
      for (const when of ["each", "all", "drip"]) {
        for (const together of [false, true]) {
          for (const capacity of [16, 65536]) {
            const options = { ...preset(name), size, when, together, capacity, unread: false };
            const performance = finish({ ...options, messages: "hello\n一二\n\\n$\nx" });
            const reads = performance.reads.map(({ bytes }) => bytes);
            const left = [performance.stream.receiveBuffer, performance.stream.sendBuffer];
            const got = Buffer.concat([...reads, ...left]);
            assert.deepEqual(got, Buffer.concat(performance.writes));
          }
        }
      }
    }
  }
});

test("the commands print what a shell's do, and others are refused", () => {
  assert.equal(commandOutput("seq 100000 100500").length, 3507);
  assert.equal(commandOutput("true"), "(no output)");
  assert.equal(commandOutput("seq 5 1"), "(no output)");
  assert.equal(commandOutput("yes a | head -n 0"), "(no output)");
  assert.equal(commandOutput("echo a - b"), "a - b\n");
  assert.equal(commandOutput("printf a"), "a");
  assert.equal(commandOutput("yes a b | head -n 2"), "a b\na b\n");
  for (const command of REFUSED) {
    assert.throws(() => commandOutput(command), Error, command);
  }
});

test("one byte is no bytes", () => {
  const performance = new Performance({ ...preset("byte-by-byte"), messages: "x" });
  const told = [];
  for (let event; (event = performance.next()); ) told.push(event.words);
  assert.deepEqual(told, [
    "write 1 of 1 byte: the send buffer takes 1; it returns",
    "the network carries 1 byte",
    'read 1 returned 1 byte: "x"',
    "the sender closes",
    "read 2 returned 0 bytes: the peer is done",
  ]);
  const { reads } = finish({ ...preset("unread-close"), messages: "x".repeat(33) });
  const remarks = reads.flatMap(({ remarks }) => remarks);
  assert.deepEqual(remarks.at(-1), ["unread-data-reset", "1 byte at the end will never come"]);
});

test("more than can be drawn is refused", () => {
  const messages = "$ seq 1 1800\n".repeat(2);
  assert.throws(() => new Performance({ ...preset(), messages }), /more than 8000/);
});

test("GBK is that of the standard", () => {
  assert.deepEqual([...encode("中文a", "gbk")], [0xd6, 0xd0, 0xce, 0xc4, 0x61]);
  assert.deepEqual([...encode("😀", "gbk")], [0x3f]);
  const bytes = encode("a中", "gbk");
  assert.deepEqual([0, 1, 2, 3].map((place) => cutCharacter(bytes, place, "gbk")), [
    false,
    false,
    true,
    false,
  ]);
});
