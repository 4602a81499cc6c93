// The segments of the figure are those that were seen on a line.

import assert from "node:assert/strict";
import test from "node:test";
import { exchanges, onTheLine } from "../../figures/nagle-model.js";

// Recorded with dumpcap on the loopback line of Linux 6.18: a request, some work, and its reply,
// the next request at once; the first exchange of a connection, a later one, and how many
// milliseconds a later one took. "c7" is a segment of seven bytes from the client, "sA" an ACK
// alone from the server. A request in one write had eleven bytes there; they are told as seven.
const RECORDED = [
  [1, 1, false, "c7 sA s7 cA", "c7 s7", 1.35],
  [1, 1, true, "c7 sA s7 cA", "c7 s7", 1.33],
  [1, 2, false, "c7 sA s4 cA s3 cA", "c7 s4 cA s3 cA", 43.97],
  [1, 2, true, "c7 sA s4 cA s3 cA", "c7 s4 s3 cA", 1.35],
  [2, 1, false, "c4 sA c7 sA s7 cA", "c4 sA c7 sA s7", 43.98],
  [2, 1, true, "c4 sA c7 sA s7 cA", "c4 c7 sA s7", 1.35],
  [2, 2, false, "c4 sA c7 sA s4 cA s3 cA", "c4 sA c7 sA s4 cA s3 cA", 87.99],
  [2, 2, true, "c4 sA c7 sA s4 cA s3 cA", "c4 c7 sA s4 s3 cA", 1.36],
];

for (const [request, reply, nodelay, first, later, measured] of RECORDED) {
  const name = `request in ${request}, reply in ${reply}${nodelay ? ", TCP_NODELAY" : ""}`;
  test(name, () => {
    const all = exchanges({ request, reply, nodelay }, 3);
    assert.equal(onTheLine(all[0].events), first);
    assert.equal(onTheLine(all[1].events), later);
    assert.equal(onTheLine(all[2].events), later);
    // The first never stalls; what was measured is the delays, and a few milliseconds more.
    assert.equal(all[0].total, 1);
    assert.ok(all[1].total <= measured, `${all[1].total} ms, measured: ${measured}`);
    assert.ok(measured - all[1].total < 10, `${all[1].total} ms, measured: ${measured}`);
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
