// Which bytes belong to which line of a play, for all scenes that were recorded.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "node:test";
import { Walk, align, shares } from "../../figures/play-model.js";

const LESSONS = resolve(import.meta.dirname, "../../../lessons");
const KINDS = { $: "start", ">": "type", "|": "print", "…": "skip", "!": "event" };

function transcript(text) {
  return text.split("\n").slice(1).flatMap((line) => {
    if (line.startsWith("  ? ")) return [{ kind: "ask", text: line.slice(4) }];
    if (line.startsWith("    ")) return [{ kind: "say", text: line.trim() }];
    const found = /^(\S+)\s+(\S) ?(.*)$/.exec(line);
    return found ? [{ kind: KINDS[found[2]], side: found[1], text: found[3] }] : [];
  });
}

function recording(text) {
  const pieces = [];
  for (const line of text.split("\n")) {
    const head = /^(\d+) {2}client (.) server {2}(\d+) byte/.exec(line);
    if (head) {
      const [, connection, way, size] = head;
      pieces.push({ connection, request: way === "→", size: Number(size), rows: [] });
    } else if (line.startsWith("     ")) {
      const hex = line.includes("…") ? [] : line.slice(5, 52).trim().split(" ");
      const bytes = hex.map((byte) => parseInt(byte, 16));
      pieces.at(-1).rows.push({ bytes, label: line.slice(73) });
    }
  }
  return pieces;
}

const scenes = readdirSync(LESSONS).flatMap((lesson) => {
  const demo = join(LESSONS, lesson, "demo");
  if (!existsSync(demo)) return [];
  const names = readdirSync(demo).filter((name) => name.endsWith(".bytes"));
  return names.map((name) => join(demo, name)).sort();
});

function aligned(path) {
  const entries = transcript(readFileSync(path.replace(".bytes", ".transcript"), "utf8"));
  const pieces = recording(readFileSync(path, "utf8")).flatMap(shares);
  const lines = align(entries, pieces);
  return { entries, pieces, lines };
}

const scene = (name) => aligned(scenes.find((path) => path.includes(name)));

// Each piece with its line: "1> 7 bytes: echo hi".
function placed(name) {
  const { entries, pieces, lines } = scene(name);
  return pieces.map(({ connection, request, size }, place) => {
    const { side, text } = entries[lines[place]];
    return `${connection}${request ? ">" : "<"} ${size}: ${side} ${text}`;
  });
}

test("there are scenes with bytes", () => assert.ok(scenes.length >= 26));

for (const path of scenes) {
  test(`an order that was not recorded is not claimed: ${path.slice(LESSONS.length + 1)}`, () => {
    const { entries, pieces, lines } = aligned(path);
    const latest = {};
    pieces.forEach(({ connection, request, size, rows }, place) => {
      const { kind, side, text } = entries[lines[place]];
      assert.ok(lines[place] >= (latest[connection] ?? 0), text);
      latest[connection] = lines[place];
      // What is typed has as many bytes as are sent.
      if (kind === "type") assert.equal(size, Buffer.byteLength(text.replace("(Enter)", "")));
      else assert.equal(kind, "print", text);
      if (!request || kind === "type" || !side.includes("server")) return;
      // A server tells of what it has received: so many bytes, or a header with this action. In the
      // first version, as in the notes, an upload names none.
      const [, count] = /^received (\d+) byte/.exec(text) ?? [];
      const cut = entries[lines[place] + 1]?.text.startsWith("the datagram was longer");
      if (count) return assert.ok(cut ? size > count : size === Number(count), text);
      if (text.includes(" gone: ")) return;
      const [, action] = /^client \S+ (put|get|list)\b/.exec(text);
      const header = Buffer.from(rows.flatMap(({ bytes }) => bytes)).toString();
      const plain = action === "put" && header.includes('{"filename":');
      assert.ok(plain || header.includes(`{"action":"${action}"`), `${header}: ${text}`);
    });
  });
}

