// Turnout in one part of the complex: a building with its floors, or a kind of unit.

import { ThinBar } from "./bars.js";
import { el } from "./dom.js";
import { squareMetres } from "./format.js";

const MEASURES = [
  { name: "人数", key: "heads", bar: "heads", print: (heads) => `${heads}`, unit: "人" },
  { name: "面积", key: "area_cm2", bar: "area", print: squareMetres, unit: "m²" },
];
const WITHHELD = "参与不足 5 人时不单独显示";

/** A card with both measures; `more` is what stands under them. */
export class SegmentCard {
  constructor(name, more = null) {
    this.measures = new TwoBars();
    this.element = el(
      "article",
      { class: "card segment" },
      el("h3", {}, name),
      this.measures.element,
      more,
    );
  }

  update(figures) {
    this.measures.update(figures);
  }
}

/** The floors of one building, top floor first. They are asked for when somebody opens them. */
export class Floors {
  /** `ask()` gives the floors of all buildings, or fails. */
  constructor(building, ask) {
    this.building = building;
    this.ask = ask;
    this.list = el("div", { class: "floors" });
    this.element = el(
      "details",
      { "data-testid": "floors", ontoggle: () => this.update() },
      el("summary", {}, "各层"),
      this.list,
    );
  }

  async update() {
    // One question at a time; what changes meanwhile is seen with the next update.
    if (!this.element.open || this.asking) return;
    this.asking = true;
    try {
      this.draw(await this.ask());
    } catch (error) {
      this.list.replaceChildren(el("p", { class: "problem", role: "alert" }, error.message));
    } finally {
      this.asking = false;
    }
  }

  draw(floors) {
    const own = floors.filter(({ building }) => building === this.building);
    own.sort((a, b) => (b.floor ?? -Infinity) - (a.floor ?? -Infinity));
    this.list.replaceChildren(
      ...own.map((figures) => {
        const bars = new TwoBars();
        bars.update(figures);
        return el("section", {}, el("h4", {}, floorName(figures.floor)), bars.element);
      }),
    );
  }
}

class TwoBars {
  constructor() {
    this.rows = MEASURES.map((measure) => ({
      measure,
      figures: el("span", { class: "segment-figures" }),
      bar: new ThinBar(measure.bar),
    }));
    this.element = el(
      "div",
      {},
      this.rows.map(({ measure, figures, bar }) =>
        el(
          "div",
          { class: "segment-row" },
          el("p", {}, el("span", {}, measure.name), figures),
          bar.element,
        ),
      ),
    );
  }

  update({ electorate, participating }) {
    for (const { measure, figures, bar } of this.rows) {
      const whole = electorate[measure.key];
      const part = participating?.[measure.key];
      figures.textContent =
        part === undefined
          ? WITHHELD
          : `${measure.print(part)} / ${measure.print(whole)} ${measure.unit}`;
      bar.update(part ?? 0, whole);
    }
  }
}

function floorName(floor) {
  if (floor === null) return "其他房屋";
  return floor < 0 ? "地下" : `${floor} 层`;
}
