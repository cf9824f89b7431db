// SPDX-License-Identifier: Apache-2.0
// Why a dataset was found: regions of the question beside the regions that match.

import { cropOf } from "./api.js";
import { h } from "./dom.js";
import { SAME } from "./words.js";
import { comparePair } from "./viewer.js";

const percent = (similarity) => Math.round(100 * Math.max(0, similarity));

/** One pair as a button: hover and focus show where it lies on the question,
 * pressing it opens both, large. */
function pairButton(pair, i, sample, hit) {
  const mine = pair.query.image ? h("span", { class: "crop" }, h("img", { alt: "", src: cropOf(pair.query.image.id, pair.query, 160), loading: "lazy" })) : sample?.crop(pair.query);
  const theirs = h("span", { class: "crop" }, h("img", { alt: "", src: cropOf(pair.image.id, pair.tile, 160), loading: "lazy" }));
  const show = () => sample?.mark(pair.query);
  const hide = () => sample?.mark(null);
  return h("button", {
    type: "button", class: "pair", onmouseenter: show, onmouseleave: hide, onfocus: show, onblur: hide,
    onclick: () => comparePair(pair, sample, hit),
  }, h("span", { class: "visually-hidden" }, `Compare matching regions ${i + 1}: `), h("span", { class: "pair-images" }, mine, theirs), h("span", { class: "pair-number" }, pair.similarity > SAME ? "identical" : `${percent(pair.similarity)} %`));
}

/** The strip below a result. */
export function evidenceStrip(hit, sample) {
  const pairs = hit.evidence ?? [];
  if (!pairs.length) return null;
  const both = pairs.some((p) => p.query.image) || sample?.crop(pairs[0].query);
  return h("div", { class: "evidence" },
    h("p", { class: "evidence-title" }, both ? "Your region beside the match" : "What matches best"),
    h("div", { class: "pairs" }, pairs.map((pair, i) => pairButton(pair, i, sample, hit))));
}

/** In which respects it agrees, as a sentence; "" where the daemon does not
 * say it. */
export function agreementText(hit) {
  const parts = (hit.agreement ?? []).filter((a) => typeof a.agreement === "number").sort((a, b) => b.agreement - a.agreement);
  if (parts.length < 3 || hit.score > SAME) return ""; // the same image agrees in all
  const name = (a) => (a.part === "learned" ? "learned features" : a.part.replaceAll("_", " "));
  const last = parts.at(-1);
  const least = last.agreement < 0.8 * parts[0].agreement ? `, least in ${name(last)}` : "";
  return `Most alike in ${name(parts[0])} and ${name(parts[1])}${least}.`;
}
