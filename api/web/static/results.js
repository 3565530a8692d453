// After the close: every item with its four tests, in the integers that decided them.

import { certificate } from "./api.js";
import { spelled } from "./comparison.js";
import { el, icon } from "./dom.js";
import { percent, squareMetres } from "./format.js";
import { row, table } from "./table.js";
import { CHOICES, NEEDS, NONE_OF_THESE, POLICIES } from "./words.js";

const CLASSES = { general: "一般事项", special: "重大事项", unanimous: "须全体同意" };
const SEATS = { member: "当选", alternate: "候补", none: "未当选", unresolved: "待定" };
const TALLIES = { ...CHOICES, void: "无效" };
const TESTS = [
  ["quorum_heads", "参与人数", "heads"],
  ["quorum_area", "参与面积", "area_cm2"],
  ["approval_heads", "同意人数", "heads"],
  ["approval_area", "同意面积", "area_cm2"],
];

export function view(assembly, result) {
  return [
    assembly.state === "certified"
      ? el(
          "p",
          {},
          el(
            "a",
            { class: "button primary certificate", href: certificate(assembly.id) },
            "打开表决结果公告（PDF）",
          ),
        )
      : null,
    el("div", { class: "results" }, result.items.map(itemResult)),
  ];
}

function itemResult(item, index) {
  return el(
    "article",
    { class: "card result", "data-testid": `result-${item.id}` },
    el(
      "header",
      {},
      el("h2", {}, `${index + 1}. ${item.title}`),
      outcome(item),
    ),
    el(
      "p",
      { class: "hint" },
      `${CLASSES[item.rule.class] ?? item.rule.class}　${item.rule.source}`,
    ),
    el(
      "p",
      { class: "hint" },
      `参与 ${item.participating.heads} / ${item.electorate.heads} 人，`,
      `${squareMetres(item.participating.area_cm2)} / ${squareMetres(item.electorate.area_cm2)} m²`,
      item.attending
        ? `；到会 ${item.attending.heads} 人，${squareMetres(item.attending.area_cm2)} m²`
        : "",
    ),
    left(item),
    body(item),
    dependence(item),
  );
}

/** An election seats people and a choice picks one; only a resolution is carried or not. */
function outcome(item) {
  if (item.candidates) {
    const seated = Object.keys(SEATS)
      .filter((seat) => seat !== "none")
      .map((seat) => [seat, item.candidates.filter((one) => one.seat === seat).length])
      .filter(([, count]) => count)
      .map(([seat, count]) => `${SEATS[seat]} ${count} 人`);
    return verdict(item.carried, ...Array(2).fill(seated.join("，") || "无人当选"));
  }
  if (item.options) return verdict(item.winner !== null, "已选定", "未选定");
  return verdict(item.carried, "通过", "未通过");
}

/** What people still have to decide. */
function left(item) {
  const said = (item.needs_decision ?? []).map((why) => NEEDS[why] ?? why);
  if (item.supplementary_seats) said.push(`补选 ${item.supplementary_seats} 人`);
  if (item.run_off) {
    const title = Object.fromEntries(item.options.map((option) => [option.id, option.title]));
    said.push(`可就${item.run_off.map((id) => `“${title[id] ?? id}”`).join("与")}再行表决`);
  }
  return said.length === 0
    ? null
    : el("p", { class: "hint", "data-testid": `left-${item.id}` }, `尚待决定：${said.join("；")}。`);
}

function body(item) {
  if (item.candidates) return [quorumOnly(item), candidates(item)];
  if (item.options) return [quorumOnly(item), options(item)];
  return [tallies(item), tests(item, TESTS)];
}

function tallies(item) {
  return votes(
    ["意见", "人数", "面积（m²）"],
    Object.entries(TALLIES)
      .filter(([key]) => item[key])
      .map(([key, text]) => [
        text,
        withShare(String(item[key].heads), item[key].heads, item.participating.heads),
        withShare(
          squareMetres(item[key].area_cm2),
          item[key].area_cm2,
          item.participating.area_cm2,
        ),
      ]),
  );
}

function withShare(figure, part, whole) {
  return [
    el("strong", {}, figure),
    el("span", { class: "share" }, `占参与 ${percent(part, whole)}%`),
  ];
}

/** The tests of `item` that are named in `wanted`. */
function tests(item, wanted) {
  const steps = {
    // Where ballots make the quorum, not who takes part in the item, the result names them.
    quorum: [item.rule.quorum, item.attending ? "attending" : "participating", "electorate"],
    // Under the law before 2021 approval was measured against all owners.
    approval: [
      item.rule.approval,
      "approve",
      item.rule.base === "electorate" ? "electorate" : "participating",
    ],
  };
  return el(
    "ul",
    { class: "tests" },
    wanted
      .filter(([name]) => item.tests?.[name])
      .map(([name, label, key]) => {
        const [ratio, part, whole] = steps[name.split("_")[0]];
        const test = item.tests[name];
        const print = key === "heads" ? String : squareMetres;
        return el(
          "li",
          { class: test.holds ? "holds" : "fails" },
          icon(test.holds ? "check" : "cross"),
          el("span", {}, part === "attending" ? label.replace("参与", "到会") : label),
          el("code", {}, spelled(test, ratio, item[part][key], item[whole]?.[key], print)),
          el("span", { class: "test-word" }, test.holds ? "成立" : "不成立"),
        );
      }),
  );
}

function quorumOnly(item) {
  return tests(item, TESTS.slice(0, 2));
}

function candidates(item) {
  return votes(
    ["候选人", "同意人数", "同意面积", "结果"],
    item.candidates.map((candidate) => [
      `${candidate.rank ? `${candidate.rank}. ` : ""}${candidate.name ?? candidate.id}`,
      String(candidate.approve.heads),
      squareMetres(candidate.approve.area_cm2),
      el("span", { class: `seat ${candidate.seat}` }, SEATS[candidate.seat] ?? candidate.seat),
    ]),
  );
}

function options(item) {
  return votes(
    ["选项", "人数", "面积", "结果"],
    item.options.map((option) => [
      option.id === NONE_OF_THESE ? "都不选" : (option.title ?? option.id),
      String(option.approve.heads),
      squareMetres(option.approve.area_cm2),
      item.winner === option.id ? el("span", { class: "seat member" }, "选定") : "",
    ]),
  );
}

function dependence(item) {
  const policies = item.depends_on ?? [];
  if (policies.length === 0) return null;
  return el(
    "p",
    { class: "depends" },
    icon("alert"),
    `结果取决于：${policies.map((name) => POLICIES[name] ?? name).join("、")}`,
  );
}

export function verdict(holds, yes, no) {
  return el(
    "span",
    { class: holds ? "verdict holds" : "verdict fails" },
    icon(holds ? "check" : "cross"),
    holds ? yes : no,
  );
}

function votes(headings, rows) {
  return table("票数", headings, el("tbody", {}, rows.map((cells) => row(...cells))));
}
