// DSSE v1 envelopes with one signature, in the canonical wire form of `voting.kernel.dsse`.

import { encode } from "./canonical.js";

export const BALLOT = "application/vnd.yezhu.ballot.v1+json";
export const BALLOT_OBJECTION = "application/vnd.yezhu.ballot-objection.v1+json";
export const ENROLMENT = "application/vnd.yezhu.enrolment.v1+json";
export const REPLACEMENT = "application/vnd.yezhu.replacement.v1+json";
export const REQUEST = "application/vnd.yezhu.request.v1+json";
export const MAX_BYTES = 8192;

const UTF8 = new TextEncoder();

/** Pre-authentication encoding: the bytes that are really signed. Lengths are in bytes. */
export function pae(payloadType, payload) {
  const name = UTF8.encode(payloadType);
  const head = UTF8.encode(`DSSEv1 ${name.length} ${payloadType} ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

/** Sign `payload` bytes for one purpose and return the envelope as an object. */
export async function seal(payloadType, payload, key) {
  const signature = await key.sign(pae(payloadType, payload));
  return {
    payload: base64(payload),
    payloadType,
    signatures: [{ keyid: key.keyId, sig: base64(signature) }],
  };
}

/** The wire form of an envelope; longer ones the server would refuse unread. */
export function toBytes(envelope) {
  const bytes = encode(envelope);
  if (bytes.length > MAX_BYTES) throw new RangeError(`envelope of ${bytes.length} bytes`);
  return bytes;
}

/** Standard base64 with padding. */
export function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
