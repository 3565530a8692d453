// Elements from code. Text only ever enters as text, so nothing in a notice can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element: `el("p", { class: "note" }, "text", child)`. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Make an SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined),
  );
  return element;
}

const PATHS = {
  check: "M4 12.5 9.5 18 20 6.5",
  cross: "M6 6 18 18 M18 6 6 18",
  home: "M3.5 11.5 12 4l8.5 7.5 M6 9.8V20h12V9.8 M10 20v-6h4v6",
  shield:
    "M12 3.5 19.5 6v6c0 4.5-3 7.3-7.5 8.8C7.5 19.3 4.5 16.5 4.5 12V6Z M8.8 12l2.4 2.4 4.2-4.6",
  alert: "M12 4 21 19.5H3Z M12 10v4.5 M12 17v.2",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z M12 7.5V12l3 2",
  person:
    "M12 4.5a3.75 3.75 0 1 1 0 7.5 3.75 3.75 0 0 1 0-7.5Z M4.5 20c.6-3.8 3.6-5.6 7.5-5.6s6.9 1.8 7.5 5.6",
  area: "M4 4h16v16H4Z M4 9.5h5 M9 4v5.5 M14.5 20v-6 M14.5 14H20",
  forward: "M9 5l7 7-7 7",
};

/** A line drawing that only repeats what the text beside it says. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}
