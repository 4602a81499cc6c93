// The model of the frame against the table that the lessons' own functions have written.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import {
  PRESETS,
  frameParts,
  preset,
  takenAs,
  understand,
} from "../../figures/frame-model.js";
import { md5 } from "../../figures/md5.js";

const TABLE = resolve(import.meta.dirname, "../../figures/frame-cases.json");
const cases = JSON.parse(readFileSync(TABLE, "utf8"));

const bytesOf = (parts) => Buffer.concat(parts.map(({ bytes }) => bytes));

// What the reader would say if the connection ended behind these bytes.
function atTheEnd(kind, bytes, reader) {
  const seen = understand(kind, bytes, reader);
  if (seen.state === "done") return { id: "ok" };
  const { id, words } = seen.state === "waits" ? seen.end : seen;
  return ["peer-closed", "malformed-header"].includes(id) ? { id } : { id, words };
}

test("the table has cases of each kind, and each id that a frame can lead to", () => {
  const kinds = new Set(cases.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), ["number", "put", "reply", "text"]);
  const ids = new Set(cases.flatMap(({ ends = [] }) => ends.map(([, { id }]) => id)));
  assert.deepEqual([...ids].sort(), [
    "closed-mid-message",
    "digest-mismatch",
    "interrupted-upload",
    "malformed-header",
    "negative-length",
    "ok",
    "oversized-length",
    "path-traversal",
    "peer-closed",
  ]);
});

cases.forEach((one, index) => {
  const { kind, text, name, order, reader, says, size } = one;
  const label = JSON.stringify({ kind, text, name, order, reader, says, size });
  test(`case ${index}: ${label}`, () => {
    if (one.refused) {
      assert.throws(() => frameParts(one), { message: one.refused });
      return;
    }
    const bytes = bytesOf(frameParts(one));
    assert.equal(bytes.toString("hex"), one.bytes);
    if (kind === "number") {
      assert.equal(String(takenAs(bytes, "little")), one.little);
      assert.equal(String(takenAs(bytes, "big")), one.big);
    }
    for (const [cut, said] of one.ends ?? []) {
      assert.deepEqual(atTheEnd(kind, bytes.subarray(0, cut), reader), said, `cut at ${cut}`);
    }
  });
});

test("at every cut, a reader waits for no more than the frame has, refuses, or is done", () => {
  for (const name of Object.keys(PRESETS)) {
    const options = preset(name);
    if (options.kind === "number") continue;
    const bytes = bytesOf(frameParts(options));
    const states = Array.from({ length: bytes.length + 1 }, (_, cut) => {
      return understand(options.kind, bytes.subarray(0, cut), options.reader).state;
    });
    // Once it is done or has refused, more bytes change nothing.
    const last = states.findIndex((state) => state !== "waits");
    if (last > 0) assert.equal(new Set(states.slice(last)).size, 1);
    assert.equal(states[0], "waits");
  }
});

test("a size is an integer in JSON, or refused", () => {
  for (const size of ["-0", "01", "-01", "1.0", "1e3", "+1", "-"]) {
    const options = { ...preset("header"), size };
    assert.throws(() => frameParts(options), { message: "a size is written in digits" }, size);
  }
});

test("one byte is no bytes", () => {
  const options = { ...preset("answer"), text: "xy", says: "1" };
  const bytes = bytesOf(frameParts(options));
  const words = (cut) => understand("text", bytes.subarray(0, cut), "little").words;
  assert.equal(words(4), "1 more of the 1 byte of the answer");
  assert.equal(words(6), "the answer is whole; 1 byte more, it takes for the next message");
});

test("5, read from the wrong end, is 83886080", () => {
  const options = preset("wrong-byte-order");
  const bytes = bytesOf(frameParts(options));
  const seen = understand("text", bytes, options.reader);
  assert.deepEqual(seen.knows, ["the four bytes say 83886080"]);
  assert.equal(seen.words, "83886075 more of the 83886080 bytes of the answer");
});

test("what follows a message is left for the next", () => {
  const options = { ...preset("answer"), says: "3" };
  const seen = understand("text", bytesOf(frameParts(options)), "little");
  assert.equal(seen.left, 2);
});

test("MD5 is that of the system, at all lengths around a block", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
    assert.equal(md5(bytes), createHash("md5").update(bytes).digest("hex"));
  }
});
