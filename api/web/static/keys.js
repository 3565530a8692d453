// The owner's signing key: P-256, made in this browser and not extractable from it.

import { digest, encode } from "./canonical.js";
import { base64, ENROLMENT, REPLACEMENT, seal } from "./dsse.js";
import * as api from "./api.js";
import * as vault from "./vault.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };

/** A key pair whose private half can sign but can never be read. */
export class DeviceKey {
  constructor(keyId, spki, privateKey) {
    this.keyId = keyId;
    this.spki = spki;
    this.privateKey = privateKey;
  }

  static async generate() {
    const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    // A public key may always be exported, whatever `extractable` says of the private one.
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
    return new DeviceKey(await digest(spki), spki, pair.privateKey);
  }

  /** Sign bytes; the answer is the 64 bytes r || s. */
  async sign(message) {
    return new Uint8Array(await crypto.subtle.sign(SIGNATURE, this.privateKey, message));
  }
}

/** Whether this page may use WebCrypto at all (https, or the machine itself). */
export function available() {
  return globalThis.isSecureContext && Boolean(globalThis.crypto?.subtle);
}

/**
 * Enrol a fresh key for the owner who makes this claim, and remember it here.
 *
 * `roster` is `{id, digest}` of the notice; `claim` holds name, id_type, id_number, title_no and
 * code. It is kept nowhere. A key of his that this browser has agrees to be replaced.
 */
export async function enrol(roster, claim) {
  const key = await DeviceKey.generate();
  const { challenge } = await api.challenge(roster.id);
  return bind(roster, key, challenge, (proofs) => api.enrol(roster.id, { ...claim, ...proofs }));
}

/** Enrol a key by `send(proofs)`: its signature, and if need be that of the key it replaces. */
export async function bind(roster, key, challenge, send) {
  const possession = { challenge, roster: roster.digest, spki: base64(key.spki) };
  const message = encode(possession);
  const proofs = { possession: await seal(ENROLMENT, message, key) };
  const answer = await send(proofs).catch(async (problem) => {
    const earlier = await keptKey(problem.facts?.earlier);
    if (problem.code !== "stronger-proof-needed" || !earlier) throw problem;
    const former = await seal(REPLACEMENT, message, earlier);
    const replaced = await send({ ...proofs, former });
    await vault.remove("keys", earlier.keyId);
    return replaced;
  });
  const enrolment = { key, groups: answer.groups, withheld: answer.withheld, kept: true };
  try {
    await vault.put("keys", {
      keyId: key.keyId,
      roster: roster.digest,
      spki: key.spki,
      privateKey: key.privateKey,
      groups: answer.groups,
      withheld: answer.withheld,
    });
  } catch {
    // Private windows may refuse storage; the key then lives as long as this page.
    enrolment.kept = false;
  }
  return enrolment;
}

/** A key that this browser still has, or null. */
async function keptKey(keyId) {
  if (!keyId) return null;
  const record = await vault.get("keys", keyId).catch(() => null);
  return record ? new DeviceKey(record.keyId, record.spki, record.privateKey) : null;
}

/** Enrolments made in this browser for the roster with this digest. */
export async function remembered(rosterDigest) {
  try {
    return (await vault.all("keys"))
      .filter((record) => record.roster === rosterDigest)
      .map((record) => ({
        key: new DeviceKey(record.keyId, record.spki, record.privateKey),
        groups: record.groups,
        withheld: record.withheld ?? [],
        kept: true,
      }));
  } catch {
    return [];
  }
}
