// SPDX-License-Identifier: Apache-2.0
// The first page: ways to begin.

import { count, fill, h, icon } from "./dom.js";
import { changed, hrefOf } from "./state.js";
import { TOO_WIDE, licenceOf, sentence, valueName } from "./words.js";
import { get } from "./api.js";
import { picture } from "./results.js";

const WAYS = [["organism", "Organisms"], ["imaging_method", "Imaging methods"], ["annotation_type", "With annotations"]];

/** Terms below the widest ones, most frequent first. */
function frequent(nodes, most) {
  const out = [];
  const walk = (list) => {
    for (const node of list) {
      const below = (node.children ?? []).reduce((sum, child) => sum + child.count, 0);
      if (node.count > below && !TOO_WIDE.test(node.label)) out.push(node);
      walk(node.children ?? []);
    }
  };
  walk(nodes);
  return out.sort((a, b) => b.count - a.count).slice(0, most);
}

/** Datasets that show different things, as far as their records tell. */
function varied(hits, most) {
  const seen = new Map();
  const round = (hit) => {
    const { category, title } = hit.dataset;
    const key = category ?? title;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key);
  };
  return hits.map((hit, i) => [round(hit), i, hit]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map(([, , hit]) => hit);
}

/** Fills main. choose(): opens the file dialog. */
export function startPage(main, state, { choose, signal }) {
  const examples = h("section", { class: "start-part", hidden: true, "aria-labelledby": "examples-title" });
  const ways = h("section", { class: "start-part ways", hidden: true, "aria-label": "Browse" });
  fill(main,
    h("section", { class: "hero" },
      h("h1", { tabindex: "-1" }, "Find bioimages that look like yours"),
      h("p", { class: "lead" }, "Show a micrograph. You get the published datasets whose images resemble it, and the regions that match."),
      h("button", { type: "button", class: "drop", onclick: choose },
        icon("image"),
        h("strong", null, "Choose an image"),
        h("span", null, h("span", { class: "only-mouse" }, "or drop it anywhere here, or paste it. "), "TIFF (also 16 bit and stacks), OME-TIFF, PNG, JPEG, BMP")),
      h("p", { class: "hint" }, "The image goes to this server only, is compared and forgotten.")),
    examples, ways);

  get("v1/search", { where: "width:1..", k: 48 }, signal).then(({ hits: all }) => {
    const hits = varied(all, 10);
    if (!hits.length) return;
    fill(examples, h("h2", { id: "examples-title" }, "Or start from a dataset that is here"),
      h("ul", { class: "gallery" }, hits.map(({ dataset }) => h("li", null,
        h("a", { href: hrefOf(changed(state, { like: { kind: "dataset", id: dataset.id } })) }, picture(dataset), h("span", null, dataset.title ?? dataset.id))))));
    examples.hidden = false;
  }, () => {});

  get("v1/facets", { facets: "organism,imaging_method,annotation_type,license", facet_size: 200 }, signal).then(({ total, facets }) => {
    if (!total) {
      fill(ways, h("h2", null, "Nothing is here yet"), h("p", { class: "note" }, "This collection is empty. Images and records come in with ", h("code", null, "akin-index add FOLDER"), "."));
      ways.hidden = false;
      return;
    }
    const way = ([field, title]) => {
      const nodes = frequent(facets[field] ?? [], 8);
      return nodes.length > 0 && h("div", null, h("h3", null, title), h("ul", { class: "chips" }, nodes.map((n) => h("li", null,
        h("a", { class: "chip", href: hrefOf(changed(state, { filters: [{ field, value: n.value }] })) }, valueName(field, n.value, n.label), h("span", { class: "chip-count" }, n.count.toLocaleString("en")))))));
    };
    const open = (facets.license ?? []).filter((n) => licenceOf(n.value).open).reduce((sum, n) => sum + n.count, 0);
    fill(ways, h("h2", null, "Or browse ", count(total, "dataset")),
      h("div", { class: "way-columns" }, WAYS.map(way)),
      h("p", { class: "row" }, h("a", { class: "button", href: hrefOf(changed(state, { browse: true })) }, "All datasets"),
        open > 0 && h("span", { class: "hint" }, `${sentence(count(open, "dataset"))} may be used freely, some with credit.`)));
    ways.hidden = false;
  }, () => {});
}
