// The segments of the figure are those that were seen on a line.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import test from "node:test";
import { DELAY, exchanges, onTheLine } from "../../figures/nagle-model.js";

// What book/runs/nagle.sh has counted, which `just test-book` repeats: "in 1     in 2      on
// later     1 + 2     2 + 0     1 of 40 ms".
const RUN = resolve(import.meta.dirname, "../../runs/nagle.txt");
const ROW =
  /^in (\d) +in (\d) +(on|off) +(first|later) +(\d) \+ (\d) +(\d) \+ (\d) +(?:none|(\d) of (\d+) ms)$/;

const recorded = readFileSync(RUN, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("in "))
  .map((line) => ROW.exec(line) ?? assert.fail(line));

test("each combination was recorded, with its first exchange and later ones", () => {
  const named = recorded.map((row) => row.slice(1, 5).join(" "));
  assert.equal(new Set(named).size, 16);
  assert.equal(named.length, 16);
});

for (const [, request, reply, nagle, name, ...rest] of recorded) {
  test(`as recorded: request in ${request}, reply in ${reply}, Nagle ${nagle}, ${name}`, () => {
    const [data, acks, back, backAcks, waits, ms] = rest.map((text) => Number(text ?? 0));
    const choice = { request: Number(request), reply: Number(reply), nodelay: nagle === "off" };
    const all = exchanges(choice, 3);
    for (const one of name === "first" ? all.slice(0, 1) : all.slice(1)) {
      const count = (side, kind) =>
        one.events.filter((event) => event.side === side && event.kind === kind).length;
      assert.deepEqual([count("client", "segment"), count("client", "ack")], [data, acks]);
      assert.deepEqual([count("server", "segment"), count("server", "ack")], [back, backAcks]);
      assert.equal(one.waits, waits);
      if (waits > 0) assert.equal(DELAY, ms);
      assert.equal(one.total, 1 + waits * DELAY);
    }
  });
}

// Their order, which the recording does not have: captured once on the loopback line of Linux
// 6.18, the first exchange of a connection and a later one. "c7" is a segment of seven bytes from
// the client, "sA" an ACK alone from the server. A request in one write had eleven bytes there;
// they are told as seven.
const CAPTURED = [
  [1, 1, false, "c7 sA s7 cA", "c7 s7"],
  [1, 1, true, "c7 sA s7 cA", "c7 s7"],
  [1, 2, false, "c7 sA s4 cA s3 cA", "c7 s4 cA s3 cA"],
  [1, 2, true, "c7 sA s4 cA s3 cA", "c7 s4 s3 cA"],
  [2, 1, false, "c4 sA c7 sA s7 cA", "c4 sA c7 sA s7"],
  [2, 1, true, "c4 sA c7 sA s7 cA", "c4 c7 sA s7"],
  [2, 2, false, "c4 sA c7 sA s4 cA s3 cA", "c4 sA c7 sA s4 cA s3 cA"],
  [2, 2, true, "c4 sA c7 sA s4 cA s3 cA", "c4 c7 sA s4 s3 cA"],
];

for (const [request, reply, nodelay, first, later] of CAPTURED) {
  const name = `request in ${request}, reply in ${reply}${nodelay ? ", TCP_NODELAY" : ""}`;
  test(`in the order of a capture: ${name}`, () => {
    const lines = exchanges({ request, reply, nodelay }, 3).map(({ events }) => onTheLine(events));
    assert.deepEqual(lines, [first, later, later]);
  });
}

test("each segment acknowledges what has come", () => {
  const [, later] = exchanges({ request: 1, reply: 1, nodelay: false }, 2);
  const [request, reply] = later.events.filter((event) => event.kind === "segment");
  assert.deepEqual(request.acks, []);
  assert.deepEqual(reply.acks, ["echo hi"]);
  const third = exchanges({ request: 1, reply: 1, nodelay: false }, 3)[2];
  assert.deepEqual(third.events.find((event) => event.kind === "segment").acks, ["length 3 + hi"]);
});
