// The owner's page: read the notice, prove identity, choose, review and sign, keep the receipt.

import * as api from "./api.js";
import * as ballot from "./ballot.js";
import { digest } from "./canonical.js";
import * as choices from "./choices.js";
import * as contest from "./contest.js";
import * as corrections from "./corrections.js";
import { el } from "./dom.js";
import * as identity from "./identity.js";
import * as keys from "./keys.js";
import * as notice from "./notice.js";
import { announce, show, showProblem } from "./page.js";
import * as receipts from "./receipt.js";
import * as review from "./review.js";
import * as shares from "./share.js";
import * as signIns from "./signin.js";
import * as vault from "./vault.js";

const STEPS = {
  notice: "通知",
  identity: "身份",
  choices: "选择",
  review: "核对",
  receipt: "回执",
};
const VIEWS = {
  notice: showNotice,
  identity: showIdentity,
  choices: showChoices,
  review: showReview,
  receipt: showReceipt,
  share: showShare,
};

/** Everything this visit knows; forgotten with the page. */
const visit = {
  signIn: null,
  astray: false,
  assembly: null,
  notice: null,
  enrolment: null,
  group: null,
  answers: new Map(),
  composed: null,
  earlier: null,
  receipt: null,
};

async function open() {
  if (!keys.available()) {
    const error = new api.Problem(
      "这个浏览器不能安全签名。请用 https 开头的网址，或换用新版浏览器打开。",
      0,
    );
    showProblem("无法签名", error, open);
    return;
  }
  try {
    const announced = await api.assemblies();
    const wanted = visit.signIn?.assembly ?? new URLSearchParams(location.search).get("assembly");
    const found = announced.find(({ id }) => id === wanted);
    if (!found) visit.signIn = null;
    if (visit.signIn) await comeBack(found);
    else if (found) await enter(found);
    else if (!wanted && announced.length === 1) await enter(announced[0]);
    else chooseFrom(announced, wanted ? "没有找到网址里指定的大会，请在下面选择。" : null);
  } catch (error) {
    showProblem("业主大会投票", error, open);
  }
}

function chooseFrom(announced, problem) {
  drawSteps(null);
  show(
    "选择大会",
    notice.chooser(announced, problem, async (assembly) => {
      history.pushState(null, "", `?assembly=${encodeURIComponent(assembly.id)}`);
      await open();
    }),
  );
}

/** Back from the identity provider: go on where the owner left. */
async function comeBack(assembly) {
  history.replaceState(null, "", `?assembly=${encodeURIComponent(assembly.id)}`);
  await enter(assembly);
  try {
    await vouched({});
  } catch (error) {
    // What was refused is refused again; trying again then begins with the notice.
    if (!error.retryable) visit.signIn = null;
    throw error;
  }
}

async function vouched(claim) {
  let enrolment;
  try {
    enrolment = await signIns.enrol(visit.notice.roster, visit.signIn, claim);
  } catch (error) {
    if (claim.title_no && error.retryable === false) {
      visit.signIn = null;
      show("请重新登录", identity.spent(error.message, signInAtProvider));
      return;
    }
    if (error.code !== "stronger-proof-needed") throw error;
    show("还要一项证明", identity.further(error.message, vouched));
    return;
  }
  visit.signIn = null;
  await begin(enrolment);
}

function signInAtProvider() {
  return signIns.leave(visit.assembly.id, visit.notice.roster);
}

async function enter(assembly) {
  visit.assembly = assembly;
  visit.notice = await notice.load(assembly);
  document.getElementById("community").textContent = visit.notice.community;
  history.replaceState({ step: "notice" }, "");
  await showNotice();
}

/** Go forward; the browser's back button then returns to the step before. */
async function go(step) {
  await VIEWS[step]();
  history.pushState({ step }, "");
}

async function showNotice() {
  const waiting = await ballot.unsent(visit.assembly.id);
  const corrected = await api.corrections(visit.notice.roster.id);
  drawSteps("notice");
  show(
    visit.notice.agenda.title,
    notice.view(
      visit.assembly,
      visit.notice,
      [
        visit.astray ? identity.astray() : null,
        corrections.card(visit.assembly, corrected),
        waiting.map((signed) => review.undelivered(signed, () => deliver(signed))),
      ],
      () => go("identity"),
    ),
  );
}

async function showIdentity() {
  const { roster } = visit.notice;
  const remembered = await keys.remembered(roster.digest);
  const { codes, provider } = await api.ways(roster.id);
  drawSteps("identity");
  show(
    "证明您是业主",
    identity.view(remembered, {
      resume: begin,
      look,
      prove: async (claim) => begin(await keys.enrol(roster, claim)),
      requestCode: codes ? (person) => api.requestCode(roster.id, person) : null,
      signIn: provider ? signInAtProvider : null,
    }),
  );
}

/** Take up an enrolment at its first owner group that has no receipt here. */
async function begin(enrolment) {
  visit.enrolment = enrolment;
  const next = await nextGroup();
  if (next) {
    await take(next, null);
    return;
  }
  visit.group = enrolment.groups[0];
  visit.receipt = await ballot.receiptFor(visit.assembly.id, visit.group);
  await go("receipt");
}

async function look(enrolment) {
  visit.enrolment = enrolment;
  await go("share");
}

