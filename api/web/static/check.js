// The offline check of a receipt: the numbered list of `voting.box.verify`, every failure reported.

import { bytesOf, hex, sha256 } from "./bytes.js";
import { compareCodePoints, decode, digest } from "./canonical.js";
import { BALLOT, MAX_BYTES as MAX_ENVELOPE, pae } from "./dsse.js";
import { Doubt, includes, openCheckpoint, readKey, readProof, verifies } from "./tlog.js";

const RECEIPT = "application/vnd.yezhu.receipt.v1+json";
const FORMAT = "yezhu-receipt/1";
const MAX_BYTES = 262_144;
const SALT = 32;
const ED25519_SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);
const SUMMARY = [
  "area_cm2", "ballot_digest", "heads", "log_size", "position", "received_at", "units",
]; // prettier-ignore
const TEXTS = ["assembly", "ballot", "ballot_digest", "entry", "proof", "received_at", "salt"];
const FIGURES = ["area_cm2", "heads", "log_size", "position"];
const BALLOT_FORMAT = "yezhu-ballot/1";
const BALLOT_TEXTS = ["assembly", "capacity", "format", "nonce", "notice", "roster"];
const SPOILT = "不是回执文件：应为投票后保存的 JSON 文件";

const CHECKS = [
  ["文件是一份完整的回执", summaryAgrees],
  ["回执由日志的密钥签名", signed],
  ["日志检查点签名有效，属于这次业主大会", checkpointIsOfThisAssembly],
  ["表决票的条目在日志中，就在所写的位置", included],
  ["所附的表决票就是日志条目所承诺的那一张", committed],
  ["所附的表决票属于这次业主大会和这些房屋", ballotIsForTheseUnits],
];

/**
 * Check the bytes of a receipt file; `vkey` is the log's key where it was learnt elsewhere.
 *
 * Answers with the findings, each `{title, problems}`, and what is credited if there are none.
 * Throws a `Doubt` for what is no receipt at all.
 */
export async function check(bytes, vkey = "") {
  const file = read(bytes);
  if (!vkey && file.logKey === null) throw new Doubt("回执文件里没有日志公钥，请填写日志公钥");
  const key = await readKey(vkey || file.logKey);
  const said = credited(file.envelope.payload);
  const findings = [];
  for (const [title, run] of CHECKS) {
    findings.push({ title, problems: await problemsOf(run, { file, said, key }) });
  }
  const passed = findings.every(({ problems }) => problems.length === 0);
  return { findings, key, credited: passed ? { ...said, choices: ballotOf(said).choices } : null };
}

async function problemsOf(run, receipt) {
  const problems = [];
  try {
    await run(receipt, (problem) => problems.push(problem));
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    problems.push(error.message);
  }
  return problems;
}

function read(bytes) {
  if (bytes.length > MAX_BYTES) throw new Doubt(`回执文件超过 ${MAX_BYTES} 字节`);
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Doubt(SPOILT);
  }
  if (!isObject(value)) throw new Doubt(SPOILT);
  if (!("receipt" in value)) return { envelope: envelope(value), summary: null, logKey: null };
  const { summary = null, log_key: logKey = null } = value;
  if ((summary !== null && !isObject(summary)) || (logKey !== null && !isText(logKey))) {
    throw new Doubt("回执文件的结构不对");
  }
  return { envelope: envelope(value.receipt), summary, logKey };
}

/** Read a DSSE envelope with one signature. */
function envelope(value) {
  const signatures = isObject(value) && Array.isArray(value.signatures) ? value.signatures : [];
  const [signature] = signatures;
  const sound =
    hasKeys(value, ["payload", "payloadType", "signatures"]) &&
    signatures.length === 1 &&
    hasKeys(signature, ["keyid", "sig"]) &&
    [value.payload, value.payloadType, signature.keyid, signature.sig].every(isText);
  const payload = sound ? bytesOf(value.payload) : null;
  const sig = sound ? bytesOf(signature.sig) : null;
  if (payload === null || sig === null) throw new Doubt("签名消息的结构不对");
  return { payload, type: value.payloadType, keyId: signature.keyid, sig };
}

/** Read what a receipt says: all of it and no more. */
function credited(payload) {
  const said = canonical(payload);
  const names = [...new Set([...SUMMARY, ...TEXTS, ...FIGURES, "format"])];
  const sound =
    hasKeys(said, names) &&
    said.format === FORMAT &&
    TEXTS.every((name) => isText(said[name])) &&
    FIGURES.every((name) => Number.isSafeInteger(said[name]) && said[name] >= 0) &&
    Array.isArray(said.units) &&
    said.units.every(isText) &&
    isMoment(said.received_at);
  if (!sound) throw new Doubt("回执的内容不完整，或不是本页认得的格式");
  return said;
}

