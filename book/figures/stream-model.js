// Two programs with TCP between them: what they write, what lies in the two buffers, and what
// each read returns. One direction only, from the sender to the receiver.

import { MOST, commandOutput, cutCharacter, encode } from "./stream-text.js";
import { count } from "./words.js";

/** What a socket's buffer takes here, unless it is meant to fill up. Real systems vary. */
export const USUAL = 65536;

/** What lies unread at the sender, in the preset whose sender closes too early. */
export const UNREAD = "and one more";

/** How each preset sets the controls. `about` says what to look for. */
export const PRESETS = {
  "long-answer": {
    title: "A long answer sticks",
    about:
      "Lesson 4, scene 1. The server writes the answers, the client takes one read for each. " +
      "A line that begins with $ stands for what the command prints.",
    messages: "$ echo hi\n$ seq 100000 100500\n$ echo hi\n$ echo hi",
  },
  "hello-world": {
    title: "Two writes, one read",
    about: "Lesson 4, scene 2. The client writes twice and leaves; only then does the server read.",
    messages: "hello\nworld",
    when: "all",
  },
  "cut-character": {
    title: "A character cut (UTF-8)",
    about: "Lesson 4, scene 3. Three bytes make a character, and 1024 bytes no whole lines.",
    messages: "$ yes 一二三四五六 | head -n 200\n$ echo hi",
  },
  "cut-character-gbk": {
    title: "A character cut (GBK)",
    about:
      "Two bytes make a character, and each read asks for three. The bytes after a cut can fit " +
      "together in another way, and become wrong characters.",
    messages: "你好世界",
    size: 3,
    when: "all",
    encoding: "gbk",
  },
  "byte-by-byte": {
    title: "One byte at a time",
    about:
      "The network carries single bytes, as `cargo wire 8080 9090 --drip 1` does, and the " +
      "receiver is quick. Each read asks for 1024 bytes, and gets one.",
    messages: "hello\nworld",
    when: "drip",
  },
  "unread-close": {
    title: "Closed with bytes unread",
    about:
      "The sender answers and closes, and 12 bytes from its peer lie unread. So its system sends " +
      "a reset. The buffers are small here, so that half of the answer is still unsent. What has " +
      "arrived can still be read on Linux; don't count on it elsewhere.",
    messages: "This half comes, this is lost...",
    when: "all",
    capacity: 16,
    unread: true,
  },
};

/** The controls as a preset sets them. */
export function preset(name) {
  const usual = { messages: "", size: 1024, when: "each", encoding: "utf-8", capacity: USUAL };
  return { ...usual, together: false, unread: false, ...PRESETS[name] };
}

/**
 * The bytes of the messages, one a line.
 * @throws {Error} for a command that the figure does not know, in words for the reader.
 */
export function messages(text, encoding) {
  const lines = text.split("\n").filter((line) => line !== "");
  const plain = (line) => line.replace(/\\([n\\])/g, (_, sign) => (sign === "n" ? "\n" : "\\"));
  const said = (line) => (line.startsWith("$ ") ? commandOutput(line.slice(2)) : plain(line));
  const texts = lines.map(said);
  if (texts.join("").length > MOST) throw new Error(`these are more than ${MOST} letters`);
  return texts.map((text) => encode(text, encoding));
}

/** Puts bytes behind each other. */
export function joined(pieces) {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    all.set(piece, place);
    place += piece.length;
  }
  return all;
}

/** One direction of a TCP connection, with its two buffers. */
export class Stream {
  constructor({ capacity = USUAL, unread = 0 } = {}) {
    this.capacity = capacity;
    this.sendBuffer = new Uint8Array();
    this.receiveBuffer = new Uint8Array();
    /** How many bytes from the peer the sender has not read. */
    this.unread = unread;
    this.closed = false;
    this.reset = false;
    this.lost = 0;
  }

  /** Copies what fits into the send buffer. Returns how many bytes that were. */
  write(bytes) {
    const taken = bytes.subarray(0, this.capacity - this.sendBuffer.length);
    this.sendBuffer = joined([this.sendBuffer, taken]);
    return taken.length;
  }

  /** The network carries what the receiver has room for, at most so much. */
  carry(most = Infinity) {
    const room = this.capacity - this.receiveBuffer.length;
    const carried = this.sendBuffer.subarray(0, Math.min(most, room));
    this.receiveBuffer = joined([this.receiveBuffer, carried]);
    this.sendBuffer = this.sendBuffer.subarray(carried.length);
    return carried.length;
  }

  /** The sender closes. With bytes unread that is a reset, which waits for nothing. */
  close() {
    this.closed = true;
    this.reset = this.unread > 0;
    if (!this.reset) return;
    this.lost = this.sendBuffer.length;
    this.sendBuffer = new Uint8Array();
  }

  /**
   * Takes at most so many bytes out of the receive buffer. Without any, it is `peer-closed` (zero
   * bytes: the end) or `peer-reset` (an error), or `waits`.
   */
  read(most) {
    if (this.receiveBuffer.length > 0) {
      const bytes = this.receiveBuffer.slice(0, most);
      this.receiveBuffer = this.receiveBuffer.subarray(bytes.length);
      return { bytes };
    }
    if (this.reset) return { bytes: new Uint8Array(), end: "peer-reset" };
    const over = this.closed && this.sendBuffer.length === 0;
    return { bytes: new Uint8Array(), end: over ? "peer-closed" : "waits" };
  }
}

