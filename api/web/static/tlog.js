// Proofs of a transparency log, checked in the browser: C2SP vkey, signed note, checkpoint and
// tlog-proof, RFC 9162 inclusion. The same as `voting.ledger` checks.

import { bytesOf, hex, same, sha256 } from "./bytes.js";

const UTF8 = new TextEncoder();
const KEY_ID = 4;
const HASH = 32;
const ED25519_LOG = 1;

/** Something is not what it should be; the message says what, in Chinese. */
export class Doubt extends Error {}

/** Read `name+id+base64`: the key of a log. */
export async function readKey(vkey) {
  const [name, id, encoded] = splitIn(vkey, "+", 3) ?? [];
  const typed = encoded === undefined ? null : bytesOf(encoded);
  if (!name || !typed || typed.length !== 33 || typed[0] !== ED25519_LOG) {
    throw new Doubt("无法识别的日志公钥：应为 C2SP vkey 格式");
  }
  const hash = await sha256(UTF8.encode(`${name}\n`), typed);
  if (hex(hash.slice(0, KEY_ID)) !== id) throw new Doubt("日志公钥的编号或用途与公钥不符");
  return { name, id: hash.slice(0, KEY_ID), public: typed.slice(1), vkey };
}

/** Whether `signature` is this key's over `message`. */
export async function verifies(publicBytes, signature, message) {
  if (signature.length !== 64) return false;
  const key = await crypto.subtle.importKey("raw", publicBytes, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

/** Read the text of a `.tlog-proof` file; nothing is verified yet. */
export function readProof(text) {
  const cut = text.indexOf("\n\n");
  const [header, index, ...hashes] = text.slice(0, Math.max(cut, 0)).split("\n");
  const position = /^index (0|[1-9][0-9]{0,15})$/.exec(index ?? "");
  const path = hashes.map(bytesOf);
  if (header !== "c2sp.org/tlog-proof@v1" || !position || path.length > 63) {
    throw new Doubt("不是日志凭证");
  }
  if (path.some((hash) => hash === null || hash.length !== HASH)) {
    throw new Doubt("日志凭证格式有误");
  }
  return { index: Number(position[1]), path, note: text.slice(cut + 2) };
}

/** Open a signed checkpoint: every line by this key must verify, and one must be there. */
export async function openCheckpoint(note, key) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n") || /[\0-\x09\x0b-\x1f]/.test(note)) {
    throw new Doubt("签名文件缺少空行或签名行");
  }
  const text = note.slice(0, cut + 1);
  let signed = false;
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const [dash, name, encoded] = splitIn(line, " ", 3) ?? [];
    const blob = encoded === undefined ? null : bytesOf(encoded);
    if (dash !== "—" || !blob || blob.length <= KEY_ID) throw new Doubt("签名行格式有误");
    if (name !== key.name || !same(blob.slice(0, KEY_ID), key.id)) continue;
    if (!(await verifies(key.public, blob.slice(KEY_ID), UTF8.encode(text)))) {
      throw new Doubt("日志检查点的签名无效");
    }
    signed = true;
  }
  if (!signed) throw new Doubt("日志的密钥没有在检查点上签名");
  return readCheckpoint(text, key);
}

function readCheckpoint(text, key) {
  const [origin, size, root] = splitIn(text.slice(0, -1), "\n", 3) ?? [];
  const hash = root === undefined ? null : bytesOf(root);
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size ?? "") || !hash || hash.length !== HASH) {
    throw new Doubt("日志检查点格式有误");
  }
  if (origin !== key.name) throw new Doubt("检查点不属于这个日志");
  return { origin, size: Number(size), root: hash };
}

/** Whether an entry is in the tree of a checkpoint, at the proof's position. */
export async function includes(checkpoint, proof, entry) {
  // Division instead of shifts: JavaScript shifts 32 bits only.
  let [node, last] = [proof.index, checkpoint.size - 1];
  if (node > last) return false;
  let hash = await sha256(Uint8Array.of(0), entry);
  for (const sibling of proof.path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = await sha256(Uint8Array.of(1), sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = await sha256(Uint8Array.of(1), hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && same(hash, checkpoint.root);
}

function half(number) {
  return Math.floor(number / 2);
}

/** Split into exactly `count` parts, the last of which may hold more separators; or null. */
function splitIn(text, separator, count) {
  const parts = text.split(separator);
  if (parts.length < count) return null;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}
