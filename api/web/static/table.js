// Tables of figures, which scroll by themselves where the screen is narrow.

import { el } from "./dom.js";

/** A table that is named `label`, around its `tbody`. */
export function table(label, headings, body) {
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": label },
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          headings.map((heading) => el("th", { scope: "col" }, heading)),
        ),
      ),
      body,
    ),
  );
}

export function row(first, ...others) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, first),
    others.map((cell) => el("td", {}, cell)),
  );
}
