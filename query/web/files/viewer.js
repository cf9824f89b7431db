// SPDX-License-Identifier: Apache-2.0
// Images, large: one image with its planes, or a pair of matching regions.

import { annotationOf, cropOf, previewOf } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { place } from "./region.js";
import { hrefOf } from "./state.js";
import { sizeText } from "./words.js";

/** A dialog that gives the focus back to where it came from. */
function open(title, ...content) {
  const back = document.activeElement;
  const dialog = h("dialog", { class: "viewer", "aria-labelledby": "viewer-title" },
    h("div", { class: "viewer-bar" }, h("h2", { id: "viewer-title" }, title),
      h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    ...content);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    back?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function figure(src, rect, full, caption) {
  const box = h("div", { class: "mark" });
  const img = h("img", { src, alt: caption });
  const frame = h("div", { class: "frame shown" }, img, box);
  if (full) place(box, rect, full);
  else img.addEventListener("load", () => place(box, rect, { width: img.naturalWidth, height: img.naturalHeight }));
  return h("figure", null, frame, h("figcaption", null, caption));
}

const where = (r) => [`x ${r.x}`, `y ${r.y}`, `${r.w} × ${r.h} px`, r.z > 0 && `z ${r.z + 1}`, r.c > 0 && `channel ${r.c + 1}`, r.t > 0 && `time ${r.t + 1}`].filter(Boolean).join(", ");
const plane = ({ z, c, t }) => ({ z, c, t });

/** How far the two agree in each respect, as bars. */
function respects(hit) {
  const parts = (hit.agreement ?? []).filter((a) => typeof a.agreement === "number");
  return parts.length > 0 && h("ul", { class: "agreement", "aria-label": "Agreement of the dataset, by property" }, parts.map((a) => h("li", null,
    h("span", null, a.part.replaceAll("_", " ")), h("span", { class: "meter", style: { "--share": Math.max(0, Math.min(1, a.agreement)) } }),
    h("span", null, `${Math.round(100 * Math.max(0, a.agreement))} %`))));
}

/** A region of the question beside the region that matches it. */
export function comparePair(pair, sample, hit) {
  const mine = sample?.picture();
  const own = pair.query.image
    ? h("figure", null, h("div", { class: "frame shown" }, h("img", { src: cropOf(pair.query.image.id, pair.query, 512), alt: "" })), h("figcaption", null, `Asked with: ${where(pair.query)}`))
    : mine?.full && figure(mine.src, pair.query, mine.full, `Your image: ${where(pair.query)}`);
  const size = pair.image.dims ? { width: pair.image.dims.x, height: pair.image.dims.y } : null;
  const theirs = h("figure", null, h("div", { class: "frame shown" }, h("img", { src: cropOf(pair.image.id, pair.tile, 512), alt: "" })), h("figcaption", null, `${pair.image.name ?? "Image"}: ${where(pair.tile)}`));
  const context = size && figure(previewOf(pair.image.id, 512, plane(pair.tile)), pair.tile, size, "The whole image");
  open(`Similarity ${Math.round(100 * pair.similarity)} %`,
    h("div", { class: "figures" }, own, theirs, context),
    respects(hit),
    h("p", { class: "row" }, h("a", { class: "button", href: hrefOf({ dataset: hit.dataset.id }) }, "About this dataset")));
}

/** One image of a dataset, with sliders for its planes and, where the
 * collection has one, its annotation on top. */
export function showImage(image, { like }) {
  const at = { z: Math.floor((image.dims.z - 1) / 2), c: 0, t: 0 };
  const img = h("img", { alt: image.name, src: previewOf(image.id, 1024, at) });
  const drawn = h("img", { class: "overlay", alt: "", hidden: true });
  const wide = `min(84vw, ${((66 * image.dims.x) / image.dims.y).toFixed(1)}vh, 1000px)`; // small images are shown larger
  const frame = h("div", { class: "frame shown whole", style: { width: wide } }, img, drawn);
  const sliders = ["z", "c", "t"].filter((axis) => image.dims[axis] > 1).map((axis) => {
    const value = h("output", null, `${at[axis] + 1} of ${image.dims[axis]}`);
    return h("label", { class: "slider" }, { z: "Depth", c: "Channel", t: "Time" }[axis],
      h("input", {
        type: "range", min: 0, max: image.dims[axis] - 1, value: at[axis], oninput: (event) => {
          at[axis] = Number(event.target.value);
          fill(value, `${at[axis] + 1} of ${image.dims[axis]}`);
          img.src = previewOf(image.id, 1024, at);
        },
      }), value);
  });
  const overlay = image.annotation && h("label", { class: "check" }, h("input", {
    type: "checkbox", onchange: (event) => {
      if (!drawn.src) drawn.src = annotationOf(image.id, 1024);
      drawn.hidden = !event.target.checked;
    },
  }), "Show the annotation");
  const facts = [sizeText(image.dims), image.bits && `${image.bits} bit`, image.pixel_um?.x && `${Number(image.pixel_um.x.toPrecision(3))} µm per px`, image.format?.toUpperCase()].filter(Boolean);
  open(image.name, frame, h("div", { class: "row" }, sliders, overlay), h("p", { class: "hint" }, facts.join(" · ")),
    h("p", { class: "row" }, h("a", { class: "button primary", href: like }, "Datasets like this image")));
}
