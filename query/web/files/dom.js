// SPDX-License-Identifier: Apache-2.0
// Small helpers to build the page. Text from records only ever becomes text
// nodes: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element: h("a", {href, class, onclick, "aria-label"}, child, ...).
 * false, null and undefined as attribute or child mean: not there. */
export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [p, v] of Object.entries(value)) element.style.setProperty(p, v);
    else element.setAttribute(key, value === true ? "" : value);
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === false || child === null || child === undefined || child === "") continue;
    element.append(child);
  }
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}

/** A decorative picture of icons.svg. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `web/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Tells people who listen what has changed. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

/** A button that copies what an element shows; where the browser forbids it,
 * the text is selected. */
export function copyButton(text, element, name) {
  const said = h("span", { role: "status", class: "hint" });
  return h("p", { class: "row" }, h("button", { type: "button", class: "button small", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      fill(said, "Copied");
    } catch {
      getSelection().selectAllChildren(element);
      fill(said, "Selected: copy it with the keyboard");
    }
  } }, name), said);
}

/** "1 dataset", "1,228 datasets" */
export function count(n, one, many = `${one}s`) {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}

/** Only what a browser may safely open; records hold any text as an address. */
export function safeUrl(text) {
  return /^https?:\/\//i.test(text ?? "") ? text : null;
}

/** A link that leaves the page. */
export function outLink(url, ...children) {
  const href = safeUrl(url);
  return href ? h("a", { href, rel: "noopener external", class: "out" }, ...children, icon("out")) : h("span", null, ...children);
}
