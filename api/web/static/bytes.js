// Bytes: compared, hashed, and read from base64 in its one spelling.

/** Decode standard base64 with padding; null for every other spelling. */
export function bytesOf(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const again = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return again === text ? bytes : null;
  } catch {
    return null;
  }
}

export function same(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** SHA-256 over parts, one after the other. */
export async function sha256(...parts) {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

/** Lower-case hexadecimal. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
