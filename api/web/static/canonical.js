// Canonical JSON, byte for byte what `voting.kernel.canonical` writes: keys sorted by code point,
// no blanks, raw UTF-8 in form NFC, integers only. A value without such a form is refused.

const UTF8 = new TextEncoder();

/** Write `value` (object, array, string, integer, boolean, null) as canonical bytes. */
export function encode(value) {
  const text = write(value);
  // Normalising the whole text must change nothing: a combining mark right after an escape such
  // as \n would otherwise merge with the letter of the escape.
  if (text.normalize("NFC") !== text) throw new TypeError("no canonical form: mark after escape");
  return UTF8.encode(text);
}

/** Read canonical bytes; any other spelling of the same value is refused. */
export function decode(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const value = JSON.parse(text);
  if (write(value) !== text) throw new TypeError("not the canonical form of its value");
  return value;
}

/** Lower-case hexadecimal SHA-256. */
export async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function write(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return writeText(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
    return String(value === 0 ? 0 : value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value === "object") return writeObject(value);
  throw new TypeError(`no canonical form for ${typeof value}`);
}

function writeObject(object) {
  const members = Object.entries(object).map(([key, member]) => [key.normalize("NFC"), member]);
  members.sort(([left], [right]) => compareCodePoints(left, right));
  members.forEach(([key], index) => {
    if (index > 0 && key === members[index - 1][0]) throw new TypeError(`duplicate key: ${key}`);
  });
  return `{${members.map(([key, member]) => `${writeText(key)}:${write(member)}`).join(",")}}`;
}

function writeText(text) {
  // A lone surrogate has no UTF-8; the encoder would silently put U+FFFD in its place.
  if (/\p{Surrogate}/u.test(text)) throw new TypeError("lone surrogate");
  return JSON.stringify(text.normalize("NFC"));
}

/** Order by code point. JavaScript's own order is by UTF-16 unit, which differs past U+FFFF. */
export function compareCodePoints(left, right) {
  const a = Array.from(left);
  const b = Array.from(right);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = a[index].codePointAt(0) - b[index].codePointAt(0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
