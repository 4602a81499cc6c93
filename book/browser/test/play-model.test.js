// Which bytes belong to which line of a play, for all scenes that were recorded.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "node:test";
import { Walk, align } from "../../figures/play-model.js";

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
      pieces.push({ connection, request: way === "→", size: Number(size), bytes: [] });
    } else if (line.startsWith("     ") && !line.includes("…")) {
      const hex = line.slice(5, 52).trim().split(" ");
      pieces.at(-1).bytes.push(...hex.map((byte) => parseInt(byte, 16)));
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
  const pieces = recording(readFileSync(path, "utf8"));
  const lines = align(entries, pieces);
  return { entries, pieces, lines };
}

const scene = (name) => aligned(scenes.find((path) => path.includes(name)));

test("there are scenes with bytes", () => assert.ok(scenes.length >= 20));

for (const path of scenes) {
  test(`an order that was not recorded is not claimed: ${path.slice(LESSONS.length + 1)}`, () => {
    const { entries, pieces, lines } = aligned(path);
    const latest = {};
    lines.forEach((line, place) => {
      if (line === undefined) return;
      const { connection, request, size } = pieces[place];
      assert.ok(line >= (latest[connection] ?? 0));
      latest[connection] = line;
      // A request stands at a line that names as many bytes as it has.
      const { kind, text } = entries[line];
      const typed = Buffer.byteLength(text === "(Enter)" ? "" : text);
      if (request && kind === "type") assert.equal(size, typed);
      if (request && kind === "print") assert.match(text, new RegExp(`^received ${size} byte`));
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

test("what no line names has no place", () => {
  // The headers of lesson 7 are typed by nobody; a datagram of 16 bytes was read as 10.
  assert.ok(scene("07-file-transfer/demo/1-").lines.every((line) => line === undefined));
  const { pieces, lines } = scene("08-udp/demo/4-cut");
  const without = pieces.filter((_, place) => lines[place] === undefined);
  assert.deepEqual(without.map(({ size }) => size), [16, 2]);
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
