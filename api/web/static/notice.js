// First step: choose an assembly and read its published notice.

import { signedByName, unbroken } from "./choices.js";
import { decode, digest } from "./canonical.js";
import { el, icon } from "./dom.js";
import { fingerprint, fullDigest, moment, squareMetres } from "./format.js";
import { actionForm, note } from "./page.js";
import { certificate, noticeBytes, Problem } from "./api.js";
import { legalClass, placesInWords, rulesInWords, STATES, ticksInWords } from "./words.js";

/** Fetch and check a notice. Its digest is over the received bytes, so they must be unambiguous. */
export async function load(assembly) {
  const bytes = await noticeBytes(assembly.id);
  let notice;
  try {
    notice = decode(bytes);
  } catch {
    throw new Problem(
      "收到的投票通知内容不规范，为保护您的权益，本页拒绝继续。请联系召集人。",
      200,
    );
  }
  if (notice.assembly !== assembly.id) {
    throw new Problem("收到的投票通知不属于这次大会，本页拒绝继续。请联系召集人。", 200);
  }
  return { ...notice, digest: await digest(bytes) };
}

/** The list to choose from when several assemblies are announced. */
export function chooser(assemblies, problem, choose) {
  if (assemblies.length === 0) {
    return el(
      "section",
      { class: "card" },
      el("h1", {}, "现在没有投票"),
      el("p", {}, "目前没有已公示的业主大会。开始公示后，请再打开本页。"),
    );
  }
  return [
    el("h1", {}, "请选择您所在小区的大会"),
    problem ? el("p", { class: "problem", role: "alert" }, problem) : null,
    assemblyList(assemblies, choose),
  ];
}

/** Buttons for assemblies, newest first. */
export function assemblyList(assemblies, choose) {
  return el(
    "ul",
    { class: "assembly-list" },
    assemblies.map((assembly) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: "assembly",
            "data-testid": "assembly-choice",
            "data-assembly": assembly.id,
            onclick: () => choose(assembly),
          },
          el(
            "span",
            { class: "assembly-text" },
            el("span", { class: "assembly-community" }, assembly.community),
            el("span", {}, assembly.title),
            el(
              "span",
              { class: "assembly-state" },
              stateBadge(assembly.state),
              el("span", {}, `截止 ${moment(assembly.closes_at)}`),
            ),
          ),
          icon("forward"),
        ),
      ),
    ),
  );
}

export function stateBadge(state) {
  return el("span", { class: `badge ${state}` }, STATES[state] ?? state);
}

/** The notice itself. `extra` stands above the start button: signed ballots not yet delivered. */
export function view(assembly, notice, extra, start) {
  const { agenda, roster } = notice;
  return [
    el("h1", {}, agenda.title),
    el(
      "p",
      { class: "byline" },
      stateBadge(assembly.state),
      agenda.convener ? el("span", {}, `召集人：${agenda.convener}`) : null,
    ),
    extra,
    el(
      "dl",
      { class: "facts" },
      fact(
        "投票时间",
        moment(agenda.opens_at ?? assembly.opens_at),
        el("br"),
        `至 ${moment(agenda.closes_at ?? assembly.closes_at)}`,
      ),
      fact("业主清册", `${roster.heads} 人，${roster.units} 套`),
      fact("清册总面积", `${squareMetres(roster.area_cm2)} m²`),
    ),
    el("h2", {}, `表决事项（${agenda.items.length} 项）`),
    el("ol", { class: "agenda" }, agenda.items.map((item) => agendaItem(item, agenda.policies))),
    el("h2", {}, "计票规则"),
    el(
      "ul",
      { class: "plain-list" },
      rulesInWords(agenda.policies).map((rule) => el("li", {}, rule)),
    ),
    signedByName("邻居看不到您的选择；计票人员和监督部门可依法核查。"),
    el(
      "section",
      { class: "card pin", "aria-label": "通知指纹" },
      el("p", {}, "通知指纹"),
      el(
        "p",
        { class: "fingerprint", "data-testid": "notice-digest", "data-digest": notice.digest },
        fingerprint(notice.digest),
      ),
      el(
        "p",
        { class: "hint" },
        "与小区张贴的公告核对前 16 位。两处一致，说明您读到的就是大家读到的。",
      ),
      el(
        "details",
        {},
        el("summary", {}, "完整指纹"),
        el("p", { class: "digest" }, fullDigest(notice.digest)),
      ),
    ),
    startAction(assembly, start),
  ];
}

function startAction(assembly, start) {
  if (assembly.state === "open") {
    return actionForm({
      label: "我已看完，开始投票",
      working: "正在准备……",
      testid: "start",
      run: start,
    });
  }
  if (assembly.state === "noticed") {
    return note(
      "wait",
      "clock",
      el(
        "p",
        {},
        el("strong", {}, "投票还没有开始。"),
        `请在 ${moment(assembly.opens_at)} 以后再来。`,
      ),
    );
  }
  return note(
    "wait",
    "clock",
    el("p", {}, el("strong", {}, "投票已经结束，不能再投。")),
    assembly.state === "certified"
      ? el("p", {}, el("a", { href: certificate(assembly.id) }, "查看表决结果公告（PDF）"))
      : el("p", {}, "结果公布后可在本页查看。"),
  );
}

function agendaItem(item, policies) {
  const law = legalClass(item.matter);
  return el(
    "li",
    { class: "card" },
    el("p", { class: "item-title" }, item.title),
    el("p", { class: "law" }, el("span", { class: "tag" }, law.name), el("span", {}, law.subject)),
    el("p", { class: "hint" }, law.rule),
    item.form === "election"
      ? el(
          "p",
          { class: "names" },
          `${placesInWords(item)}${ticksInWords(item, policies)}候选人：`,
          unbroken(item.candidates.map(({ name }) => name)),
        )
      : null,
    item.form === "choose_one"
      ? el(
          "p",
          { class: "names" },
          `从中选一个：${item.options.map(({ title }) => title).join("；")}`,
        )
      : null,
  );
}

function fact(term, ...description) {
  return el("div", {}, el("dt", {}, term), el("dd", {}, ...description));
}