async function showShare() {
  const share = await shares.load(visit.notice.roster, visit.enrolment.key);
  drawSteps(null);
  show(
    "我的房屋与异议",
    shares.view(visit.assembly, share, contestCard(), () => history.back()),
  );
}

async function nextGroup() {
  for (const group of visit.enrolment.groups) {
    if (!(await ballot.receiptFor(visit.assembly.id, group)) && !handled.has(group)) return group;
  }
  return null;
}

/** Groups with a receipt in this visit, for browsers that refuse storage. */
const handled = new Set();

async function take(group, earlier) {
  Object.assign(visit, { group, earlier, answers: new Map(), composed: null, receipt: null });
  const waiting = await ballot.unsent(visit.assembly.id);
  const signed = waiting.find(
    (record) => record.group === group.group && record.keyId === visit.enrolment.key.keyId,
  );
  if (signed) showUndelivered(signed);
  else await go("choices");
}

function showChoices() {
  drawSteps("choices");
  const { agenda } = visit.notice;
  const { group, answers, enrolment } = visit;
  show(
    "填写选择",
    choices.view(
      {
        agenda,
        group,
        groups: enrolment.groups,
        withheld: enrolment.withheld,
        answers,
        kept: enrolment.kept,
      },
      async () => {
        const chosen = choices.signedChoices(agenda, answers);
        const payload = ballot.compose(visit.notice, group, chosen, visit.earlier);
        visit.composed = { payload, payloadDigest: await digest(payload) };
        await go("review");
      },
    ),
  );
}

function showReview() {
  drawSteps("review");
  const { agenda } = visit.notice;
  const { group, answers, earlier } = visit;
  show(
    "核对并签名",
    review.view({ agenda, group, answers, earlier, ...visit.composed }, signAndSend, () =>
      history.back(),
    ),
  );
}

async function signAndSend() {
  const { group, composed, enrolment } = visit;
  const signed = await ballot.sign(visit.notice, group, composed.payload, enrolment.key);
  try {
    await deliver(signed);
  } catch (error) {
    if (error.code === "already-voted") showTaken(error);
    else if (error.retryable) showUndelivered(signed, error);
    else throw error;
  }
}

/** A ballot stands for these units already: perhaps a co-owner's, to which one may object. */
function showTaken(error) {
  show(
    "已经投过票",
    el("h1", {}, "这些房屋已经投过票"),
    el("p", { class: "problem", role: "alert" }, error.message),
    contestCard(),
  );
}

function contestCard() {
  const { assembly, enrolment } = visit;
  if (assembly.state !== "open") return null;
  const units = enrolment.groups.flatMap((group) => group.units.map(({ unit }) => unit));
  return contest.card(visit.notice, units, enrolment.key);
}

function showUndelivered(signed, error = null) {
  drawSteps("review");
  show(
    "还没有送达",
    el("h1", {}, "还差最后一步"),
    error ? el("p", { class: "problem", role: "alert" }, error.message) : null,
    review.undelivered(signed, () => deliver(signed)),
    el("p", { class: "hint" }, "关闭本页也没有关系：下次用这台设备打开，仍可再次发送。"),
  );
}

async function deliver(signed) {
  const receipt = await ballot.send(signed);
  visit.receipt = receipt;
  if (visit.group && visit.group.group === signed.group) handled.add(visit.group);
  announce("投票成功");
  await go("receipt");
}

async function showReceipt() {
  const next = visit.enrolment ? await nextGroup() : null;
  const repeat =
    visit.notice.agenda.policies?.repeat === "last_valid" && visit.assembly.state === "open";
  const { receipt, group } = visit;
  drawSteps("receipt");
  show(
    "投票成功",
    receipts.view(receipt, {
      next: next ? () => take(next, null) : null,
      again: repeat && visit.enrolment && group ? () => take(group, receipt) : null,
      look: visit.enrolment ? () => look(visit.enrolment) : null,
      forget: async () => {
        await vault.clear();
        location.reload();
      },
    }),
  );
}

function drawSteps(current) {
  const names = Object.keys(STEPS);
  const reached = names.indexOf(current);
  const list = document.getElementById("steps");
  list.hidden = current === null;
  list.replaceChildren(
    ...names.map((name, index) =>
      el(
        "li",
        {
          class: index < reached ? "past" : null,
          "aria-current": index === reached ? "step" : null,
        },
        el("span", { class: "step-number", "aria-hidden": "true" }, index + 1),
        el("span", {}, STEPS[name]),
      ),
    ),
  );
}

/** Back and forward. A ballot with a receipt is not edited, so its receipt is shown instead. */
addEventListener("popstate", async ({ state }) => {
  if (!state?.step || !visit.notice) {
    await open();
    return;
  }
  const ballotStep = state.step === "choices" || state.step === "review";
  if (ballotStep && visit.receipt) await showReceipt();
  else if (state.step === "choices" && visit.group) showChoices();
  else if (state.step === "review" && visit.composed) showReview();
  else if (state.step === "receipt" && visit.receipt) await showReceipt();
  else if (state.step === "share" && visit.enrolment) await showShare();
  else if (state.step === "identity") await showIdentity();
  else await showNotice();
});

const back = await signIns.returned();
visit.signIn = back?.state ? back : null;
visit.astray = Boolean(back && !back.state);
await open();
