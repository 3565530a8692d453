// Third step: one answer to every question. Nothing is selected beforehand.

import { Problem } from "./api.js";
import { el, icon } from "./dom.js";
import { squareMetres } from "./format.js";
import { actionForm, announce, note } from "./page.js";
import {
  CHOICES,
  concerns,
  counted,
  legalClass,
  mostTicks,
  NONE_OF_THESE,
  placesInWords,
  ticksInWords,
} from "./words.js";

/** Every question of the agenda in order: one per item, in elections one per candidate. */
export function questions(agenda) {
  return agenda.items.flatMap((item) => {
    if (item.form === "election") {
      return item.candidates.map((candidate) => ({
        item,
        candidate,
        testid: `item-${item.id}-${candidate.id}`,
        answers: Object.entries(CHOICES),
      }));
    }
    const answers =
      item.form === "choose_one"
        ? [
            ...item.options.map(({ id, title }) => [id, title]),
            [NONE_OF_THESE, "都不选"],
            ["abstain", CHOICES.abstain],
          ]
        : Object.entries(CHOICES);
    return [{ item, candidate: null, testid: `item-${item.id}`, answers }];
  });
}

/** What the answers (test id of the question to value) say, in the shape that is signed. */
export function signedChoices(agenda, answers) {
  const choices = agenda.items.map((item) => {
    const asked = questions({ items: [item] });
    const value =
      item.form === "election"
        ? Object.fromEntries(
            asked.map((question) => [question.candidate.id, answers.get(question.testid)]),
          )
        : answers.get(asked[0].testid);
    return [item.id, value];
  });
  return Object.fromEntries(choices);
}

/** The form for one owner group; `answers` is filled as the owner answers. */
export function view({ agenda, group, groups, withheld, answers, kept }, review) {
  const asked = questions(agenda);
  const progress = el("p", { class: "progress", "aria-live": "polite" });
  const update = () => {
    progress.textContent = `已填 ${answers.size} / ${asked.length}`;
  };
  update();
  const form = actionForm(
    {
      label: "填好了，去核对",
      working: "正在准备……",
      testid: "review",
      attributes: { class: "choices" },
      run: async () => {
        const missing = asked.filter(({ testid }) => !answers.has(testid));
        for (const { testid } of asked) mark(form, testid, !answers.has(testid));
        if (missing.length > 0) {
          form.querySelector(`[name="${CSS.escape(missing[0].testid)}"]`).focus();
          throw new Problem(
            `还有 ${missing.length} 处没有填，已为您标出第一处。拿不定主意可以选“弃权”。`,
            0,
          );
        }
        requireTicks(agenda, answers, form);
        await review();
      },
    },
    agenda.items.map((item, index) =>
      itemCard(
        item,
        index,
        group,
        agenda,
        (question, value) => {
          answers.set(question.testid, value);
          mark(form, question.testid, false);
          update();
          announce(`已填 ${answers.size}，共 ${asked.length}`);
        },
        answers,
      ),
    ),
    progress,
  );
  return [
    el("h1", {}, "请填写您的选择"),
    groups.length > 1
      ? el(
          "p",
          { class: "lead" },
          `您有 ${groups.length} 组房屋，须分别投票。现在是第 ${groups.indexOf(group) + 1} 组。`,
        )
      : null,
    house(group, agenda.policies),
    withheld?.length
      ? note(
          "wait",
          "person",
          el("p", {}, el("strong", {}, "下列房屋不由您投票：")),
          withheld.map(({ unit, reason }) => el("p", {}, `${unit}：${reason}`)),
        )
      : null,
    kept
      ? null
      : note(
          "wait",
          "alert",
          el("p", {}, "这个浏览器不允许保存密钥，请一次投完，中途不要关闭本页。"),
        ),
    signedByName("投票截止前，任何人都看不到计票结果。"),
    form,
  ];
}

/** The box refuses a ballot with more ticks than the rules allow: say so before it is signed. */
function requireTicks(agenda, answers, form) {
  agenda.items.forEach((item, index) => {
    const most = mostTicks(item, agenda.policies);
    const ticked = questions({ items: [item] }).filter(
      ({ testid }) => answers.get(testid) === "approve",
    );
    if (most === null || ticked.length <= most) return;
    form.querySelector(`[name="${CSS.escape(ticked[0].testid)}"]:checked`).focus();
    throw new Problem(
      `第 ${index + 1} 项最多同意 ${most} 人，您同意了 ${ticked.length} 人，请把多出的改为“反对”或“弃权”。`,
      0,
    );
  });
}

