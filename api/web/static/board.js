// The board of convener and supervisor: sign in, choose an assembly, watch turnout, read results.

import * as account from "./account.js";
import * as api from "./api.js";
import * as corrections from "./corrections.js";
import { el } from "./dom.js";
import { clock, moment } from "./format.js";
import { LiveTurnout } from "./live.js";
import { assemblyList, stateBadge } from "./notice.js";
import { announce, note, show, showProblem } from "./page.js";
import * as results from "./results.js";
import { TurnoutView } from "./turnout.js";

const ROLES = {
  administrator: "管理员",
  convener: "召集人",
  clerk: "录票员",
  supervisor: "监督部门",
};
const LIVE = { live: "实时更新中", lost: "连接中断，正在重连……", waiting: "正在连接……" };

let live = null;

async function open() {
  stop();
  try {
    const user = await api.session();
    drawAccount(user);
    if (user === null) showSignIn();
    else if (user.must_change_password) showChangePassword(user.username, null);
    else await showChosen();
  } catch (error) {
    showProblem("表决进度", error, open);
  }
}

function showSignIn() {
  drawAccount(null);
  show(
    "登录",
    account.signIn(async (user, password) => {
      if (user.must_change_password) showChangePassword(user.username, password);
      else await open();
    }),
  );
}

function showChangePassword(username, known) {
  show("设置新密码", account.changePassword(username, known, open));
}

async function showChosen() {
  const assemblies = await api.assemblies();
  const wanted = new URLSearchParams(location.search).get("assembly");
  const found = assemblies.find(({ id }) => id === wanted);
  if (found) await showAssembly(found);
  else showList(assemblies, wanted !== null);
}

function showList(assemblies, missed) {
  show(
    "选择大会",
    el("h1", {}, "业主大会"),
    missed ? el("p", { class: "problem", role: "alert" }, "没有找到网址里指定的大会。") : null,
    assemblies.length === 0 ? el("p", { class: "lead" }, "还没有已公示的大会。") : null,
    assemblyList(assemblies, ({ id }) => visit(id)),
  );
}

async function visit(id) {
  history.pushState(null, "", id ? `?assembly=${encodeURIComponent(id)}` : location.pathname);
  await open();
}

function heading(assembly, status) {
  return el(
    "div",
    { class: "board-heading" },
    el(
      "div",
      {},
      el("p", { class: "community" }, assembly.community),
      el("h1", {}, assembly.title),
      el(
        "p",
        { class: "hint window" },
        stateBadge(assembly.state),
        el("span", {}, moment(assembly.opens_at)),
        "至",
        el("span", {}, moment(assembly.closes_at)),
      ),
    ),
    status,
    el(
      "button",
      { type: "button", class: "button quiet small", onclick: () => visit(null) },
      "全部大会",
    ),
  );
}

async function showAssembly(assembly) {
  if (assembly.state === "closed" || assembly.state === "certified") await showResult(assembly);
  else await showLive(assembly);
}

/** The corrections of an assembly's roster; `redraw()` asks again. */
function correctionsOf(assembly) {
  const place = el("div", {});
  const redraw = async () => {
    const card = corrections.card(assembly, await api.corrections(assembly.roster_id));
    place.replaceChildren(...(card ? [card] : []));
  };
  return { place, redraw };
}

/** How far witnesses have followed the log of an assembly; nothing where it has none. */
function witnessesOf(assembly) {
  const place = el("div", { "data-testid": "witnesses" });
  const redraw = async () => {
    const { witnesses } = await api.log(assembly.id);
    place.replaceChildren(
      ...witnesses.map(({ name, size, cosigned_at: at }) =>
        el(
          "p",
          { class: "live-facts" },
          "见证人 ",
          el("strong", {}, name),
          ` 已见证到第 ${size} 条，`,
          moment(at),
        ),
      ),
    );
  };
  return { place, redraw };
}

async function showLive(assembly) {
  const view = turnoutView(assembly);
  const corrected = correctionsOf(assembly);
  const witnessed = witnessesOf(assembly);
  const word = el("span", { "data-testid": "live-status", role: "status" });
  const records = el("strong", {});
  const updated = el("strong", {});
  const status = el(
    "div",
    { class: "live waiting" },
    el("p", { class: "live-word" }, el("span", { class: "lamp", "aria-hidden": "true" }), word),
    el("p", { class: "live-facts" }, "投票记录 ", records, " 条"),
    el("p", { class: "live-facts" }, "更新于 ", updated),
    witnessed.place,
  );
  const setStatus = (name) => {
    status.className = `live ${name}`;
    // A status region speaks on every change of its text, even to the same words.
    if (word.textContent !== LIVE[name]) word.textContent = LIVE[name];
  };
  const update = (data) => {
    view.update(data);
    // Whatever is corrected is an entry of the log, so it moves the figure of records.
    if (records.textContent !== `${data.log_size}`) corrected.redraw().catch(() => null);
    records.textContent = data.log_size;
    witnessed.redraw().catch(() => null);
    updated.textContent = clock(data.as_of);
    if (data.state === "closed" || data.state === "certified") {
      announce("投票已结束");
      open();
    }
  };
  setStatus("waiting");
  const first = await api.turnout(assembly.id);
  await corrected.redraw();
  show(assembly.title, heading(assembly, status), corrected.place, view.element);
  live = new LiveTurnout(assembly.id, { data: update, status: setStatus, signedOut: open });
  update(first);
}

function turnoutView(assembly) {
  return new TurnoutView(() => api.floors(assembly.id));
}

async function showResult(assembly) {
  let outcome = null;
  let waiting = null;
  const corrected = correctionsOf(assembly);
  const witnessed = witnessesOf(assembly);
  await Promise.all([corrected.redraw(), witnessed.redraw()]);
  try {
    outcome = await api.result(assembly.id);
  } catch (error) {
    if (error.retryable) throw error;
    waiting = error.message;
  }
  if (outcome) {
    show(
      assembly.title,
      heading(assembly, null),
      witnessed.place,
      corrected.place,
      results.view(assembly, outcome),
    );
    return;
  }
  const view = turnoutView(assembly);
  view.update(await api.turnout(assembly.id));
  show(
    assembly.title,
    heading(assembly, null),
    note("wait", "clock", el("p", {}, waiting)),
    witnessed.place,
    corrected.place,
    view.element,
  );
}

function drawAccount(user) {
  const place = document.getElementById("account");
  if (user === null) {
    place.replaceChildren();
    return;
  }
  place.replaceChildren(
    el("span", {}, el("span", {}, user.name), " ", el("span", {}, ROLES[user.role] ?? user.role)),
    el(
      "button",
      {
        type: "button",
        class: "sign-out",
        "data-testid": "sign-out",
        onclick: async () => {
          stop();
          await api.signOut().catch(() => null);
          await open();
        },
      },
      "退出",
    ),
  );
}

function stop() {
  live?.stop();
  live = null;
}

addEventListener("popstate", open);

await open();
