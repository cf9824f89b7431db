// SPDX-License-Identifier: Apache-2.0
// Numbers and identifiers in words.

import { count } from "./dom.js";

export const FIELDS = {
  organism: "Organism",
  imaging_method: "Imaging method",
  biological_entity: "What is imaged",
  cell_line: "Cell line",
  category: "Shows",
  modality: "Modality",
  license: "Licence",
  year: "Year",
  publisher: "Repository",
  annotation_type: "Annotations",
  format: "File format",
  channels: "Channels",
  bit_depth: "Bit depth",
  author: "Author",
  keyword: "Keyword",
  title: "Title word",
  id: "Accession",
};

/** Terms that nearly every dataset has say nothing in a list. */
export const TOO_WIDE = /^(recorded image|microscopy|imaging method)$/;

export const fieldName = (field) => FIELDS[field] ?? sentence(field);

const SHORT = { em: "EM", sem: "SEM", tem: "TEM", he: "H&E", ihc: "IHC", dic: "DIC", ml: "ML", ai: "AI" };
/** A collection's own word: "em-neuropil" -> "EM neuropil" */
const ownWord = (text) => sentence(String(text).split(/[-_ ]/).map((w) => SHORT[w] ?? w).join(" "));

/** "segmentation_mask" -> "Segmentation mask" */
export function sentence(text) {
  const words = String(text).replaceAll("_", " ").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The label of a facet's value for people. */
export function valueName(field, value, label) {
  if (field === "license") return licenceOf(value).name;
  if (field === "annotation_type") return sentence(label ?? value);
  if (field === "category" || field === "modality") return ownWord(label ?? value);
  if (field === "format") return { tiff: "TIFF", jpeg: "JPEG", png: "PNG", bmp: "BMP" }[value] ?? value;
  if (field === "bit_depth") return `${value} bit`;
  return label ?? value;
}

/** A licence's short name, and what it lets one do. */
export function licenceOf(spdx) {
  if (!spdx) return { name: "No licence stated", meaning: "Ask the authors before you use it.", open: false };
  const cc = /^CC-(BY(?:-NC)?(?:-SA|-ND)?)-([\d.]+)$/.exec(spdx);
  if (/^CC0/.test(spdx)) return { name: "CC0", meaning: "No rights reserved: free for any use.", open: true };
  if (cc) {
    const limits = [];
    if (cc[1].includes("NC")) limits.push("not for commercial use");
    if (cc[1].includes("SA")) limits.push("what you derive carries the same licence");
    if (cc[1].includes("ND")) limits.push("no derivatives");
    const meaning = limits.length ? `Use with credit; ${limits.join("; ")}.` : "Free for any use with credit.";
    return { name: `CC ${cc[1]} ${cc[2]}`, meaning, open: cc[1] === "BY" };
  }
  const software = { MIT: "MIT", "BSD-3-Clause": "BSD 3-Clause", "BSD-2-Clause": "BSD 2-Clause", "Apache-2.0": "Apache 2.0" };
  if (software[spdx]) return { name: software[spdx], meaning: "A software licence: free for any use with its notice.", open: true };
  if (/^A?GPL/.test(spdx)) return { name: spdx.replace(/-(only|or-later)$/, ""), meaning: "A software licence: what you derive and pass on carries it too.", open: true };
  return { name: spdx, meaning: "", open: false };
}

export function licenceUrl(spdx) {
  const cc = /^CC-(BY[A-Z-]*?)-([\d.]+)$/.exec(spdx ?? "");
  if (/^CC0/.test(spdx ?? "")) return "https://creativecommons.org/publicdomain/zero/1.0/";
  if (cc) return `https://creativecommons.org/licenses/${cc[1].toLowerCase()}/${cc[2]}/`;
  return spdx ? `https://spdx.org/licenses/${spdx}.html` : null;
}

export const SAME = 0.9995; // the score of an image and itself

/** The good hits of an answer, counted; null where none is good. */
export function matchesText(answer) {
  const levels = answer.hits.map((hit) => scoreWords(hit.score, hit.chance, answer).level);
  const [clear, good] = [3, 2].map((level) => levels.filter((l) => l === level).length);
  const rest = clear + good < levels.length ? "; the others are loose or chance" : "";
  if (clear) return `${count(clear, "clear match", "clear matches")}${good ? ` and ${count(good, "good one")}` : ""}${rest}.`;
  return good ? `${count(good, "good match", "good matches")}${rest}.` : null;
}

/** What a score means, with how often chance does as well where that is known:
 * of so many datasets (total), how many would by chance? similar: what the
 * daemon says of the whole answer, which no card may contradict. level: 0 (weak)
 * to 3 (strong), for the bar beside it. */
export function scoreWords(score, chance, { total = 1, similar = null } = {}) {
  if (score > SAME) return { level: 3, text: "The same image", more: "" };
  if (typeof chance === "number") {
    const expected = chance * total;
    const words = ["Hardly more than chance", "A loose match", "A good match", "A clear match"];
    const level = similar === false ? 0 : expected <= 0.5 ? 3 : expected <= 1.5 ? 2 : expected <= 4 ? 1 : 0;
    const text = similar === false ? "Not alike" : words[level];
    return { level, text, more: chance < 0.001 ? "Fewer than 1 in 1,000 random datasets score this high." : `About ${oneIn(chance)} random datasets scores this high.` };
  }
  if (score >= 0.9) return { level: 3, text: "Nearly the same", more: "" };
  if (score >= 0.75) return { level: 2, text: "Very alike", more: "" };
  if (score >= 0.55) return { level: 1, text: "Somewhat alike", more: "" };
  return { level: 0, text: "Hardly alike", more: "" };
}

const oneIn = (chance) => `1 in ${Math.max(1, Math.round(1 / chance)).toLocaleString("en")}`;

export function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let i = 0;
  let n = bytes;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${n >= 100 || i === 0 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

/** "1,024 × 1,024 px, 12 z, 2 channels" */
export function sizeText(dims) {
  const parts = [`${dims.x.toLocaleString("en")} × ${dims.y.toLocaleString("en")} px`];
  if (dims.z > 1) parts.push(`${dims.z} z`);
  if (dims.c > 1) parts.push(`${dims.c} channels`);
  if (dims.t > 1) parts.push(`${dims.t} time points`);
  return parts.join(", ");
}

export function dateText(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

/** The labels of a list of terms, at most so many. */
export function termNames(terms, most = 2) {
  const names = (terms ?? []).map((t) => t.label ?? t.id);
  const more = names.length - most;
  return names.slice(0, most).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Where an ontology term is explained. */
export function termUrl(id) {
  const taxon = /^NCBITaxon:(\d+)$/.exec(id ?? "");
  if (taxon) return `https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=${taxon[1]}`;
  return /^[A-Za-z]+:\w+$/.test(id ?? "") ? `http://purl.obolibrary.org/obo/${id.replace(":", "_")}` : null;
}
