// Frames of lessons 5 to 7: their bytes, and what a reader makes of so many of them.

import { md5 } from "./md5.js";
import { brokenRule } from "./file-name.js";
import { count } from "./words.js";

/** The limits of the lessons' programs, in bytes. */
export const MAX_REPLY = 2 ** 30;
export const MAX_HEADER = 64 * 1024;
export const MAX_UPLOAD = 2 ** 40;

/** How each preset sets the controls. An empty `says` or `size` is the truth. */
export const PRESETS = {
  answer: { title: "Lesson 5: an answer", kind: "text", text: "hello" },
  "oversized-length": { title: "It says 2 GiB", kind: "text", text: "hello", says: "2147483647" },
  "negative-length": { title: "It says −1", kind: "text", text: "hello", says: "-1" },
  "wrong-byte-order": { title: "Read from the wrong end", kind: "text", text: "hello", reader: "big" },
  number: { title: "Lesson 5: a number", kind: "number", text: "183346" },
  header: { title: "Lesson 6: an answer with a header", kind: "reply", text: "hi\n" },
  file: { title: "Lesson 7: a file", kind: "put", text: "hello\n", name: "notes.txt" },
  "path-traversal": { title: "A name that leads away", kind: "put", text: "hello\n", name: "../secret.txt" },
};

/** The controls as a preset sets them. */
export function preset(name) {
  const usual = { name: "notes.txt", order: "little", reader: "little", says: "", size: "" };
  return { ...usual, ...PRESETS[name] };
}

/** A number in four bytes, as `struct.pack('i', …)` makes them. Throws what lesson 5's packer says. */
export function fourBytes(digits, order) {
  if (!/^[+-]?\d+$/.test(digits)) {
    throw new Error(`${JSON.stringify(digits)} is no whole number that 'i' can hold`);
  }
  const number = BigInt(digits.replace("+", ""));
  if (number < -(2n ** 31n) || number >= 2n ** 31n) {
    throw new Error(`'i' holds numbers from -2147483648 to 2147483647, and ${digits} is not one of them`);
  }
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setInt32(0, Number(number), order === "little");
  return new Uint8Array(bytes.buffer);
}

/** Four bytes as a number. */
export function takenAs(bytes, order) {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  return view.getInt32(0, order === "little");
}

/** The parts of a frame, in their order: `{ name, bytes }`. Throws what cannot be packed. */
export function frameParts({ kind, text, name, order, says, size }) {
  if (kind === "number") return [{ name: "number", bytes: fourBytes(text, order) }];
  const body = new TextEncoder().encode(text);
  const json = kind === "text" ? undefined : headerJson(kind, body, name, size);
  const header = new TextEncoder().encode(json ?? "");
  const length = fourBytes(says || String((json ? header : body).length), order);
  const parts = [{ name: "length", bytes: length }];
  if (json) parts.push({ name: "header", bytes: header });
  return [...parts, { name: "body", bytes: body }];
}

/** The JSON that the programs write: these keys, in this order, without spaces. */
function headerJson(kind, body, name, size) {
  if (!/^(0|-?[1-9]\d{0,50})?$/.test(size)) throw new Error("a size is written in digits");
  const shown = size || String(body.length);
  const digest = md5(body);
  if (kind === "reply") return `{"md5":"${digest}","file_name":"output.txt","total_size":${shown}}`;
  const filename = JSON.stringify(name);
  return `{"action":"put","filename":${filename},"filesize":${shown},"md5":"${digest}"}`;
}

/**
 * What a reader makes of the bytes that have come: what it `knows`, and its `state`. That is
 * `waits` (`words` tells for what; `end` is what it would say if the connection ended here),
 * `refuses` (with `id`) or `done`.
 */
export function understand(kind, bytes, order) {
  const knows = [];
  if (bytes.length < 4) return { knows, ...waitsForLength(bytes.length) };
  const length = takenAs(bytes.subarray(0, 4), order);
  knows.push(`the four bytes say ${length}`);
  const bound = kind === "text" ? MAX_REPLY : MAX_HEADER;
  const refusal = checkLength(BigInt(length), bound);
  if (refusal) return { knows, ...refusal };

  const what = kind === "text" ? "the answer" : "the header";
  const rest = bytes.subarray(4);
  if (rest.length < length) return { knows, ...waitsFor(what, rest.length, length) };
  const message = rest.subarray(0, length);
  if (kind === "text") return { knows, ...done("the answer is whole", rest.length - length) };
  return understandHeader(kind, message, rest.subarray(length), knows);
}

function understandHeader(kind, json, rest, knows) {
  const [key, bound] = kind === "reply" ? ["total_size", MAX_REPLY] : ["filesize", MAX_UPLOAD];
  const header = parsed(json);
  if (!header) return { knows, ...refuses("malformed-header", "the header is no JSON object") };
  // Not from the parsed header: JavaScript keeps no more than 53 bits of a number.
  const size = BigInt(new RegExp(`"${key}":(-?\\d+)`).exec(header.text)[1]);
  knows.push(`the header is JSON, and its ${key} is ${size}`);
  if (size >= 2n ** 64n || size < -(2n ** 63n)) {
    return { knows, ...refuses("malformed-header", "that is no size in bytes") };
  }
  const refusal = checkLength(size, bound);
  if (refusal) return { knows, ...refusal };
  const broken = kind === "put" ? brokenRule(header.values.filename) : undefined;
  if (broken) return { knows, ...refuses("path-traversal", `the file name ${broken}`) };

  const wanted = Number(size);
  const what = kind === "put" ? "the file" : "the answer";
  const id = kind === "put" ? "interrupted-upload" : "closed-mid-message";
  if (rest.length < wanted) return { knows, ...waitsFor(what, rest.length, wanted, id) };
  const [digest, announced] = [md5(rest.subarray(0, wanted)), header.values.md5];
  if (digest !== announced) {
    const words = `the bytes have the md5 ${digest}, and the header announced ${announced}`;
    return { knows, ...refuses("digest-mismatch", words) };
  }
  return { knows, ...done(`${what} is whole, and its MD5 is the one`, rest.length - wanted) };
}

/** A header's text and values, if it is a JSON object. */
function parsed(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const values = JSON.parse(text);
    return values !== null && typeof values === "object" && !Array.isArray(values)
      ? { text, values }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Why a length is refused, in the words of lesson 5's `check_length`. */
function checkLength(length, max) {
  if (length < 0n) return refuses("negative-length", `the peer announces ${length} bytes`);
  if (length <= BigInt(max)) return undefined;
  const words = `the peer announces ${length} bytes; at most ${max} are accepted`;
  return refuses("oversized-length", words);
}

function waitsForLength(come) {
  if (come === 0) {
    const end = { id: "peer-closed", words: "an orderly end, between two messages" };
    return { state: "waits", words: "4 bytes, the length", end };
  }
  const end = unexpected(come, 4, "closed-mid-message");
  return { state: "waits", words: `${4 - come} more of the 4 bytes of the length`, end };
}

function waitsFor(what, come, length, id = "closed-mid-message") {
  const words = `${length - come} more of the ${count(length)} of ${what}`;
  return { state: "waits", words, end: unexpected(come, length, id) };
}

function unexpected(come, length, id) {
  return { id, words: `unexpected end: ${come} of ${length} bytes arrived` };
}

function refuses(id, words) {
  return { state: "refuses", id, words };
}

function done(words, left) {
  const more = left > 0 ? `; ${count(left)} more, it takes for the next message` : "";
  return { state: "done", words: words + more, left };
}
