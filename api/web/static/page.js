// What both pages do with their one `main`: show a view, announce progress, run an action.

import { Problem } from "./api.js";
import { el, icon } from "./dom.js";

const main = document.getElementById("step");
const live = document.getElementById("live");

/** Replace the view and move reading focus to its heading. */
export function show(title, ...content) {
  main.replaceChildren(...content.flat(Infinity).filter(Boolean));
  document.title = title;
  const heading = main.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  scrollTo(0, 0);
}

/** Say something to screen readers without moving focus. */
export function announce(text) {
  live.textContent = text;
}

export function note(kind, symbol, ...content) {
  return el("div", { class: `note ${kind}` }, icon(symbol), el("div", {}, ...content));
}

/**
 * A form whose button runs `run(form)`; while it runs the button says `working`, and what goes
 * wrong is said above the button. `run` may resolve after the view has changed.
 */
export function actionForm(
  { label, working, testid, run, kind = "primary", attributes = {} },
  ...fields
) {
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const button = el(
    "button",
    { class: `button ${kind}`, type: "submit", "data-testid": testid },
    label,
  );
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    problem.hidden = true;
    button.disabled = true;
    button.textContent = working;
    announce(working);
    try {
      await run(form);
    } catch (error) {
      problem.textContent = inWords(error);
      problem.hidden = false;
    } finally {
      button.disabled = false;
      button.textContent = label;
    }
  };
  const form = el(
    "form",
    { ...attributes, novalidate: true, onsubmit: submit },
    fields,
    el("div", { class: "action" }, problem, button),
  );
  return form;
}

/** What to tell a person. Anything but a `Problem` is a fault of this page, for the console. */
function inWords(error) {
  if (error instanceof Problem) return error.message;
  console.error(error);
  return "本页出了问题，请刷新后再试。";
}

/** A labelled text field with a hint below its label. */
export function field({ id, label, hint, testid = id, ...attributes }) {
  const input = el("input", {
    id,
    name: id,
    type: "text",
    required: true,
    autocapitalize: "none",
    spellcheck: "false",
    "data-testid": testid,
    "aria-describedby": hint ? `${id}-hint` : null,
    ...attributes,
  });
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    hint ? el("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    input,
  );
}

/** Trimmed values of the named inputs; the first empty one is focused and named. */
export function filled(form, labels) {
  const values = {};
  for (const [name, label] of Object.entries(labels)) {
    const input = form.elements.namedItem(name);
    values[name] = input.type === "password" ? input.value : input.value.trim();
    input.removeAttribute("aria-invalid");
    if (!values[name]) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
      throw new Problem(`请填写${label}。`, 0);
    }
  }
  return values;
}

/** Hand JSON over as a download. */
export function saveFile(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has been handed over by then; revoking at once cancels it in some browsers.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A view for what cannot go on, with one way to try again. */
export function showProblem(title, error, retry) {
  show(
    title,
    el(
      "section",
      { class: "card" },
      el("h1", {}, "暂时打不开"),
      el("p", { class: "problem", role: "alert" }, inWords(error)),
      actionForm({ label: "再试一次", working: "正在重试……", testid: "retry", run: retry }),
    ),
  );
}
