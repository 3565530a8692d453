// The live view: two measures against their quorum, then building by building. No choice is shown.

import { MarkedBar, ThinBar } from "./bars.js";
import { quorumMark } from "./comparison.js";
import { el, icon } from "./dom.js";
import { percent, squareMetres } from "./format.js";

const MEASURES = {
  heads: {
    name: "人数",
    symbol: "person",
    key: "heads",
    quorum: "heads",
    print: String,
    unit: "人",
  },
  area: {
    name: "专有部分面积",
    symbol: "area",
    key: "area_cm2",
    quorum: "area",
    print: squareMetres,
    unit: "m²",
  },
};

/** Keeps its elements between updates, so that bars glide and focus stays where it is. */
export class TurnoutView {
  constructor() {
    this.element = el("div", { class: "turnout" });
    this.shape = "";
    this.panels = [];
    this.buildings = [];
  }

  update(data) {
    const groups = byFigures(data.items);
    const shape = JSON.stringify([
      groups.map((items) => items.map(({ id }) => id)),
      data.buildings.map(({ building }) => building),
    ]);
    if (shape !== this.shape) this.rebuild(groups, data);
    this.shape = shape;
    groups.forEach(([item], index) => this.panels[index].forEach((panel) => panel.update(item)));
    data.buildings.forEach((figures, index) => this.buildings[index].update(figures));
  }

  rebuild(groups, { items: agenda, buildings }) {
    const number = (item) => agenda.indexOf(item) + 1;
    this.panels = groups.map((_items, index) =>
      Object.values(MEASURES).map((measure) => new Panel(measure, index === 0)),
    );
    this.buildings = buildings.map(() => new Building());
    this.element.replaceChildren(
      ...groups.map((items, index) =>
        el(
          "section",
          { class: "item-group" },
          el(
            "h2",
            {},
            groups.length === 1 ? "参与表决" : `第 ${items.map(number).join("、")} 项参与表决`,
          ),
          el(
            "p",
            { class: "hint" },
            items.map((item) =>
              el("span", { class: "agenda-item" }, `${number(item)}. ${item.title}`),
            ),
          ),
          el(
            "div",
            { class: "measures" },
            this.panels[index].map(({ element }) => element),
          ),
        ),
      ),
      el(
        "section",
        { class: "buildings-section" },
        el("h2", {}, "各楼栋参与情况"),
        el(
          "div",
          { class: "buildings" },
          this.buildings.map(({ element }) => element),
        ),
      ),
    );
  }
}

/** Items that count the same owners and the same participants share one panel. */
function byFigures(items) {
  const groups = new Map();
  for (const item of items) {
    const key = JSON.stringify([item.electorate, item.participating, item.quorum]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

class Panel {
  constructor(measure, first) {
    this.measure = measure;
    this.verdict = el("span", { class: "verdict" });
    this.part = el("strong", { "data-testid": first ? `turnout-${measure.quorum}` : null });
    this.rest = el("span", { class: "figure-rest" });
    this.share = el("span", { class: "figure-share" });
    this.bar = new MarkedBar();
    this.needed = el("p", { class: "needed" });
    this.element = el(
      "article",
      { class: "card measure" },
      el("header", {}, el("h3", {}, icon(measure.symbol), measure.name), this.verdict),
      el(
        "p",
        { class: "figure" },
        this.part,
        el("span", { class: "figure-unit" }, measure.unit),
        this.rest,
        this.share,
      ),
      this.bar.element,
      this.needed,
    );
  }

  update(item) {
    const { name, key, quorum, print, unit } = this.measure;
    const part = item.participating[key];
    const whole = item.electorate[key];
    const test = item.quorum[quorum];
    const mark = quorumMark(test, part, whole) ?? {
      threshold: part + item.needed[key],
      words: "法定",
    };
    this.part.textContent = print(part);
    this.rest.textContent = `共 ${print(whole)} ${unit}`;
    this.share.textContent = `${percent(part, whole)}%`;
    this.verdict.className = test.holds ? "verdict holds" : "verdict";
    this.verdict.replaceChildren(
      icon(test.holds ? "check" : "clock"),
      test.holds ? "已达到" : "未达到",
    );
    const words = `${mark.words} ${print(mark.threshold)} ${unit}`;
    this.needed.replaceChildren(
      ...(test.holds
        ? [`已达到法定的${words}`]
        : ["还差 ", el("strong", {}, `${print(item.needed[key])} ${unit}`), `，达到${words}`]),
    );
    const label = `${name}：${print(part)} / ${print(whole)} ${unit}，${test.holds ? "已达到" : "未达到"}${mark.words}`;
    this.bar.update({
      part,
      whole,
      threshold: mark.threshold,
      caption: mark.words,
      label,
      holds: test.holds,
    });
  }
}

class Building {
  constructor() {
    this.name = el("h3", {});
    this.rows = Object.values(MEASURES).map((measure) => ({
      measure,
      figures: el("span", { class: "building-figures" }),
      bar: new ThinBar(measure.quorum),
    }));
    this.element = el(
      "article",
      { class: "card building" },
      this.name,
      this.rows.map(({ measure, figures, bar }) =>
        el(
          "div",
          { class: "building-row" },
          el("p", {}, el("span", {}, measure.quorum === "heads" ? "人数" : "面积"), figures),
          bar.element,
        ),
      ),
    );
  }

  update({ building, electorate, participating }) {
    this.name.textContent = /^\d+$/.test(building) ? `${building} 号楼` : building;
    for (const { measure, figures, bar } of this.rows) {
      const part = participating[measure.key];
      const whole = electorate[measure.key];
      figures.textContent = `${measure.print(part)} / ${measure.print(whole)} ${measure.unit}`;
      bar.update(part, whole);
    }
  }
}
