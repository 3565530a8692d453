// When people came: both measures as they grew, and the hours as a table.

import { quorumMark } from "./comparison.js";
import { el, svg } from "./dom.js";
import { hours, percent, squareMetres } from "./format.js";
import { row, table } from "./table.js";

const TOP = 22;
const HEIGHT = 150;
const SCALE = 1000;

/** The curve of turnout over time; `update(data)` redraws it. */
export class ArrivalsView {
  constructor() {
    this.lines = { heads: line("heads"), area_cm2: line("area") };
    this.mark = svg("line", { class: "mark", x1: 0, x2: "100%" });
    // On the left, where the curve is still low.
    this.caption = svg("text", { class: "mark-caption", x: 0 });
    this.chart = svg(
      "svg",
      { class: "curve", role: "img", width: "100%", height: TOP + HEIGHT + 2 },
      svg("line", { class: "base", x1: 0, x2: "100%", y1: TOP + HEIGHT, y2: TOP + HEIGHT }),
      this.mark,
      svg(
        "svg",
        {
          x: 0,
          y: TOP,
          width: "100%",
          height: HEIGHT,
          viewBox: `0 0 ${SCALE} ${SCALE}`,
          preserveAspectRatio: "none",
        },
        Object.values(this.lines),
      ),
      this.caption,
    );
    this.ends = [el("span"), el("span")];
    this.rows = el("tbody");
    this.table = el(
      "details",
      { class: "hours", ontoggle: () => this.fillTable() },
      el("summary", {}, "逐时数字"),
      table("逐时数字", ["时段", "新到人数", "新到面积", "累计人数", "累计面积"], this.rows),
    );
    this.element = el(
      "section",
      { class: "arrivals-section", "data-testid": "arrivals" },
      el("h2", {}, "参与进度"),
      el(
        "article",
        { class: "card arrivals" },
        el(
          "p",
          { class: "legend", "aria-hidden": "true" },
          el("span", { class: "heads" }, "人数"),
          el("span", { class: "area" }, "面积"),
        ),
        this.chart,
        el("p", { class: "curve-ends", "aria-hidden": "true" }, this.ends),
        this.table,
      ),
    );
  }

  update({ hours: found, everybody, items, as_of: asOf }) {
    this.found = found;
    this.element.hidden = found.length === 0;
    if (found.length === 0) return;
    const start = Date.parse(found[0].from);
    const end = Math.max(Date.parse(asOf), Date.parse(found.at(-1).from) + 60_000);
    const along = (moment) =>
      (SCALE * (Math.min(Date.parse(moment), end) - start)) / (end - start);
    for (const [key, path] of Object.entries(this.lines)) {
      const up = (part) => SCALE * (1 - part / everybody.electorate[key]);
      let from = SCALE;
      const steps = [`M0 ${SCALE}`];
      for (const hour of found) {
        const to = up(hour.participating[key]);
        steps.push(`L${along(hour.from)} ${from}`, `L${along(hour.until)} ${to}`);
        from = to;
      }
      path.setAttribute("d", `${steps.join("")}L${SCALE} ${from}`);
    }
    this.drawMark(items);
    this.ends[0].textContent = hours(found[0].from);
    this.ends[1].textContent = hours(new Date(end).toISOString());
    const { electorate, participating } = everybody;
    this.chart.setAttribute(
      "aria-label",
      `参与随时间增长：人数至 ${percent(participating.heads, electorate.heads)}%，` +
        `面积至 ${percent(participating.area_cm2, electorate.area_cm2)}%`,
    );
    this.fillTable();
  }

  /** The legal mark, where all items have the same one. */
  drawMark(items) {
    const marks = items.map(({ electorate, participating, quorum }) => {
      const mark = quorumMark(quorum.heads, participating.heads, electorate.heads);
      return mark ? { words: mark.words, share: mark.threshold / electorate.heads } : null;
    });
    const [first] = marks;
    const shown =
      first !== null &&
      marks.every((mark) => mark?.words === first.words && mark.share === first.share);
    for (const part of [this.mark, this.caption]) part.classList.toggle("absent", !shown);
    if (!shown) return;
    const at = TOP + HEIGHT * (1 - first.share);
    this.mark.setAttribute("y1", at);
    this.mark.setAttribute("y2", at);
    this.caption.setAttribute("y", at - 6);
    this.caption.textContent = first.words;
  }

  fillTable() {
    if (!this.table.open) return;
    this.rows.replaceChildren(
      ...this.found.toReversed().map((hour) =>
        row(
          hours(hour.from, hour.until),
          ...[hour.arrived, hour.participating].flatMap((measure) => [
            `${measure.heads} 人`,
            `${squareMetres(measure.area_cm2)} m²`,
          ]),
        ),
      ),
    );
  }
}

function line(measure) {
  return svg("path", { class: `line ${measure}`, "vector-effect": "non-scaling-stroke" });
}
