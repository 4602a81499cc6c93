// A recorded play, line by line, and which bytes on the wire belong to which line. No drawing here.

const encoder = new TextEncoder();

/** Where a reader is in a play. */
export class Walk {
  /** How many entries are shown. */
  shown = 0;

  /** @param {Array<{kind: string}>} entries the lines of the play, in order */
  constructor(entries) {
    this.entries = entries;
  }

  /** The entry that came last, if any. */
  get last() {
    return this.entries[this.shown - 1];
  }

  get atEnd() {
    return this.shown === this.entries.length;
  }

  /** Whether a question waits for the reader. */
  get asks() {
    return this.last?.kind === "ask";
  }

  step() {
    this.shown = Math.min(this.shown + 1, this.entries.length);
  }

  back() {
    this.shown = Math.max(this.shown - 1, 0);
  }

  restart() {
    this.shown = 0;
  }

  /** Goes on to the next question, which waits for the reader; or to the end. */
  all() {
    do this.step();
    while (!this.atEnd && !this.asks);
  }
}

/**
 * Says for each piece of the wire's recording with which line of the play it shows.
 *
 * The recording has an order within each connection only. A piece belongs to a line if the line
 * names its very bytes: somebody typed them, or a server printed that it received them. What the
 * other side sent right after a request belongs to the server's line about that request. All else
 * belongs to no line.
 *
 * @param {Array<{kind: string, side: string, text: string}>} entries the lines of the play
 * @param {Array<{connection: string, request: boolean, size: number, bytes: number[]}>} pieces
 *   in the order of their connections; `bytes` are the first of them
 * @returns {Array<number|undefined>} for each piece the index of its line
 */
export function align(entries, pieces) {
  const lines = pieces.map(() => undefined);
  const heard = new Set();
  entries.forEach((entry, index) => {
    if (entry.kind === "type") typed(pieces, lines, sized(entry.text), index);
  });
  entries.forEach((entry, index) => {
    const wanted = received(entry);
    if (wanted) arrived(pieces, lines, heard, wanted, index);
  });
  return inOrder(pieces, lines);
}

/** Finds the piece that somebody typed: the next in its connection, with exactly these bytes. */
function typed(pieces, lines, wanted, index) {
  const place = pieces.findIndex(
    (piece, place) =>
      lines[place] === undefined &&
      same(piece, wanted) &&
      requestsBefore(pieces, place).every((earlier) => lines[earlier] !== undefined),
  );
  if (place >= 0) lines[place] = index;
}

/** Finds the request that a server has received, and takes what follows it for the answer. */
function arrived(pieces, lines, heard, wanted, index) {
  const place = pieces.findIndex(
    (piece, place) =>
      piece.request &&
      !heard.has(place) &&
      same(piece, wanted) &&
      requestsBefore(pieces, place).every((earlier) => heard.has(earlier)),
  );
  if (place < 0) return;
  heard.add(place);
  lines[place] ??= index;
  for (let next = place + 1; next < pieces.length && !pieces[next].request; next += 1) {
    if (pieces[next].connection !== pieces[place].connection) return;
    lines[next] ??= index;
  }
}

/** The places of all earlier requests of the same connection. */
function requestsBefore(pieces, place) {
  const { connection } = pieces[place];
  const before = [...pieces.keys()].slice(0, place);
  return before.filter((at) => pieces[at].request && pieces[at].connection === connection);
}

/** What a server says it has received: `received 7 bytes: "echo hi"`, or null. */
function received({ kind, text }) {
  const found = kind === "print" && /^received (\d+) bytes?(?: from \S+)?: "(.*)"$/.exec(text);
  if (!found) return null;
  return { size: Number(found[1]), bytes: sized(unquoted(found[2])).bytes };
}

function sized(text) {
  // An empty line is told as `(Enter)`.
  const bytes = encoder.encode(text === "(Enter)" ? "" : text);
  return { size: bytes.length, bytes: [...bytes] };
}

function unquoted(text) {
  return text.replace(/\\(["\\])/g, "$1");
}

function same(piece, { size, bytes }) {
  return piece.size === size && piece.bytes.every((byte, index) => byte === bytes[index]);
}

/** Lets go of whatever would claim another order than the recorded one. */
function inOrder(pieces, lines) {
  const latest = {};
  return lines.map((line, place) => {
    const { connection } = pieces[place];
    if (line === undefined || line < (latest[connection] ?? 0)) return undefined;
    latest[connection] = line;
    return line;
  });
}

/**
 * An entry in words, for those who do not see where it stands.
 *
 * @param {{kind: string, side: string, text: string}} entry a line of the play
 * @returns {string}
 */
export function spoken({ kind, side, text }) {
  switch (kind) {
    case "say":
      return text;
    case "ask":
      return `Question: ${text}`;
    case "start":
      return `${side} runs: ${text}`;
    case "type":
      return `${side} types: ${text}`;
    case "print":
      return `${side} prints: ${text}`;
    default:
      return `${side}: ${text}`;
  }
}
