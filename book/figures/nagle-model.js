// The segments of requests and replies, as TCP on Linux sends them: Nagle's algorithm (RFC 896;
// RFC 1122, 4.2.3.4) at the sender, and the delayed acknowledgement (RFC 1122, 4.2.3.2) at the
// receiver. The test compares it with what was recorded on a loopback line, book/runs/nagle.txt.

import { count } from "./words.js";

/** How long Linux holds an acknowledgement back at first, in ms. The standard allows up to 500. */
export const DELAY = 40;

/** How long the server's shell takes, in ms. An assumption: about what was measured. */
export const WORK = 1;

const OTHER = { client: "server", server: "client" };

/** What each side writes, in one write or in two. */
const PARTS = {
  client: { 1: [["echo hi", 7]], 2: [["length 7", 4], ["echo hi", 7]] },
  server: { 1: [["length 3 + hi", 7]], 2: [["length 3", 4], ["hi", 3]] },
};

/**
 * All that happens in the exchanges from the first to the one that is asked for.
 *
 * @param {{request: 1|2, reply: 1|2, nodelay: boolean}} choice in how many writes each is sent
 * @param {number} times how many requests are made, each as soon as the reply before is complete
 * @returns {Array<{events: object[], total: number, waits: number}>} one for each exchange
 */
export function exchanges(choice, times) {
  const sides = { client: side(), server: side() };
  const all = [];
  for (let number = 1; number <= times; number += 1) {
    all.push(exchange(choice, sides, number));
  }
  return all;
}

function side() {
  // The segments that came and are not acknowledged.
  return { owed: [] };
}

function exchange(choice, sides, number) {
  // `first`: segments are acknowledged at once, as Linux does at the beginning of a connection.
  const run = { events: [], time: 0, nodelay: choice.nodelay, first: number === 1, sides };
  note(run, "client", number === 1 ? "asks for the first time" : "asks again at once");
  message(run, "client", choice.request);
  note(run, "server", `has the whole request; its shell takes about ${WORK} ms`);
  run.time += WORK;
  message(run, "server", choice.reply);
  note(run, "client", "has the whole reply");
  const waits = run.events.filter((event) => event.kind === "wait").length;
  return { events: run.events, total: run.time, waits };
}

/** One side writes its message; the other reads it to its end. */
function message(run, from, writes) {
  const parts = PARTS[from][writes];
  parts.forEach((part, index) => {
    write(run, from, part, index, parts);
  });
}

function write(run, from, [text, bytes], index, parts) {
  add(run, { kind: "write", side: from, text, bytes });
  const held = index > 0 && !run.nodelay;
  if (held && run.sides[OTHER[from]].owed.length > 0) {
    hold(run, from, text, parts[0]);
  }
  segment(run, from, text, bytes);
  answer(run, OTHER[from], index, parts.length);
}

/** Nagle's algorithm: something small is unacknowledged, so the next small thing waits. */
function hold(run, from, text, [before]) {
  add(run, { kind: "held", side: from, text, before });
  const receiver = OTHER[from];
  add(run, { kind: "wait", side: receiver, ms: DELAY });
  run.time += DELAY;
  acknowledge(run, receiver, "late");
}

/** A segment takes along the acknowledgement of all that has come. */
function segment(run, from, text, bytes) {
  const side = run.sides[from];
  add(run, { kind: "segment", side: from, text, bytes, acks: side.owed });
  settle(side);
  const other = run.sides[OTHER[from]];
  other.owed = [...other.owed, text];
}

/** What the receiver's system does about a segment: acknowledge it now, or wait a while. */
function answer(run, receiver, index, parts) {
  if (run.first) acknowledge(run, receiver, "quick");
  // The second segment of a message has been read: there is no reason to wait any longer.
  else if (index > 0) acknowledge(run, receiver, "second");
  else if (parts > 1 && !run.nodelay) add(run, { kind: "delay", side: receiver });
}

function acknowledge(run, from, why) {
  const side = run.sides[from];
  add(run, { kind: "ack", side: from, acks: side.owed, why });
  settle(side);
}

function settle(side) {
  side.owed = [];
}

function note(run, side, text) {
  add(run, { kind: "note", side, text });
}

function add(run, event) {
  run.events.push({ time: run.time, ...event });
}

/**
 * What crosses the line, in the short form of the recordings: `c7` seven bytes from the client,
 * `sA` an acknowledgement alone from the server.
 *
 * @param {object[]} events those of an exchange
 * @returns {string}
 */
export function onTheLine(events) {
  return events
    .filter((event) => event.kind === "segment" || event.kind === "ack")
    .map((event) => event.side[0] + (event.kind === "ack" ? "A" : event.bytes))
    .join(" ");
}

/**
 * An event in a short sentence.
 *
 * @param {object} event one of those of an exchange
 * @returns {string}
 */
export function say(event) {
  const other = OTHER[event.side];
  switch (event.kind) {
    case "write":
      return `write: ${event.text} (${count(event.bytes)})`;
    case "held":
      return `Nagle’s algorithm holds “${event.text}” back: “${event.before}” is not acknowledged yet`;
    case "delay":
      return `the ${event.side}’s system delays its ACK: its program may have something to send along`;
    case "wait":
      return `${event.ms} ms: the ${event.side} waits for the rest and has nothing to send, the ${other} waits for the ACK`;
    case "ack":
      return `ACK of ${list(event.acks)}${WHY[event.why]}`;
    case "segment": {
      const along = event.acks.length > 0 ? `, with the ACK of ${list(event.acks)}` : "";
      return `segment: ${event.text}, ${count(event.bytes)}${along}`;
    }
    default:
      return event.text;
  }
}

const WHY = {
  quick: ", at once: the connection is new",
  second: ", at once: it is the second segment",
  late: ": the time is up",
};

function list(texts) {
  return texts.map((text) => `“${text}”`).join(" and ");
}
