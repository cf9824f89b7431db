// SPDX-License-Identifier: Apache-2.0
// Datasets as cards, picture first.

import { agreementText, evidenceStrip } from "./evidence.js";
import { changed, hrefOf, withExample } from "./state.js";
import { count, h, icon } from "./dom.js";
import { licenceOf, scoreWords, termNames } from "./words.js";
import { cropOf, thumbnailOf } from "./api.js";

const narrow = matchMedia("(max-width: 640px)"); // there the evidence has a row of its own
const OPEN = "\u0002"; // the daemon's marks around a word that was found
const CLOSE = "\u0003";

/** Text in which the words that were found are marked. */
export function highlighted(text) {
  return text.replace(/\s+/g, " ").split(OPEN).flatMap((piece, i) => {
    if (i === 0) return [piece];
    const [found, rest = ""] = piece.split(CLOSE);
    return [h("mark", null, found), rest];
  });
}

/** The picture of a dataset: the region that matched, a thumbnail, or, where the
 * collection holds metadata only, a quiet sign that there is none. */
export function picture(dataset, hit) {
  const frame = h("span", { class: "picture" });
  const none = () => {
    frame.classList.add("none");
    frame.replaceChildren(h("strong", null, shortName(dataset.publisher?.name)), h("span", null, "images at the source"));
  };
  if (hit?.has_images === false) {
    none();
    return frame;
  }
  const best = hit?.evidence?.[0];
  const img = h("img", { alt: "", loading: "lazy", decoding: "async", src: best ? cropOf(best.image.id, { ...best.tile }, 320) : thumbnailOf(dataset.id) });
  img.addEventListener("error", none);
  frame.append(img);
  return frame;
}

/** "BioImage Archive" -> "BIA", "SSBD:database" -> "SSBD" */
function shortName(publisher) {
  const words = (publisher ?? "").split(":")[0].match(/[A-Z][a-z]*|[A-Z]+/g) ?? [];
  if (words.length === 0) return "…";
  return /^[A-Z]{2,}/.test(publisher) ? publisher.split(":")[0] : words.map((w) => w[0]).join("");
}

export function licenceTag(spdx) {
  const { name, meaning, open } = licenceOf(spdx);
  return h("span", { class: `tag ${open ? "tag-open" : ""}`, title: meaning || null }, name);
}

/** "Homo sapiens · confocal microscopy · BioImage Archive, 2024" as a list. */
export function facts(dataset) {
  const where = [dataset.publisher?.name, dataset.year].filter(Boolean).join(", ");
  return h("ul", { class: "facts" },
    dataset.organism && h("li", { class: "fact-organism" }, termNames(dataset.organism)),
    dataset.imaging_method && h("li", null, termNames(dataset.imaging_method)),
    where && h("li", null, where),
    dataset.id && h("li", { class: "accession" }, dataset.id),
    h("li", null, licenceTag(dataset.license)));
}

function scoreBlock(hit, answer) {
  const { level, text, more } = scoreWords(hit.score, hit.chance, answer);
  const why = [more, level > 0 && agreementText(hit)].filter(Boolean).join(" ");
  return [
    h("div", { class: `score score-${level}` },
      h("span", { class: "score-bar", style: { "--share": Math.max(0, Math.min(1, hit.score)) } }),
      h("span", { class: "score-words" }, text),
      h("span", { class: "score-number" }, h("span", { class: "visually-hidden" }, "score "), hit.score.toFixed(2))),
    why && h("p", { class: "why" }, why),
  ];
}

/** Ways to say what was meant. */
function feedback(dataset, state) {
  const title = h("span", { class: "visually-hidden" }, `: ${dataset.title ?? dataset.id}`);
  const way = (which, sign, text) => h("a", { class: "way", href: hrefOf(withExample(state, which, dataset.id)) }, icon(sign), text, title.cloneNode(true));
  return h("p", { class: "feedback" }, way("more", "plus", "More like this"), way("less", "minus", "Less like this"));
}

/** What was folded into a hit. */
function folded(hit) {
  const copies = hit.duplicates ?? [];
  return copies.length > 0 && h("p", { class: "why" }, `Nearly the same: `, copies.slice(0, 3).map((d, i) => [i > 0 && ", ", h("a", { href: hrefOf({ dataset: d.id }) }, d.title ?? d.id)]), copies.length > 3 && ` and ${count(copies.length - 3, "more", "more")}`);
}

/** One card. sample: the panel of the question, null for a search by words.
 * What is no match is shown small, without evidence. */
export function card(hit, { state, sample, answer }) {
  const { dataset } = hit;
  const href = hrefOf({ dataset: dataset.id });
  const weak = sample && scoreWords(hit.score, hit.chance, answer).level === 0;
  const strip = sample && !weak && evidenceStrip(hit, sample);
  const found = !sample && Object.entries(hit.highlights ?? {}).find(([field]) => !["title", "id", "other"].includes(field));
  const title = !sample && hit.highlights?.title ? highlighted(hit.highlights.title) : dataset.title ?? dataset.id;
  return h("li", { class: `card ${sample ? "card-similar" : "card-found"} ${weak ? "card-weak" : ""}`, "data-id": dataset.id },
    h("a", { class: "card-picture", href, tabindex: "-1", "aria-hidden": "true" }, picture(dataset, hit)),
    h("div", { class: "card-body" },
      h("h2", null, h("a", { href }, title)),
      facts(dataset),
      sample && scoreBlock(hit, answer),
      found && h("p", { class: "snippet" }, highlighted(found[1])),
      folded(hit),
      !narrow.matches && strip,
      sample && feedback(dataset, state),
      !sample && hit.has_images && h("p", { class: "feedback" }, h("a", { class: "way", href: hrefOf(changed(state, { like: { kind: "dataset", id: dataset.id }, region: null, q: "" })) }, icon("image"), "Similar datasets", h("span", { class: "visually-hidden" }, `: ${dataset.title ?? dataset.id}`)))),
    narrow.matches && strip);
}

/** Places for cards while the answer is on its way. */
export function waiting(n = 4) {
  return Array.from({ length: n }, () => h("li", { class: "card waiting", "aria-hidden": "true" }, h("span", { class: "picture" }), h("div", { class: "card-body" }, h("span", { class: "line" }), h("span", { class: "line short" }))));
}