function summaryAgrees({ file, said }, problem) {
  const plain = file.summary;
  const agrees =
    plain === null ||
    (hasKeys(plain, SUMMARY) &&
      SUMMARY.every((name) => JSON.stringify(plain[name]) === JSON.stringify(said[name])));
  if (!agrees) problem("签名回执之外写的内容与签名的内容不同，以签名的内容为准");
}

async function signed({ file, key }, problem) {
  const spki = new Uint8Array([...ED25519_SPKI, ...key.public]);
  if (file.envelope.keyId !== (await digest(spki))) {
    problem("回执所写的签名密钥不是这个日志公钥");
  }
  const { type, payload, sig } = file.envelope;
  if (type !== RECEIPT) throw new Doubt("签名的用途不符");
  if (!(await verifies(key.public, sig, pae(type, payload)))) {
    problem("回执的签名无效：内容被改动过，或不是由这个服务签发的");
  }
}

async function checkpointIsOfThisAssembly({ said, key }, problem) {
  const checkpoint = await openCheckpoint(readProof(said.proof).note, key);
  if (!checkpoint.origin.endsWith(`/assemblies/${said.assembly}`)) {
    problem(`检查点属于日志 ${checkpoint.origin}，不是这次业主大会的日志`);
  }
}

async function included({ said, key }, problem) {
  const proof = readProof(said.proof);
  const checkpoint = await openCheckpoint(proof.note, key);
  if (!(await includes(checkpoint, proof, base64Of(said.entry)))) {
    throw new Doubt("凭证不能证明该条目在日志中");
  }
  if (proof.index !== said.position) problem("所证明的日志位置与回执所写的不同");
  if (checkpoint.size !== said.log_size) problem("检查点的日志长度与回执所写的不同");
}

async function committed({ said }, problem) {
  const entry = canonical(base64Of(said.entry));
  if (!hasKeys(entry, ["at", "commitment", "type"])) {
    throw new Doubt("回执所附的日志条目不是表决票的条目");
  }
  if (entry.type !== "ballot") problem("日志条目不是手机表决票的条目");
  if (entry.at !== said.received_at) problem("日志条目所记的收到时间与回执所写的不同");
  const salt = base64Of(said.salt);
  const opened = hex(await sha256(salt, base64Of(said.ballot)));
  if (salt.length !== SALT || opened !== entry.commitment) {
    problem("所附的表决票不是日志条目所承诺的那一张");
  }
}

async function ballotIsForTheseUnits({ said }, problem) {
  const ballot = ballotOf(said);
  if ((await digest(signedText(said))) !== said.ballot_digest) {
    problem("所附表决票的指纹与回执所写的不同");
  }
  if (ballot.assembly !== said.assembly) problem("所附的表决票属于另一次业主大会");
  if (JSON.stringify(ballot.units) !== JSON.stringify(said.units)) {
    problem("所附表决票的房屋与回执所写的不同");
  }
}

/** The text that the owner signed. */
function signedText(said) {
  const bytes = base64Of(said.ballot);
  if (bytes.length > MAX_ENVELOPE) throw new Doubt(`签名消息超过 ${MAX_ENVELOPE} 字节`);
  const sealed = envelope(canonical(bytes));
  if (sealed.type !== BALLOT) throw new Doubt("回执所附的不是一张表决票");
  return sealed.payload;
}

/** What the owner chose: all that a ballot says and no more. */
function ballotOf(said) {
  const ballot = canonical(signedText(said));
  const sound =
    hasKeys(ballot, [...BALLOT_TEXTS, "choices", "replaces", "sequence", "units"]) &&
    BALLOT_TEXTS.every((name) => isText(ballot[name])) &&
    ballot.format === BALLOT_FORMAT &&
    ballot.capacity === "owner" &&
    /^[0-9a-f]{32}$/.test(ballot.nonce) &&
    isObject(ballot.choices) &&
    (ballot.replaces === null || isText(ballot.replaces)) &&
    Number.isSafeInteger(ballot.sequence) &&
    Array.isArray(ballot.units) &&
    ballot.units.length > 0 &&
    ballot.units.every(isText);
  if (!sound) throw new Doubt("表决票的内容不完整，或含有多余内容");
  const [, ...later] = ballot.units;
  if (later.some((unit, place) => compareCodePoints(ballot.units[place], unit) >= 0)) {
    throw new Doubt("表决票所列房屋须排序且不重复");
  }
  return ballot;
}

/** Whether a text is `2026-11-23T08:45:33Z`, of a day that there is. */
function isMoment(text) {
  const moment = new Date(text);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().replace(".000Z", "Z") === text;
}

function canonical(bytes) {
  try {
    return decode(bytes);
  } catch {
    throw new Doubt("内容不是规范写法");
  }
}

function base64Of(text) {
  const bytes = bytesOf(text);
  if (bytes === null) throw new Doubt("Base64 编码有误");
  return bytes;
}

function isText(value) {
  return typeof value === "string";
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasKeys(value, names) {
  return (
    isObject(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name))
  );
}
