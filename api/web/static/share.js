// What an owner's units count for in this vote, and what became of his objections to the roster.

import { encode } from "./canonical.js";
import { unbroken } from "./choices.js";
import { el } from "./dom.js";
import { REQUEST, seal, toBytes } from "./dsse.js";
import { moment, squareMetres } from "./format.js";
import * as api from "./api.js";

const CONCERNS = {
  area: "面积",
  owner: "业主",
  kind: "用途",
  group: "合计人数",
  missing: "遗漏的房屋",
  other: "其他",
};
const OUTCOMES = { accepted: "已采纳", declined: "未采纳", "set-aside": "决定不再答复" };

/** Ask for the share, signed by the key that was enrolled on this device. */
export async function load(roster, key) {
  const asked = {
    action: "my-share",
    at: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    subject: roster.id,
  };
  return api.myShare(roster.id, toBytes(await seal(REQUEST, encode(asked), key)));
}

/** `contest` stands where the owner may object to a ballot, or is null. */
export function view(assembly, share, contest, back) {
  const counted = share.assemblies.find((each) => each.assembly === assembly.id);
  return [
    el("h1", {}, "我的房屋与异议"),
    el(
      "section",
      { class: "card", "data-testid": "my-units" },
      el("h2", {}, "清册上的房屋"),
      el(
        "ul",
        { class: "plain-list" },
        share.groups.map((group) =>
          el(
            "li",
            {},
            unbroken(group.units.map(({ unit }) => unit)),
            `，共 ${squareMetres(group.area_cm2)} m²`,
          ),
        ),
      ),
      el("p", { class: "hint" }, share.note),
      withheld(share.withheld),
    ),
    share.voters.length ? voters(share.voters) : null,
    counted ? items(counted) : null,
    el(
      "section",
      { class: "card", "data-testid": "my-objections" },
      el("h2", {}, "我的异议与更正请求"),
      share.objections.length === 0
        ? el("p", {}, "您还没有对业主清册提出过异议。")
        : share.objections.map(objection),
    ),
    contest,
    el(
      "button",
      { type: "button", class: "button quiet", "data-testid": "share-back", onclick: back },
      "返回",
    ),
  ];
}

function withheld(units) {
  if (!units.length) return null;
  return el(
    "ul",
    { class: "plain-list", "data-testid": "withheld" },
    units.map(({ unit, reason }) => el("li", {}, `${unit}：${reason}`)),
  );
}

function voters(units) {
  return el(
    "section",
    { class: "card", "data-testid": "my-voters" },
    el("h2", {}, "由谁表决"),
    el(
      "dl",
      { class: "facts" },
      units.map(({ unit, names }) =>
        el(
          "div",
          {},
          el("dt", {}, unit),
          el(
            "dd",
            {},
            names.length === 0
              ? "目前无人可以表决，请到居委会登记表决人或代理人"
              : names.length === 1
                ? `由${names[0]}表决`
                : `由${names.join("、")}中任何一人表决，以先到的有效票为准`,
          ),
        ),
      ),
    ),
    el(
      "p",
      { class: "hint" },
      "这是业主清册写明的；没有列出的房屋，任何一位业主都可以表决。有误请提出异议。",
    ),
  );
}

function items({ items: all, include_kinds: kinds }) {
  return el(
    "section",
    { class: "card", "data-testid": "my-items" },
    el("h2", {}, "在本次表决中"),
    el("p", { class: "hint" }, `计入的用途：${kinds.join("、")}（事项另有规定的除外）。`),
    el(
      "dl",
      { class: "facts" },
      all.map((item) =>
        el(
          "div",
          {},
          el("dt", {}, item.title),
          el(
            "dd",
            {},
            item.units.length === 0
              ? "与您的房屋无关"
              : `${item.heads} 人、${squareMetres(item.area_cm2)} m²` +
                  `（共 ${item.electorate_heads} 人、${squareMetres(item.electorate_area_cm2)} m²）`,
            item.with_others ? el("p", { class: "hint" }, "这一人之内还有别人的房屋。") : null,
          ),
        ),
      ),
    ),
  );
}

function objection(said) {
  return el(
    "article",
    {},
    el(
      "h3",
      {},
      `${CONCERNS[said.concern] ?? said.concern} · ${said.unit} · `,
      said.outcome ? OUTCOMES[said.outcome] : "等待答复",
    ),
    el("p", {}, said.text),
    el("p", { class: "hint" }, `${moment(said.filed_at)} 提出`),
    said.outcome
      ? el("p", {}, el("strong", {}, "答复："), said.answer || "已在保存期满后删除")
      : null,
    said.outcome ? el("p", { class: "hint" }, `${moment(said.answered_at)} 答复`) : null,
  );
}
