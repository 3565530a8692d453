// The way to the identity provider and back: the authorization code flow with PKCE (RFC 7636).

import * as api from "./api.js";
import { base64 } from "./dsse.js";
import { bind, DeviceKey } from "./keys.js";
import * as vault from "./vault.js";

const STORE = "signIns";

/**
 * Make a new key and leave for the provider, whose token will be good for this key alone. One
 * sign-in is under way at a time.
 */
export async function leave(assembly, roster) {
  const key = await DeviceKey.generate();
  const { challenge } = await api.challenge(roster.id);
  const record = { assembly, challenge, key: { ...key }, state: random(), verifier: random() };
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(record.verifier));
  const place = await api.signInPlace(roster.id, {
    challenge,
    state: record.state,
    code_challenge: urlSafe(new Uint8Array(hash)),
  });
  try {
    for (const { state } of await vault.all(STORE)) await vault.remove(STORE, state);
    await vault.put(STORE, record);
  } catch {
    throw new api.Problem("这个浏览器不允许保存密钥，不能跳转登录，请改填产权证号。", 0);
  }
  location.assign(place.url);
}

/**
 * The sign-in with which the provider sent this page back, or null; without a state if it was not
 * begun in this browser. Its code leaves the address.
 */
export async function returned() {
  const query = new URLSearchParams(location.search);
  // Not every provider repeats the state with an error.
  if (!query.has("state") && !query.has("error")) return null;
  history.replaceState(null, "", location.pathname);
  const [record] = await vault.all(STORE).catch(() => []);
  if (!record) return {};
  return { ...record, code: query.get("state") === record.state ? query.get("code") : null };
}

/** Enrol the key of a sign-in. `claim` may add a title number; a second call spends no new code. */
export async function enrol(roster, signIn, claim = {}) {
  if (!signIn.code) {
    throw new api.Problem("身份认证平台没有确认您的身份，请重新登录，或改填产权证号。", 403);
  }
  const { challenge, code, state, verifier } = signIn;
  signIn.token ??= (await api.idToken(roster.id, { code, verifier })).id_token;
  const key = new DeviceKey(signIn.key.keyId, signIn.key.spki, signIn.key.privateKey);
  const enrolment = await bind(roster, key, challenge, (proofs) =>
    api.enrolVouched(roster.id, { id_token: signIn.token, ...claim, ...proofs }),
  );
  await vault.remove(STORE, state);
  return enrolment;
}

function random() {
  return urlSafe(crypto.getRandomValues(new Uint8Array(32)));
}

function urlSafe(bytes) {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
