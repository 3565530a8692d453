// The HTTP interface, one function per question. Every failure becomes a `Problem`.

/** What the server refused (RFC 9457), or why it could not be asked. */
export class Problem extends Error {
  constructor(detail, status, code = "", facts = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.facts = facts;
  }

  /** Whether the same request may still succeed: nobody has said no to it. */
  get retryable() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Public list: announced assemblies only. */
export async function assemblies() {
  return (await getJson("/v1/assemblies")).assemblies;
}

/** The published notice as the very bytes whose digest is signed. */
export async function noticeBytes(assembly) {
  const response = await request(path("assemblies", assembly, "notice"));
  return new Uint8Array(await response.arrayBuffer());
}

export function challenge(roster) {
  return postJson(path("rosters", roster, "challenges"), {});
}

/** How owners may prove themselves here, beside a title number. */
export function ways(roster) {
  return getJson(path("rosters", roster, "ways"));
}

/** Ask for a code to be sent; the answer is the same for everybody. */
export function requestCode(roster, person) {
  return postJson(path("rosters", roster, "codes"), person);
}

/** Where to sign in at the identity provider. */
export function signInPlace(roster, signIn) {
  return postJson(path("rosters", roster, "sign-ins"), signIn);
}

/** The provider's token for the code it sent back. */
export function idToken(roster, code) {
  return postJson(path("rosters", roster, "id-tokens"), code);
}

export function enrolVouched(roster, claim) {
  return postJson(path("rosters", roster, "vouched-keys"), claim);
}

export function enrol(roster, claim) {
  return postJson(path("rosters", roster, "keys"), claim);
}

/** Send a signed ballot. The same bytes sent again are answered with the same receipt. */
export async function cast(assembly, envelope) {
  return (await send(path("assemblies", assembly, "ballots"), envelope)).text();
}

/** Send a signed objection to the ballot of a co-owner; the same bytes again, the same answer. */
export async function objectToBallot(assembly, envelope) {
  return (await send(path("assemblies", assembly, "ballot-objections"), envelope)).json();
}

/** Corrections of a frozen roster that both have signed. */
export function corrections(roster) {
  return getJson(path("rosters", roster, "corrections"));
}

/** What an owner's units count for, and what he has objected to; `signed` is his request. */
export async function myShare(roster, signed) {
  return (await send(path("rosters", roster, "my-share"), signed)).json();
}

export function log(assembly) {
  return getJson(path("logs", "assemblies", assembly));
}

export function turnout(assembly) {
  return getJson(path("assemblies", assembly, "turnout"));
}

/** Every floor of every building, for staff. */
export async function floors(assembly) {
  return (await getJson(path("assemblies", assembly, "turnout", "floors"))).floors;
}

export function turnoutStream(assembly) {
  return path("assemblies", assembly, "turnout", "stream");
}

export function result(assembly) {
  return getJson(path("assemblies", assembly, "result"));
}

export function certificate(assembly) {
  return path("assemblies", assembly, "certificate");
}

/** Who is signed in, or null. */
export async function session() {
  try {
    const response = await request("/v1/session");
    return response.status === 204 ? null : await response.json();
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

export function signIn(username, password) {
  return postJson("/v1/session", { username, password });
}

export function signOut() {
  return request("/v1/session", { method: "DELETE" });
}

export function changePassword(old, replacement) {
  return post("/v1/session/password", { old, new: replacement });
}

function path(...parts) {
  return `/v1/${parts.map(encodeURIComponent).join("/")}`;
}

async function getJson(url) {
  return (await request(url)).json();
}

async function postJson(url, value) {
  return (await post(url, value)).json();
}

function post(url, value) {
  return send(url, JSON.stringify(value));
}

function send(url, body) {
  return request(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
}

async function request(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { ...options, cache: "no-store", credentials: "same-origin" });
  } catch {
    throw new Problem("网络不通，请检查网络后再试。", 0);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === "string" ? body.detail : "";
  const code = typeof body.type === "string" ? body.type.split("/").pop() : "";
  throw new Problem(
    detail || `服务器暂时无法处理（${response.status}），请稍后再试。`,
    response.status,
    code,
    body,
  );
}
