// One owner group's ballot: written, signed, kept until acknowledged, sent.

import { compareCodePoints, decode, digest, encode } from "./canonical.js";
import { BALLOT, seal, toBytes } from "./dsse.js";
import * as api from "./api.js";
import * as vault from "./vault.js";

/**
 * The payload an owner signs, as canonical bytes.
 *
 * `notice` is the published notice with its `digest`, `choices` maps item id to choice, and
 * `earlier` is the receipt this ballot replaces, if the published rules allow it.
 */
export function compose(notice, group, choices, earlier = null) {
  return encode({
    assembly: notice.assembly,
    capacity: "owner",
    choices,
    format: "yezhu-ballot/1",
    nonce: nonce(),
    notice: notice.digest,
    replaces: earlier ? earlier.ballotDigest : null,
    roster: notice.roster.digest,
    sequence: earlier ? earlier.sequence + 1 : 1,
    units: group.units.map(({ unit }) => unit).sort(compareCodePoints),
  });
}

/**
 * Sign a composed payload and keep the signed bytes before anything is sent. The ballot's id is
 * the digest of its text, the same that the owner compared and that the receipt must repeat.
 */
export async function sign(notice, group, payload, key) {
  const envelope = toBytes(await seal(BALLOT, payload, key));
  const signed = {
    id: await digest(payload),
    assembly: notice.assembly,
    group: group.group,
    keyId: key.keyId,
    sequence: decode(payload).sequence,
    units: group.units.map(({ unit }) => unit),
    envelope,
  };
  await quietly(() => vault.put("pending", signed));
  return signed;
}

/** Send signed bytes. They are forgotten only once there is a receipt or a refusal. */
export async function send(signed) {
  let text;
  try {
    text = await api.cast(signed.assembly, signed.envelope);
  } catch (error) {
    if (!error.retryable) await quietly(() => vault.remove("pending", signed.id));
    throw error;
  }
  const { summary } = JSON.parse(text);
  const receipt = {
    id: slot(signed.assembly, signed.units),
    assembly: signed.assembly,
    sequence: signed.sequence,
    ballotDigest: summary.ballot_digest,
    matches: signed.id === summary.ballot_digest,
    summary,
    text,
  };
  await quietly(() => vault.put("receipts", receipt));
  await quietly(() => vault.remove("pending", signed.id));
  return receipt;
}

/** Signed ballots of this assembly that nobody has acknowledged yet. */
export async function unsent(assembly) {
  const records = await quietly(() => vault.all("pending"));
  return (records ?? []).filter((record) => record.assembly === assembly);
}

/** The receipt this browser holds for these units, or null. */
export async function receiptFor(assembly, group) {
  const units = group.units.map(({ unit }) => unit);
  return (await quietly(() => vault.get("receipts", slot(assembly, units)))) ?? null;
}

function slot(assembly, units) {
  return JSON.stringify([assembly, ...[...units].sort(compareCodePoints)]);
}

/** 128 random bits that make a text unlike any other. */
export function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Storage may be refused in a private window; voting does not depend on it. */
async function quietly(action) {
  try {
    return await action();
  } catch {
    return undefined;
  }
}
