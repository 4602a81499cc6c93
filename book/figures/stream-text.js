// Text and bytes: the encodings, and what the commands of lesson 4 print.

/** The most letters that a command may print here: a read of one byte each is a lot to draw. */
export const MOST = 8000;

/**
 * What a command prints that lesson 4's server would run. Only some are known here.
 * @throws {Error} for any other, in words for the reader.
 */
export function commandOutput(command) {
  const [name, ...words] = command.trim().split(" ");
  const rest = words.join(" ");
  const yes = name === "yes" && /^([^|]+) \| head -n (\d{1,4})$/.exec(rest);
  // A shell, or the command, would make something else of these.
  const special = /["'\\$`|&;<>*?%~()#{}[\]\t]|^-/.test(yes ? yes[1] : rest);
  if (special || words.includes("")) throw new Error(`the figure cannot run: ${command}`);
  if (yes) return bounded(`${yes[1]}\n`.repeat(Number(yes[2])));
  if (name === "echo") return `${rest}\n`;
  if (name === "printf" && words.length === 1) return rest;
  if (name === "true") return bounded("");
  if (name === "seq" && /^\d{1,6} \d{1,6}$/.test(rest)) return numbers(...words.map(Number));
  throw new Error(`the figure knows $ echo, printf WORD, seq A B, true, and yes … | head -n N`);
}

function numbers(first, last) {
  const length = Math.min(Math.max(last - first + 1, 0), MOST);
  return bounded(Array.from({ length }, (_, index) => `${first + index}\n`).join(""));
}

// Zero bytes would be no answer: lesson 4's server says so in words.
function bounded(text) {
  if (text.length > MOST) throw new Error(`here a command prints at most ${MOST} letters`);
  return text || "(no output)";
}

/** Text as bytes, in UTF-8 or GBK. What GBK has not becomes a question mark. */
export function encode(text, encoding) {
  if (encoding !== "gbk") return new TextEncoder().encode(text);
  const table = gbkTable();
  return Uint8Array.from([...text].flatMap((letter) => table.get(letter) ?? [0x3f]));
}

let table;

/** The browser can only read GBK. So we let it read all there is, once, and turn that round. */
function gbkTable() {
  if (table) return table;
  const decoder = new TextDecoder("gbk");
  table = new Map();
  for (let first = 0; first < 0x80; first++) table.set(String.fromCharCode(first), [first]);
  for (let first = 0x81; first < 0xff; first++) {
    for (let second = 0x40; second < 0xff; second++) {
      const letter = decoder.decode(Uint8Array.of(first, second));
      const whole = [...letter].length === 1 && letter !== "\ufffd";
      if (whole && !table.has(letter)) table.set(letter, [first, second]);
    }
  }
  return table;
}

/** Whether a character of the stream has bytes on both sides of this place. */
export function cutCharacter(bytes, place, encoding) {
  if (place >= bytes.length) return false;
  if (encoding !== "gbk") return (bytes[place] & 0xc0) === 0x80;
  let at = 0;
  while (at < place) at += bytes[at] > 0x80 ? 2 : 1;
  return at > place;
}
