// Datagrams on a line that loses them, doubles them, cuts them and changes their order; the queue of
// the receiver's socket; and a client that asks again as `ask` of lesson 8 does. No drawing here.

import { count } from "./words.js";

/** The most that one datagram carries over IPv4: 65,535 bytes less the headers of IP and UDP. */
export const MAX_DATAGRAM = 65_507;

/** How often the client asks before it gives up, as in lesson 8. */
export const TRIES = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A sender, a line and a receiver's socket. */
export class Line {
  /** On its way, in the order in which it will arrive: `{id, bytes, sent, note}`. */
  flying = [];
  /** In the receiver's socket, not read yet. */
  queue = [];
  #next = 1;

  /**
   * Sends a text as one datagram.
   *
   * @param {string} text empty is a message, too
   * @returns {string} what the sender sees
   */
  send(text) {
    const bytes = encoder.encode(text);
    if (bytes.length > MAX_DATAGRAM) {
      const most = `a datagram carries at most ${MAX_DATAGRAM}`;
      return `${count(bytes.length)} are too many: ${most}. Nothing is sent.`;
    }
    this.flying.push({ id: this.#next++, bytes, sent: bytes.length, note: "" });
    return `sendto returned ${bytes.length}: ${count(bytes.length)} left as one datagram.`;
  }

  /** The datagram arrives, whole as it is now. */
  deliver(id) {
    const datagram = this.#take(id);
    this.queue.push(datagram);
    return `${name(datagram)} has arrived. It waits in the receiver’s socket.`;
  }

  /** The datagram is lost. */
  drop(id) {
    return `${name(this.#take(id))} is lost. Nobody is told.`;
  }

  /** The datagram comes twice. */
  double(id) {
    const place = this.#place(id);
    const copy = { ...this.flying[place], id: this.#next++, note: "the same again" };
    this.flying.splice(place + 1, 0, copy);
    return `${name(copy)} is on its way twice.`;
  }

  /** The datagram comes after the next one. */
  swap(id) {
    const place = this.#place(id);
    if (place + 1 >= this.flying.length) return "There is no other behind it to change places with.";
    const [datagram] = this.flying.splice(place, 1);
    this.flying.splice(place + 1, 0, datagram);
    return `${name(datagram)} comes after ${name(this.flying[place])} now.`;
  }

  /** Only the first half of the datagram arrives. */
  cut(id) {
    const datagram = this.flying[this.#place(id)];
    if (datagram.bytes.length === 0) return "There is nothing in it that could be cut.";
    datagram.bytes = datagram.bytes.slice(0, Math.floor(datagram.bytes.length / 2));
    datagram.note = `cut: sent as ${count(datagram.sent)}`;
    return `Of ${count(datagram.sent)} only ${datagram.bytes.length} will arrive, as with wire --udp --cut.`;
  }

  /**
   * One `recvfrom(size)`.
   *
   * @param {number} size the receiver's buffer, in bytes
   * @returns {{bytes: Uint8Array, lost: number, text: string} | null} null: it waits
   */
  receive(size) {
    const datagram = this.queue.shift();
    if (!datagram) return null;
    const bytes = datagram.bytes.slice(0, size);
    const lost = datagram.bytes.length - bytes.length;
    return { bytes, lost, text: `received ${count(bytes.length)}: ${quoted(bytes)}` };
  }

  #place(id) {
    return this.flying.findIndex((datagram) => datagram.id === id);
  }

  #take(id) {
    return this.flying.splice(this.#place(id), 1)[0];
  }
}

/** How a try to ask can go. */
export const FATES = {
  fine: "both arrive",
  request: "the request is lost",
  answer: "the answer is lost",
  late: "the answer comes late, during the next wait",
  twice: "the request arrives twice",
};

/** What the client may ask, and what the server does for each request that it receives. */
export const REQUESTS = {
  hello: "hello",
  delete: "delete the oldest file",
};

/** A client that waits a second for its answer and asks again, and the server. */
export class Retry {
  /** The files that the server has, oldest first. */
  files = ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt"];
  /** How many of its files are deleted. */
  deleted = 0;
  /** What the server has received. */
  served = 0;
  /** How often the client has asked. */
  tries = 0;
  /** Seconds since it asked first. */
  time = 0;
  /** Whether it waits no longer, and why. */
  done = "";
  #late = "";

  /** @param {keyof REQUESTS} request what the client asks */
  constructor(request) {
    this.request = request;
  }

  /**
   * The client sends its request, and waits.
   *
   * @param {keyof FATES} fate what the line does with the request and the answer
   * @returns {Array<{who: "client"|"server"|"line", text: string}>} what happened, in order
   */
  try(fate) {
    const lines = [];
    const add = (who, text) => lines.push({ who, text });
    this.tries += 1;
    add("client", `${this.time} s: try ${this.tries}, sends “${REQUESTS[this.request]}”`);
    // An answer to an earlier try arrives first: the client cannot tell it from one to this.
    const late = this.#late;
    this.#late = "";
    const answer = this.#pass(fate, add);
    const got = late || answer;
    if (late) add("line", "the late answer to the try before arrives");
    if (got) this.#succeed(got, add);
    else this.#wait(add);
    return lines;
  }

  /** What the line and the server make of a request; the answer, if it arrives in time. */
  #pass(fate, add) {
    if (fate === "request") {
      add("line", "the request is lost");
      return "";
    }
    let answer = this.#serve(add);
    if (fate === "twice") {
      add("line", "the request arrives a second time");
      // The client takes the first answer and closes its socket; the second finds nobody.
      this.#serve(add);
    }
    if (fate === "answer") {
      add("line", "the answer is lost");
      answer = "";
    }
    if (fate === "late") {
      add("line", "the answer is still on its way");
      this.#late = answer;
      answer = "";
    }
    return answer;
  }

  #serve(add) {
    this.served += 1;
    const text = REQUESTS[this.request];
    const answer = this.request === "hello" ? "hi" : this.#delete();
    const size = encoder.encode(text).length;
    add("server", `received ${count(size)}: "${text}"; answers “${answer}”`);
    return answer;
  }

  #delete() {
    const file = this.files.shift();
    if (!file) return "there are no files";
    this.deleted += 1;
    return `${file} deleted`;
  }

  #succeed(answer, add) {
    this.done = `has its answer: “${answer}”`;
    add("client", this.done);
  }

  #wait(add) {
    this.time += 1;
    add("client", `${this.time} s: no answer in a second`);
    if (this.tries < TRIES) return;
    this.done = `gives up: no answer in ${TRIES} tries of 1 s (lost-datagram)`;
    add("client", this.done);
  }

  /** What came of it, seen from outside. */
  summary() {
    const received = `The server received ${count(this.served, "request")}`;
    if (this.request === "hello") return `${received}. To say hello ${times(this.served)} harms nobody.`;
    const wanted = this.deleted > 1 ? ", and the client had asked for one" : "";
    return `${received}: ${count(this.deleted, "file")} deleted${wanted}.`;
  }
}

function times(number) {
  return { 0: "not at all", 1: "once", 2: "twice" }[number] ?? `${number} times`;
}

/** A datagram in words. */
export function name(datagram) {
  const { length } = datagram.bytes;
  return length === 0 ? "The empty datagram" : `The datagram of ${count(length)}`;
}

/** Bytes as the lessons' programs print a text: in quotes, `�` for what is no UTF-8. */
export function quoted(bytes) {
  const text = decoder.decode(bytes).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return `"${text}"`;
}
