// The live view: two measures against their quorum, then how they grew, and kind by kind and
// building by building. No choice is shown.

import { ArrivalsView } from "./arrivals.js";
import { MarkedBar } from "./bars.js";
import { quorumMark } from "./comparison.js";
import { el, icon } from "./dom.js";
import { percent, squareMetres } from "./format.js";
import { Floors, SegmentCard } from "./segments.js";

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
  /** `askFloors()` gives the floors of all buildings. */
  constructor(askFloors) {
    this.askFloors = askFloors;
    this.element = el("div", { class: "turnout" });
    this.shape = "";
    this.panels = [];
    this.arrivals = new ArrivalsView();
  }

  update(data) {
    const groups = byFigures(data.items);
    const shape = JSON.stringify([
      groups.map((items) => items.map(({ id }) => id)),
      data.kinds.map(({ kind }) => kind),
      data.buildings.map(({ building }) => building),
    ]);
    if (shape !== this.shape) this.rebuild(groups, data);
    this.shape = shape;
    groups.forEach(([item], index) => this.panels[index].forEach((panel) => panel.update(item)));
    this.arrivals.update(data);
    data.kinds.forEach((figures, index) => this.kinds[index].update(figures));
    data.buildings.forEach((figures, index) => this.buildings[index].update(figures));
    this.floors.forEach((floors) => floors.update());
  }

  rebuild(groups, { items: agenda, kinds, buildings }) {
    const number = (item) => agenda.indexOf(item) + 1;
    this.panels = groups.map((_items, index) =>
      Object.values(MEASURES).map((measure) => new Panel(measure, index === 0)),
    );
    this.kinds = kinds.map(({ kind }) => new SegmentCard(kind));
    this.floors = buildings.map(({ building }) => new Floors(building, this.askFloors));
    this.buildings = buildings.map(
      ({ building }, index) =>
        new SegmentCard(
          /^\d+$/.test(building) ? `${building} 号楼` : building,
          this.floors[index].element,
        ),
    );
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
      this.arrivals.element,
      this.kinds.length > 1
        ? segmentSection(
            "各用途参与情况",
            "一位业主在他有房屋的每一类各算一人，人数不能相加。",
            this.kinds,
          )
        : "",
      segmentSection(
        "各楼栋参与情况",
        "一位业主在他有房屋的每一栋、每一层各算一人，人数不能相加；楼层按房号推得，仅供参考。",
        this.buildings,
      ),
    );
  }
}

function segmentSection(title, hint, cards) {
  return el(
    "section",
    { class: "segment-section" },
    el("h2", {}, title),
    el("p", { class: "hint" }, hint),
    el(
      "div",
      { class: "segments" },
      cards.map(({ element }) => element),
    ),
  );
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
