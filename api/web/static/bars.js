// A bar with the legal mark on it. Widths are SVG attributes: a strict policy forbids inline style.

import { svg } from "./dom.js";

/** A large bar with a labelled mark; `update(part, whole, mark, label)` moves it. */
export class MarkedBar {
  constructor() {
    this.fill = svg("rect", { class: "fill", x: 0, y: 26, width: 0, height: 34, rx: 8 });
    this.mark = svg("line", { class: "mark", y1: 20, y2: 66 });
    this.caption = svg("text", { class: "mark-caption", y: 14, "text-anchor": "middle" });
    this.element = svg(
      "svg",
      { class: "bar marked", role: "img", width: "100%", height: 70 },
      svg("rect", { class: "track", x: 0, y: 26, width: "100%", height: 34, rx: 8 }),
      this.fill,
      this.mark,
      this.caption,
    );
  }

  update({ part, whole, threshold, caption, label, holds }) {
    this.fill.setAttribute("width", share(part, whole));
    this.element.classList.toggle("holds", holds);
    this.element.setAttribute("aria-label", label);
    const at = share(threshold, whole);
    this.mark.setAttribute("x1", at);
    this.mark.setAttribute("x2", at);
    this.caption.setAttribute("x", at);
    this.caption.textContent = caption;
    // Near the right edge a centred caption would be cut off.
    this.caption.setAttribute("text-anchor", threshold * 10 > whole * 9 ? "end" : "middle");
  }
}

/** A thin bar without a mark, for one building. */
export class ThinBar {
  constructor(measure) {
    this.fill = svg("rect", { class: "fill", x: 0, y: 0, width: 0, height: 10, rx: 5 });
    this.element = svg(
      "svg",
      { class: `bar thin ${measure}`, "aria-hidden": "true", width: "100%", height: 10 },
      svg("rect", { class: "track", x: 0, y: 0, width: "100%", height: 10, rx: 5 }),
      this.fill,
    );
  }

  update(part, whole) {
    this.fill.setAttribute("width", share(part, whole));
  }
}

/** A length for drawing only; whether a threshold is met is the server's exact comparison. */
function share(part, whole) {
  return whole > 0 ? `${((100 * part) / whole).toFixed(3)}%` : "0%";
}
