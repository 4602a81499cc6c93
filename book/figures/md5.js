// MD5 (RFC 1321), for the headers of lessons 6 and 7. Browsers have every digest but this one.

// How far each step turns, four for each of the four rounds, and what it adds.
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const SINES = Array.from({ length: 64 }, (_, step) => Math.floor(2 ** 32 * Math.abs(Math.sin(step + 1))));

/** The digest of some bytes, as 32 hexadecimal digits. */
export function md5(bytes) {
  const words = padded(bytes);
  const sums = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d] = sums;
    for (let step = 0; step < 64; step++) {
      const round = step >> 4;
      const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const word = [step, 5 * step + 1, 3 * step + 5, 7 * step][round] % 16;
      const sum = (a + mixed + SINES[step] + words[block + word]) | 0;
      const turn = TURNS[4 * round + (step % 4)];
      [a, b, c, d] = [d, b + ((sum << turn) | (sum >>> (32 - turn))), b, c];
    }
    [a, b, c, d].forEach((value, index) => (sums[index] = (sums[index] + value) | 0));
  }
  const digits = new Uint8Array(Int32Array.from(sums).buffer);
  return Array.from(digits, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes, a bit that ends them, zeros, and their number of bits: blocks of 16 words. */
function padded(bytes) {
  const all = new DataView(new ArrayBuffer(Math.ceil((bytes.length + 9) / 64) * 64));
  [...bytes, 0x80].forEach((byte, place) => all.setUint8(place, byte));
  all.setUint32(all.byteLength - 8, 8 * bytes.length, true);
  return Array.from({ length: all.byteLength / 4 }, (_, index) => all.getUint32(4 * index, true));
}
