// Words that models and figures share.

/** `1 byte`, `2 requests`. */
export function count(number, noun = "byte") {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
