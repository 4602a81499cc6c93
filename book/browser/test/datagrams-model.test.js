// What the line does to datagrams, and what a client does that asks again.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import test from "node:test";
import { Line, MAX_DATAGRAM, Retry, TRIES } from "../../figures/datagrams-model.js";

const DEMO = resolve(import.meta.dirname, "../../../lessons/08-udp/demo");

/** The ids of what is on its way, as texts. */
const texts = (datagrams) => datagrams.map(({ bytes }) => new TextDecoder().decode(bytes));

function sent(...messages) {
  const line = new Line();
  messages.forEach((message) => line.send(message));
  return line;
}

test("what it prints is what lesson 8 prints", () => {
  // Scene 4: `udp-server --buffer 10`; scene 1: an empty message.
  const recorded = ["4-cut", "1-hello"].flatMap((scene) =>
    readFileSync(resolve(DEMO, `${scene}.transcript`), "utf8").split("\n"),
  );
  const printed = recorded
    .filter((line) => line.startsWith("server | received"))
    .map((line) => line.slice("server | ".length).replace(/ from \S+(?=: )/, ""));
  const line = sent("0123456789", "0123456789abcdef", "next", "hello", "");
  const received = [];
  while (line.flying.length > 0) {
    line.deliver(line.flying[0].id);
    received.push(line.receive(10).text);
  }
  assert.deepEqual(received, printed);
});

test("a datagram longer than the buffer is cut, and the rest is gone", () => {
  const line = sent("0123456789abcdef", "next");
  line.deliver(1);
  line.deliver(2);
  const first = line.receive(10);
  assert.equal(first.lost, 6);
  assert.deepEqual(texts([first]), ["0123456789"]);
  assert.deepEqual(texts([line.receive(10)]), ["next"]);
  assert.equal(line.receive(10), null);
});

test("a character that is cut in two is no UTF-8 any more", () => {
  const line = sent("在吗");
  line.deliver(1);
  assert.equal(line.receive(4).text, 'received 4 bytes: "在�"');
});

test("an empty datagram is a message", () => {
  const line = sent("");
  line.deliver(1);
  assert.equal(line.receive(10).text, 'received 0 bytes: ""');
  assert.equal(line.receive(10), null);
});

test("what is too long is never sent", () => {
  const line = new Line();
  assert.match(line.send("x".repeat(MAX_DATAGRAM)), /^sendto returned 65507: /);
  const refused = line.send("x".repeat(MAX_DATAGRAM + 1));
  assert.match(refused, /^65508 bytes are too many: a datagram carries at most 65507\./);
  assert.equal(line.flying.length, 1);
});

test("the line drops, doubles, swaps and cuts", () => {
  const line = sent("one", "two", "three");
  line.drop(1);
  assert.deepEqual(texts(line.flying), ["two", "three"]);
  line.double(2);
  assert.deepEqual(texts(line.flying), ["two", "two", "three"]);
  line.swap(line.flying[1].id);
  assert.deepEqual(texts(line.flying), ["two", "three", "two"]);
  line.cut(3);
  assert.deepEqual(texts(line.flying), ["two", "th", "two"]);
  // The copy is a datagram of its own.
  line.cut(2);
  assert.deepEqual(texts(line.flying), ["t", "th", "two"]);
  assert.match(line.swap(line.flying[2].id), /no other behind it/);
});

test("one byte of a cut datagram can be none", () => {
  const line = sent("x");
  line.cut(1);
  assert.equal(line.flying[0].note, "cut: sent as 1 byte");
  line.deliver(1);
  assert.equal(line.receive(10).text, 'received 0 bytes: ""');
});

test("four tries without an answer, as lesson 8 prints it", () => {
  const retry = new Retry("hello");
  for (let number = 0; number < TRIES; number += 1) {
    assert.equal(retry.done, "");
    retry.try("answer");
  }
  const recorded = readFileSync(resolve(DEMO, "2-lost.transcript"), "utf8");
  assert.match(recorded, /no answer from \S+ in 4 tries of/);
  assert.equal(retry.done, "gives up: no answer in 4 tries of 1 s (lost-datagram)");
  // In that scene the server has received all four.
  assert.equal(recorded.match(/^server \| received/gm).length, retry.served);
});

test("a request that is lost is not served, and asking again helps", () => {
  const retry = new Retry("delete");
  retry.try("request");
  retry.try("fine");
  assert.equal(retry.done, "has its answer: “a.txt deleted”");
  assert.deepEqual([retry.served, retry.time], [1, 1]);
  assert.equal(retry.summary(), "The server received 1 request: 1 file deleted.");
});

test("an answer that is lost makes the server delete twice", () => {
  const retry = new Retry("delete");
  retry.try("answer");
  retry.try("fine");
  assert.equal(retry.done, "has its answer: “b.txt deleted”");
  assert.deepEqual(retry.files, ["c.txt", "d.txt", "e.txt", "f.txt"]);
  assert.match(retry.summary(), /2 files deleted, and the client had asked for one/);
});

test("a doubled request is served twice, and the client sees one answer", () => {
  const retry = new Retry("delete");
  retry.try("twice");
  assert.equal(retry.done, "has its answer: “a.txt deleted”");
  assert.deepEqual([retry.served, retry.tries], [2, 1]);
});

test("a late answer is taken for the answer to the next try", () => {
  const retry = new Retry("delete");
  retry.try("late");
  assert.equal(retry.done, "");
  retry.try("request");
  assert.equal(retry.done, "has its answer: “a.txt deleted”");
  assert.deepEqual([retry.served, retry.time], [1, 1]);
});
