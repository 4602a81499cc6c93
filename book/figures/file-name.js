// Which names lesson 7's server refuses, as its `name.rs` does (on a system other than Windows).

/** The rule that a name breaks, in the server's words, or nothing. */
export function brokenRule(name) {
  if (name === "") return "is empty";
  if (name === "." || name === "..") return "is a folder's";
  if (/[/\\]/.test(name)) return "leads to another folder";
  if (/^[a-z]:/i.test(name)) return "names a drive";
  if (/\p{Cc}/u.test(name)) return "holds a control character";
  if (/[. ]$/.test(name)) return "ends in a dot or a space, which Windows drops";
  if (isDevice(name)) return "is a device's on Windows";
  if (name.startsWith(".partial-")) return "is kept for files that are not whole yet";
  if (new TextEncoder().encode(name).length > 255) return "is longer than 255 bytes";
  return undefined;
}

function isDevice(name) {
  const stem = name.split(".")[0].trimEnd().toUpperCase();
  return /^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[1-9¹²³])$/.test(stem);
}