/** A sender and a receiver at work, step by step. */
export class Performance {
  /** Takes the controls as `preset` returns them. */
  constructor(options) {
    this.options = options;
    const bytes = messages(options.messages, options.encoding);
    this.writes = options.together ? [joined(bytes)] : bytes;
    const unread = options.unread ? UNREAD.length : 0;
    this.stream = new Stream({ capacity: options.capacity, unread });
    this.reads = [];
    /** How many of the writes have begun, and how many bytes have been read. */
    this.begun = 0;
    this.taken = 0;
    this.over = false;
    this.steps = this.course();
  }

  /** Does the next step, and tells what happened: `{ kind, words }`, or nothing at the end. */
  next() {
    return this.steps.next().value;
  }

  *course() {
    const { when } = this.options;
    for (const bytes of this.writes) {
      this.begun += 1;
      yield* this.write(bytes);
      if (when === "drip") yield* this.drip();
      else if (this.stream.sendBuffer.length > 0) yield this.carry();
      if (when === "each") yield this.read();
    }
    if (when === "each" && !this.options.unread) return;
    yield this.close();
    if (when === "drip") yield* this.drip();
    while (!this.over) {
      if (this.stream.sendBuffer.length > 0 && this.room() > 0) yield this.carry();
      yield this.read();
    }
  }

  /** A write returns when the send buffer has taken all of it. */
  *write(bytes) {
    const name = `write ${this.begun} of ${count(bytes.length)}`;
    let rest = bytes;
    do {
      const taken = this.stream.write(rest);
      rest = rest.subarray(taken);
      const state = rest.length > 0 ? `it waits with the other ${rest.length}` : "it returns";
      if (taken > 0) yield told("write", `${name}: the send buffer takes ${taken}; ${state}`);
      if (rest.length === 0) return;
      if (this.room() > 0) yield this.carry();
      else yield this.read();
    } while (rest.length > 0);
  }

  *drip() {
    while (this.stream.sendBuffer.length > 0) {
      yield this.carry(1);
      yield this.read();
    }
  }

  room() {
    return this.stream.capacity - this.stream.receiveBuffer.length;
  }

  carry(most) {
    const carried = this.stream.carry(most);
    const left = this.stream.sendBuffer.length;
    const rest = left > 0 && most === undefined ? `; ${left} must wait: the receiver has no room` : "";
    return told("carry", `the network carries ${count(carried)}${rest}`);
  }

  close() {
    this.stream.close();
    const { unread, lost, sendBuffer } = this.stream;
    if (unread > 0) {
      const gone = count(lost, "unsent byte");
      return told("close", `the sender closes with ${count(unread)} unread: a reset, which loses ${gone}`);
    }
    const rest = sendBuffer.length > 0 ? `; ${count(sendBuffer.length)} will still be sent` : "";
    return told("close", `the sender closes${rest}`);
  }

  /** One read, as the receiver's program makes it. */
  read() {
    const asked = this.options.size;
    const { bytes, end } = this.stream.read(asked);
    const number = this.reads.length + 1;
    if (end === "waits") return told("wait", `read ${number} waits: nothing has come`);

    const remarks = end ? this.lostWords() : this.remarks(bytes);
    const read = { number, asked, bytes, end, remarks };
    this.reads.push(read);
    this.taken += bytes.length;
    this.over = end !== undefined;
    return { ...told("read", readWords(read, this.options.encoding)), read };
  }

  lostWords() {
    const { lost } = this.stream;
    return lost > 0 ? [["unread-data-reset", `${count(lost)} at the end will never come`]] : [];
  }

  /** What is wrong with taking these bytes, the next ones, for what was written last. */
  remarks(bytes) {
    const [start, end] = [this.taken, this.taken + bytes.length];
    const all = joined(this.writes);
    const [first, last] = [this.writeAt(start), this.writeAt(end - 1)];
    const found = [];
    if (this.options.when === "each" && first < this.begun) {
      found.push(["leftover-bytes", `it begins in write ${first}, not in write ${this.begun}`]);
    }
    if (last > first) {
      found.push(["coalesced-messages", `bytes of writes ${first} to ${last} together`]);
    }
    if (this.writeAt(end) === last && this.stream.lost === 0) {
      const behind = this.stream.receiveBuffer.length;
      if (bytes.length < this.options.size) {
        found.push(["short-read", `write ${last} has more bytes than that`]);
      } else if (this.options.when === "each") {
        found.push(["leftover-bytes", `${count(behind)} will stay, in front of all that comes later`]);
      }
    }
    const cut = [start, end].some((edge) => cutCharacter(all, edge, this.options.encoding));
    if (cut) found.push(["split-character", "the edge of a read cuts a character"]);
    return found;
  }

  /** The number of the write that this byte of the stream comes from. */
  writeAt(place) {
    let end = 0;
    const index = this.writes.findIndex((bytes) => place < (end += bytes.length));
    return index + 1;
  }
}

function told(kind, words) {
  return { kind, words };
}

/** `read 3 returned 1024 bytes: "0146…"`. */
export function readWords({ number, bytes, end }, encoding) {
  if (end === "peer-reset") return `read ${number} fails: connection reset by peer`;
  if (end === "peer-closed") return `read ${number} returned 0 bytes: the peer is done`;
  const text = JSON.stringify(decode(bytes, encoding));
  const short = text.length > 60 ? `${text.slice(0, 30)} … ${text.slice(-25)}` : text;
  return `read ${number} returned ${count(bytes.length)}: ${short}`;
}

/** Bytes as text. What is none becomes U+FFFD, as in the programs of the lessons. */
export function decode(bytes, encoding) {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}
