// The page that checks a receipt. Once open it needs no network: the file never leaves the device.

import { check } from "./check.js";
import { el, icon } from "./dom.js";
import { fullDigest, moment, squareMetres } from "./format.js";
import { Problem } from "./api.js";
import { actionForm, note, show } from "./page.js";
import { Doubt } from "./tlog.js";

const TITLE = "核验投票回执";
const WORDS = {
  approve: "同意",
  oppose: "反对",
  abstain: "弃权",
  none_of_these: "均不选",
};

function start() {
  show(
    TITLE,
    el("h1", {}, TITLE),
    el(
      "p",
      { class: "lead" },
      "选择投票后保存的回执文件。核验全在这台设备上进行，文件不会上传；页面打开以后，断网也能核验。",
    ),
    actionForm(
      {
        label: "核验",
        working: "正在核验……",
        testid: "check",
        attributes: { class: "card" },
        run: async (form) => {
          const [file] = form.elements.namedItem("file").files;
          if (!file) throw new Problem("请先选择回执文件。", 0);
          const vkey = form.elements.namedItem("log_key").value.trim();
          report(await checked(new Uint8Array(await file.arrayBuffer()), vkey), vkey);
        },
      },
      el(
        "div",
        { class: "field" },
        el("label", { for: "file" }, "回执文件"),
        el("input", {
          id: "file",
          name: "file",
          type: "file",
          accept: ".json,application/json",
          "data-testid": "file",
        }),
      ),
      el(
        "div",
        { class: "field" },
        el("label", { for: "log_key" }, "日志公钥（可以不填）"),
        el(
          "p",
          { class: "hint", id: "log_key-hint" },
          "从审计包、街道办或邻居处另行得到的公钥最可靠；不填则用回执文件里写的那一把。",
        ),
        el("input", {
          id: "log_key",
          name: "log_key",
          type: "text",
          autocapitalize: "none",
          autocomplete: "off",
          spellcheck: "false",
          "aria-describedby": "log_key-hint",
          "data-testid": "log-key",
        }),
      ),
    ),
  );
}

async function checked(bytes, vkey) {
  // Elsewhere than under https browsers lend no cryptography.
  if (!crypto.subtle) throw new Problem("请用 https 网址打开本页，或用 yezhu receipt 核验。", 0);
  try {
    return await check(bytes, vkey);
  } catch (error) {
    if (error instanceof Doubt) throw new Problem(`无法核验：${error.message}。`, 0);
    if (error.name === "NotSupportedError") {
      throw new Problem("这个浏览器不支持 Ed25519 签名，请更新浏览器，或用 yezhu receipt 核验。", 0);
    }
    throw error;
  }
}

function report({ findings, key, credited }, vkey) {
  show(
    TITLE,
    el("h1", { "data-testid": "verdict" }, credited ? "核验通过" : "核验未通过"),
    credited
      ? el("p", { class: "lead" }, "这张表决票在日志中，内容与签名时相同。")
      : note(
          "wrong",
          "alert",
          el("p", {}, "请保存这份文件，并联系召集人或街道办事处核查。"),
        ),
    credited ? credit(credited) : null,
    el(
      "section",
      { class: "card" },
      el("h2", {}, "逐项核验"),
      el(
        "ol",
        { "data-testid": "findings" },
        findings.map(({ title, problems }) =>
          el(
            "li",
            {},
            icon(problems.length ? "cross" : "check"),
            ` ${problems.length ? "不符" : "通过"}：${title}`,
            problems.map((problem) => el("p", { class: "problem" }, problem)),
          ),
        ),
      ),
      el("p", { class: "hint" }, "日志公钥："),
      el("p", { class: "digest", "data-testid": "key" }, key.vkey),
      vkey
        ? null
        : el("p", { class: "hint" }, "这把公钥取自回执文件，请与审计包或别人的回执比对。"),
    ),
    el(
      "button",
      { type: "button", class: "button quiet", "data-testid": "another", onclick: start },
      "核验另一份",
    ),
  );
}

function credit(said) {
  return el(
    "section",
    { class: "card receipt", "data-testid": "credit" },
    el("h2", {}, "回执写明"),
    el(
      "dl",
      {},
      row("房屋", said.units.join("、")),
      row("面积", `${squareMetres(said.area_cm2)} m²`),
      row("人数", `${said.heads} 人`),
      row("日志位置", `第 ${said.position} 条（当时共 ${said.log_size} 条）`),
      row("收到时间", `${moment(said.received_at)}（北京时间）`),
      row("票的指纹", el("span", { class: "digest" }, fullDigest(said.ballot_digest))),
    ),
    el("h2", {}, "所作的选择"),
    el("p", { class: "hint" }, "回执里有您的选择，不要随意转发。"),
    el(
      "dl",
      {},
      Object.entries(said.choices).map(([item, answer]) => row(`议题 ${item}`, words(answer))),
    ),
  );
}

function row(term, ...description) {
  return el("div", {}, el("dt", {}, term), el("dd", {}, ...description));
}

function words(answer) {
  if (typeof answer === "object" && answer !== null) {
    return Object.entries(answer)
      .map(([name, choice]) => `${name} ${words(choice)}`)
      .join("，");
  }
  return WORDS[answer] ?? String(answer);
}

start();
