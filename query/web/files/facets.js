// SPDX-License-Identifier: Apache-2.0
// The sidebar: how the datasets count by organism, method, licence and so on.
// Several values of one facet are alternatives; its counts leave its own
// conditions out, so that one sees what adding a value would bring.

import { FACETS } from "./ask.js";
import { TOO_WIDE, fieldName, valueName } from "./words.js";
import { fill, h, icon } from "./dom.js";
import { hasFilter, toggled } from "./state.js";

const SHOWN = 7;
const opened = new Set(); // what the reader unfolded stays so: "tree organism", "more license", ...

/** A chain of terms that hold the same datasets is shown as its last. */
function compressed(node) {
  let at = node;
  while (at.children?.length === 1 && at.children[0].count === at.count) at = at.children[0];
  return { ...at, children: (at.children ?? []).map(compressed) };
}

/** The terms that datasets speak of: leaves, and what counts more than all that
 * is below it. */
function flat(nodes, out = new Map()) {
  for (const node of nodes) {
    const below = (node.children ?? []).reduce((sum, child) => sum + child.count, 0);
    if (node.count > below && !TOO_WIDE.test(node.label)) out.set(node.value, node);
    flat(node.children ?? [], out);
  }
  return [...out.values()].sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
}

/** Labels of what a facet answer holds: for the chips. */
export function labelsOf(facets, out = new Map()) {
  const walk = (field, nodes) => {
    for (const node of nodes) {
      out.set(`${field}:${node.value}`, node.label);
      walk(field, node.children ?? []);
    }
  };
  for (const [field, nodes] of Object.entries(facets ?? {})) walk(field, nodes);
  return out;
}

/** Fills the sidebar; go(state, options) asks anew. */
export function facetPanel(element, state, facets, go) {
  function fold(key) {
    if (!opened.delete(key)) opened.add(key);
    facetPanel(element, state, facets, go);
  }

  function row(field, node) {
    const key = `${field}:${node.value}`;
    return h("label", { class: "check" },
      h("input", { type: "checkbox", "data-key": key, checked: hasFilter(state, field, node.value), onchange: () => go(toggled(state, field, node.value), { stay: true }) }),
      h("span", { class: "check-label" }, valueName(field, node.value, node.label)),
      h("span", { class: "check-count" }, node.count.toLocaleString("en")));
  }

  function branch(field, nodes, depth, above) {
    const more = `more ${field}:${above}`;
    const all = opened.has(more);
    const shown = nodes.filter((n, i) => all || i < SHOWN || hasFilter(state, field, n.value));
    return h("ul", { class: "tree" }, shown.map((node, i) => {
      const key = `node ${field}:${node.value}`;
      const open = opened.has(key) !== (depth < 3 && i === 0); // the way to where most are starts unfolded
      const name = valueName(field, node.value, node.label);
      return h("li", null, h("div", { class: "tree-row" },
        node.children.length > 0
          ? h("button", { type: "button", class: "plain twist", "data-key": key, "aria-expanded": String(open), "aria-label": `Below ${name}`, onclick: () => fold(key) }, icon("next"))
          : h("span", { class: "twist" }),
        row(field, node)), open && node.children.length > 0 && branch(field, node.children, depth + 1, node.value));
    }), nodes.length > SHOWN && h("li", null, h("button", { type: "button", class: "plain more", "data-key": more, onclick: () => fold(more) }, all ? "Fewer" : `${nodes.length - shown.length} more`)));
  }

  function list(field, nodes) {
    const key = `more ${field}`;
    const all = opened.has(key);
    const shown = nodes.filter((n, i) => all || i < SHOWN || hasFilter(state, field, n.value)); // nothing moves when it is chosen
    const rest = nodes.length - shown.length;
    return [
      h("ul", null, shown.map((n) => h("li", null, row(field, n)))),
      (rest > 0 || all) && nodes.length > SHOWN && h("button", { type: "button", class: "plain more", "data-key": key, onclick: () => fold(key) }, all ? "Fewer" : `${rest} more`),
    ];
  }

  function group(field) {
    const nodes = facets[field] ?? [];
    if (!nodes.length) return null;
    const isTree = nodes.some((n) => n.children);
    const key = `tree ${field}`;
    const asTree = isTree && opened.has(key);
    const values = field === "year" ? [...nodes].sort((a, b) => b.value - a.value) : nodes;
    return h("div", { class: "facet", role: "group", "aria-labelledby": `facet-${field}` },
      h("div", { class: "facet-head" }, h("h2", { id: `facet-${field}` }, fieldName(field)), isTree && h("button", { type: "button", class: "plain tree-switch", "data-key": key, "aria-pressed": String(asTree), "aria-label": `${fieldName(field)} as a tree`, onclick: () => fold(key) }, "Tree")),
      asTree ? branch(field, nodes.map(compressed), 0, "") : list(field, isTree ? flat(nodes) : values));
  }

  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  fill(element, FACETS.map(group));
  if (focused) element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
