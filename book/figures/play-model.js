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
 * The shares in which a piece is shown. A server tells of an upload when it has the header, and
 * the body may be on its way for long after that: these are two.
 *
 * @param {{request: boolean, size: number, rows: Array<{bytes: number[], label: string}>}} piece
 * @returns {object[]} one or two pieces
 */
export function shares(piece) {
  const body = piece.rows.findIndex(({ label }) => label.startsWith("body"));
  if (!piece.request || body < 1) return [piece];
  const header = piece.rows.slice(0, body);
  const size = header.flatMap(({ bytes }) => bytes).length;
  const rest = { ...piece, size: piece.size - size, rows: piece.rows.slice(body) };
  return [{ ...piece, size, rows: header }, rest];
}

/**
 * Says for each piece of the wire's recording with which line of the play it shows.
 *
 * The recording has an order within each connection only. A piece belongs to a line that names
 * it: somebody typed its very bytes, a server printed that it received them, or it tells what a
 * new client asks for. What the server sent right after a request belongs to its line about that
 * request. All else belongs to a line that proves it: by then it had come.
 *
 * @param {Array<{kind: string, side: string, text: string}>} entries the lines of the play
 * @param {Array<{connection: string, request: boolean, size: number, rows: object[]}>} pieces
 *   shares, in the order of their connections; the rows have the first of their bytes
 * @returns {number[]} for each piece the index of its line
 */
export function align(entries, pieces) {
  const calls = greeted(entries);
  const lines = pieces.map(() => undefined);
  const heard = new Set();
  entries.forEach((entry, index) => {
    if (entry.kind === "type") typed(pieces, lines, sized(entry.text), index);
  });
  entries.forEach((entry, index) => {
    const wanted = received(entry, entries[index + 1]);
    if (wanted) arrived(pieces, lines, heard, wanted, index);
    const call = calls.find(({ asked }) => asked === index);
    const place = pieces.findIndex(({ connection }) => connection === call?.connection);
    if (place >= 0) lines[place] ??= index;
  });
  return filled(entries, pieces, calls, inOrder(pieces, lines));
}

/** Finds the piece that somebody typed: the next with exactly these bytes. */
function typed(pieces, lines, wanted, index) {
  const place = pieces.findIndex(
    (piece, place) => lines[place] === undefined && same(piece, wanted),
  );
  if (place >= 0) lines[place] = index;
}

/** Finds the request that a server has received, and takes what follows it for the answer. */
function arrived(pieces, lines, heard, wanted, index) {
  const place = pieces.findIndex(
    (piece, place) => piece.request && !heard.has(place) && same(piece, wanted),
  );
  if (place < 0) return;
  heard.add(place);
  lines[place] ??= index;
  for (let next = place + 1; next < pieces.length && !pieces[next].request; next += 1) {
    if (pieces[next].connection !== pieces[place].connection) return;
    lines[next] ??= index;
  }
}

/**
 * The connections that a server tells of, in their order: who called, that is who was started
 * last; the line that tells what the client asks for; and the line that says it is gone.
 */
function greeted(entries) {
  const calls = new Map();
  let caller;
  entries.forEach(({ kind, side, text }, index) => {
    if (kind === "start") caller = side;
    const [, address, news] = (kind === "print" && /^client (\S+:\d+)(?: (.+))?$/.exec(text)) || [];
    if (!address) return;
    if (!calls.has(address)) calls.set(address, { connection: String(calls.size + 1), caller });
    else if (news?.startsWith("gone: ")) calls.get(address).gone = index;
    else calls.get(address).asked ??= index;
  });
  return [...calls.values()];
}

/** Gives each piece that no line names to a line that proves it: the next of its client, or the end. */
function filled(entries, pieces, calls, lines) {
  return lines.map((line, place) => {
    if (line !== undefined) return line;
    const { connection } = pieces[place];
    const own = (other, at) => other !== undefined && pieces[at].connection === connection;
    const before = Math.max(-1, ...lines.filter((other, at) => at < place && own(other, at)));
    const next = lines.findIndex((other, at) => at > place && own(other, at));
    const call = calls.find((one) => one.connection === connection);
    // What the client prints next, it prints because of what has come.
    const proof = entries.findIndex(
      ({ kind, side }, index) =>
        index > before && ((kind === "print" && side === call?.caller) || index === call?.gone),
    );
    const last = next < 0 ? entries.length - 1 : lines[next];
    return proof < 0 ? last : Math.min(proof, last);
  });
}

/** What a server says it has received: `received 7 bytes: "echo hi"`, or null. */
function received({ kind, text }, next) {
  const found = kind === "print" && /^received (\d+) bytes?(?: from \S+)?: "(.*)"$/.exec(text);
  if (!found) return null;
  const cut = next?.text.startsWith("the datagram was longer");
  return { size: Number(found[1]), bytes: sized(unquoted(found[2])).bytes, cut };
}

function sized(text) {
  // An empty line is told as `(Enter)`.
  const bytes = encoder.encode(text === "(Enter)" ? "" : text);
  return { size: bytes.length, bytes: [...bytes] };
}

function unquoted(text) {
  return text.replace(/\\(["\\])/g, "$1");
}

/** Whether a piece is these bytes or, if they were cut, begins with them. */
function same(piece, { size, bytes, cut }) {
  const shown = piece.rows.flatMap((row) => row.bytes);
  const fits = cut ? piece.size > size : piece.size === size;
  return fits && shown.slice(0, size).every((byte, index) => byte === bytes[index]);
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