/** The owner's units, their area and their one head. */
export function house(group, policies) {
  const counting = counted(policies, group.units);
  const area = counting.reduce((sum, unit) => sum + unit.area_cm2, 0);
  return el(
    "section",
    { class: "card house", "data-testid": "units" },
    el("h2", {}, icon("home"), "您的房屋"),
    el(
      "ul",
      {},
      group.units.map((unit) =>
        el(
          "li",
          {},
          el("span", { class: "unit" }, unit.unit),
          el(
            "span",
            { class: "kind" },
            counting.includes(unit) ? unit.kind : `${unit.kind}，一般不计入`,
          ),
          el("span", { class: "unit-area" }, `${squareMetres(unit.area_cm2)} m²`),
        ),
      ),
    ),
    counting.length === group.units.length
      ? null
      : el(
          "p",
          { class: "hint" },
          `全部面积 ${squareMetres(group.area_cm2)} m²。注明“一般不计入”的，只在另有说明的事项中计入。`,
        ),
    el(
      "p",
      { class: "house-sum" },
      "计入 ",
      el("strong", {}, `${squareMetres(area)} m²`),
      "，算 ",
      el("strong", {}, `${group.head ?? 1} 人`),
    ),
  );
}

/** Every page on the way says that a vote is no secret ballot, and what follows from it there. */
export function signedByName(consequence) {
  return note(
    "calm",
    "shield",
    el("p", {}, el("strong", {}, "这是实名投票，不是无记名投票。"), consequence),
  );
}

/** Unit keys, or names, in one line that is broken only between them. */
export function unbroken(names) {
  return names.map((name, index) => [
    index > 0 ? "、" : null,
    el("span", { class: "unbroken" }, name),
  ]);
}

function itemCard(item, index, group, agenda, answer, answers) {
  const law = legalClass(item.matter);
  const asked = questions({ items: [item] });
  const outside = !concerns(item, agenda.policies, group.units);
  return el(
    "section",
    { class: "card item", "aria-label": `第 ${index + 1} 项` },
    el("p", { class: "item-number" }, `第 ${index + 1} 项`, el("span", { class: "tag" }, law.name)),
    el("h2", { id: `title-${index}` }, item.title),
    outside
      ? el(
          "p",
          { class: "hint" },
          "您的房屋不在本项的表决范围内：仍请作答，但本项不计入您的面积和人数。",
        )
      : null,
    item.form === "election"
      ? el(
          "p",
          { class: "hint" },
          `${placesInWords(item)}${ticksInWords(item, agenda.policies)}请对每一位候选人分别表态。`,
        )
      : null,
    asked.map((question) => questionField(question, index, answer, answers)),
  );
}

function questionField(question, index, answer, answers) {
  const { item, candidate, testid } = question;
  const many = item.form === "choose_one";
  return el(
    "fieldset",
    {
      class: many ? "question stacked" : "question",
      "data-question": testid,
      "aria-labelledby": candidate ? null : `title-${index}`,
    },
    candidate ? el("legend", {}, candidate.name) : null,
    el("p", { class: "missing-note", hidden: true }, "这里还没有选"),
    el(
      "div",
      { class: "tiles" },
      question.answers.map(([value, text]) =>
        el(
          "label",
          { class: `tile ${value}` },
          el("input", {
            type: "radio",
            name: testid,
            value,
            checked: answers.get(testid) === value,
            "data-testid": `${testid}-${value}`,
            onchange: () => answer(question, value),
          }),
          el("span", { class: "tile-face" }, icon("check"), el("span", {}, text)),
        ),
      ),
    ),
  );
}

function mark(form, testid, missing) {
  const question = form.querySelector(`[data-question="${CSS.escape(testid)}"]`);
  question.classList.toggle("missing", missing);
  question.querySelector(".missing-note").hidden = !missing;
  if (!missing && !form.querySelector(".question.missing"))
    form.querySelector(".problem").hidden = true;
}