test("a typed line, and the answer to it", () => {
  const { entries, pieces, lines } = scene("04-sticky-packets/demo/1-");
  const shown = pieces.map(({ size }, place) => `${size}: ${entries[lines[place]].text}`);
  assert.deepEqual(shown, [
    "7: echo hi",
    '3: received 7 bytes: "echo hi"',
    "17: seq 100000 100500",
    '3507: received 17 bytes: "seq 100000 100500"',
    "7: echo hi",
    '3: received 7 bytes: "echo hi"',
    "7: echo hi",
    '3: received 7 bytes: "echo hi"',
  ]);
  assert.equal(new Set(lines).size, 8);
});

test("an operator's answer comes when it is typed, not before", () => {
  const { entries, lines } = scene("02-communication-loop/demo/2-");
  const texts = lines.map((line) => entries[line].text);
  assert.deepEqual(texts.slice(0, 4), [
    "is anybody there?",
    "yes, me",
    "what time is it?",
    "time for a break",
  ]);
});

test("a header comes with what the server says of it, its body with what proves that it came", () => {
  assert.deepEqual(placed("07-file-transfer/demo/1-"), [
    "1> 98: server client 127.0.0.1:50001 put notes.txt, 50 bytes",
    "1> 50: client put notes.txt: 50 bytes",
    "1< 19: client put notes.txt: 50 bytes",
    "2> 21: server client 127.0.0.1:50002 list",
    "2< 68: client notes.txt: 50 bytes",
    "3> 43: server client 127.0.0.1:50003 get notes.txt",
    "3< 147: client get notes.txt: 50 bytes",
  ]);
});

test("what a stopped client had not sent does not come before it goes on", () => {
  assert.deepEqual(placed("07-file-transfer/demo/2-"), [
    "1> 104: server client 127.0.0.1:50001 put first.bin, 20000000 bytes",
    "1> 20000000: slow put first.bin: 20000000 bytes",
    "1< 19: slow put first.bin: 20000000 bytes",
    "2> 100: server client 127.0.0.1:50002 put second.bin, 100 bytes",
    "2> 100: quick put second.bin: 100 bytes",
    "2< 19: quick put second.bin: 100 bytes",
  ]);
});

test("a client that was killed proves nothing; that it is gone does", () => {
  assert.deepEqual(placed("07-file-transfer/demo/4-").slice(0, 3), [
    "1> 103: server client 127.0.0.1:50001 put film.bin, 20000000 bytes",
    "1> 9301925: server client 127.0.0.1:50001 gone: interrupted-upload",
    "1< 110: server client 127.0.0.1:50001 gone: interrupted-upload",
  ]);
});

test("what a client asks of itself comes with what it prints then", () => {
  assert.deepEqual(placed("05-struct-header/demo/1-"), [
    "1> 17: client seq 100000 100500",
    '1< 4: server received 17 bytes: "seq 100000 100500"',
    "1> 10: client 100000",
    "1< 3507: client 100000",
    "1> 7: client echo hi",
    '1< 1: server received 7 bytes: "echo hi"',
    "1> 10: client hi",
    "1< 3: client hi",
  ]);
});

test("a datagram that was cut comes with what is left of it", () => {
  assert.deepEqual(placed("08-udp/demo/4-").slice(2, 4), [
    '2> 16: server received 10 bytes from 127.0.0.1:50002: "0123456789"',
    '2< 2: server received 10 bytes from 127.0.0.1:50002: "0123456789"',
  ]);
});

test("all stops at a question", () => {
  const walk = new Walk([{ kind: "start" }, { kind: "ask" }, { kind: "print" }]);
  walk.all();
  assert.deepEqual([walk.shown, walk.asks, walk.atEnd], [2, true, false]);
  walk.all();
  assert.deepEqual([walk.shown, walk.asks, walk.atEnd], [3, false, true]);
  walk.step();
  walk.back();
  assert.equal(walk.shown, 2);
  walk.restart();
  walk.back();
  assert.equal(walk.shown, 0);
});
