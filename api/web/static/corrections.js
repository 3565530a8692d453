// Corrections of the roster, signed by convener and supervisor, with both totals.

import { el } from "./dom.js";
import { moment, squareMetres } from "./format.js";

const TOTALS = [
  ["everything", "全部房屋"],
  ["without_parking_and_storage", "不含车位与储藏"],
];

/** A card with every correction, or nothing if there is none. */
export function card(assembly, corrections) {
  if (corrections.length === 0) return null;
  return el(
    "section",
    { class: "card", "data-testid": "corrections" },
    el("h2", {}, `业主清册的更正（${corrections.length} 项）`),
    el(
      "p",
      { class: "hint" },
      "更正由召集人与监督单位共同签署。已公布的总数仍是本次表决的分母，结果凭证并列更正前后的总数。",
    ),
    corrections.map((correction) => entry(assembly, correction)),
  );
}

function entry(assembly, { signed_at: signedAt, totals, lines, correction }) {
  const late = new Date(signedAt) > new Date(assembly.closes_at);
  return el(
    "article",
    {},
    el("h3", {}, `${moment(signedAt)} 签署${late ? "（投票截止以后，不影响本次结果）" : ""}`),
    el(
      "ul",
      { class: "plain-list" },
      TOTALS.map(([key, name]) =>
        el("li", {}, `${name}：${measures(totals.before[key])} → ${measures(totals.after[key])}`),
      ),
    ),
    el(
      "details",
      {},
      el("summary", {}, "逐套列出"),
      el(
        "ul",
        { class: "plain-list" },
        lines.map((line) => el("li", {}, line)),
      ),
      el("p", { class: "digest" }, correction),
    ),
  );
}

function measures({ units, heads, area_cm2: area }) {
  return `${units} 套、${heads} 人、${squareMetres(area)} m²`;
}
