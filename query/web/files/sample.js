// SPDX-License-Identifier: Apache-2.0
// The question's side of the page: the image (or dataset) that is asked about,
// its region, and whether to find it or to explore around it.

import { datasetOf, get, post, previewOf, thumbnailOf } from "./api.js";
import { changed, hrefOf, withoutExample } from "./state.js";
import { fill, h, icon } from "./dom.js";
import { findUpload } from "./uploads.js";
import { place, regionPicker } from "./region.js";

const EDGE = 1024; // px of the preview's longer edge
const NATIVE = /^image\/(png|jpeg|bmp|webp)$/;
const shownUploads = new Map(); // key -> object URL of the daemon's preview

/** What the browser can show of an upload at once; the daemon's rendering
 * (16 bit, stacks, float) follows. */
async function uploadPicture(img, key, file, signal) {
  const kept = shownUploads.get(key);
  if (kept) {
    img.src = kept;
    return;
  }
  if (NATIVE.test(file.type)) img.src = URL.createObjectURL(file);
  const blob = await post("v1/preview", { max: EDGE }, file, { signal, type: "blob" });
  const url = URL.createObjectURL(blob);
  shownUploads.set(key, url);
  img.src = url;
}

/** The panel. go(state) changes the question. Returns {element, ready: promise
 * of the upload's file (null: this browser does not have it), answered(answer),
 * mark(rect or null, strong), crop(rect)}. */
export function samplePanel(state, { go, signal, choose }) {
  const { like } = state;
  const img = h("img", { class: "sample-image", alt: "The image that is asked with", draggable: "false", hidden: true });
  const marked = h("div", { class: "mark", hidden: true });
  const region = h("div", { class: "region", hidden: true });
  const frame = h("div", { class: "frame" }, img, region, marked);
  const name = h("p", { class: "sample-name" });
  const bar = h("progress", { max: 1, "aria-label": "Sending the image", hidden: true });
  const problem = h("p", { class: "note", hidden: true });
  let full = null;

  img.addEventListener("load", () => {
    img.hidden = false;
    frame.classList.add("shown");
  });

  const start = like.kind === "dataset" ? null : regionPicker(frame, { size: () => full, chosen: (r) => go(changed(state, { region: r })) });
  const pick = h("button", { type: "button", class: "button small", disabled: true, onclick: () => start(state.region) }, icon("region"), state.region ? "Change region" : "Pick a region");
  frame.addEventListener("regiondropped", () => pick.focus());

  function showRegion() {
    if (!state.region || !full) return;
    const [x, y, w, height] = state.region;
    place(region, { x, y, w, h: height }, full);
    region.hidden = false;
  }

  async function load() {
    if (like.kind === "upload") {
      const file = await findUpload(like.id);
      if (!file) return null;
      fill(name, file.name || "Pasted image");
      uploadPicture(img, like.id, file, signal).catch((error) => {
        if (error.name === "AbortError" || img.src) return;
        fill(problem, "No preview: ", error.message);
        problem.hidden = false;
      });
      return file;
    }
    if (like.kind === "image") {
      img.src = previewOf(like.id, EDGE);
      fill(name, `Image ${like.id} of this collection`);
    } else {
      img.src = thumbnailOf(like.id, 512);
      fill(name, h("a", { href: hrefOf({ dataset: like.id }) }, like.id));
      get(datasetOf(like.id), { images: 0 }, signal).then(
        (a) => fill(name, h("a", { href: hrefOf({ dataset: like.id }) }, a.dataset.title ?? like.id)),
        () => {},
      );
    }
    return undefined;
  }

  const intents = h("fieldset", { class: "intents" }, h("legend", { class: "visually-hidden" }, "What are you looking for?"),
    intent("find", "Find", "the same data, or its nearest kin"),
    intent("explore", "Explore", "what others imaged that is like it"));

  function intent(value, title, meaning) {
    return h("label", null,
      h("input", { type: "radio", name: "intent", value, checked: state.intent === value, onchange: () => go(changed(state, { intent: value }), { focus: `input[name=intent][value=${value}]` }) }),
      h("span", { class: "intent-words" }, h("strong", null, title), h("span", null, meaning)));
  }

  /** The further examples, each to be taken away; their titles follow. */
  function examples(which, text) {
    if (!state[which].length) return null;
    return h("ul", { class: "chips examples", "aria-label": text }, state[which].map((id) => {
      const title = h("span", { class: "chip-title" }, id);
      get(datasetOf(id), { images: 0 }, signal).then((a) => fill(title, a.dataset.title ?? id), () => {});
      return h("li", null, h("button", { type: "button", class: `chip chip-${which}`, onclick: () => go(withoutExample(state, id), { focus: "#results-title" }) },
        h("span", { class: "visually-hidden" }, "Remove: "), h("span", { class: "chip-field" }, text), title, icon("close")));
    }));
  }

  const varied = h("label", { class: "check varied" },
    h("input", { type: "checkbox", checked: state.varied, onchange: (event) => go(changed(state, { varied: event.target.checked }), { focus: ".varied input" }) }),
    h("span", null, "Varied results, near-duplicates together"));

  const element = h("section", { class: `sample sample-${like.kind}`, "aria-label": "Your question" },
    h("div", { class: "sample-top" }, frame,
      h("div", { class: "sample-text" },
        h("h2", { class: "small-heading" }, { upload: "Your image", image: "Datasets like this image", dataset: "Datasets like this one" }[like.kind]),
        name, examples("more", "Also like"), examples("less", "Not like"), bar, problem,
        h("div", { class: "row" },
          start && pick,
          state.region && h("button", { type: "button", class: "button small", onclick: () => go(changed(state, { region: null })) }, "Whole image"),
          h("button", { type: "button", class: "button small other-image", onclick: choose }, "Other image"),
          h("button", { type: "button", class: "button small", onclick: () => go(changed(state, { like: null, browse: true })) }, icon("close"), "Remove")),
        start && h("p", { class: "hint drag-hint" }, "Drag across the image to search with a part of it."))),
    intents, varied);

  return {
    element,
    ready: load(),
    progress(share) {
      bar.hidden = share >= 1;
      bar.value = share;
    },
    answered(answer) {
      bar.hidden = true;
      const q = answer.query?.images?.[0] ?? answer.query ?? {}; // the first example is the one that is shown
      if (q.width && q.height) {
        full = { width: q.width, height: q.height };
        pick.disabled = false;
        showRegion();
      }
    },
    /** Shows where on the image a piece of evidence lies. */
    mark(rect) {
      marked.hidden = !rect || !full || rect.example > 0 || like.kind === "dataset"; // a dataset's picture is one of many
      if (!marked.hidden) place(marked, rect, full);
    },
    /** A part of the image as an element, or null where only the dataset is known. */
    crop(rect) {
      if (!full || rect.example > 0 || like.kind === "dataset") return null;
      const picture = h("img", { alt: "", src: img.src, loading: "lazy" });
      img.addEventListener("load", () => { picture.src = img.src; });
      picture.style.setProperty("width", `${(100 * full.width) / rect.w}%`);
      picture.style.setProperty("height", `${(100 * full.height) / rect.h}%`);
      picture.style.setProperty("left", `${(-100 * rect.x) / rect.w}%`);
      picture.style.setProperty("top", `${(-100 * rect.y) / rect.h}%`);
      return h("span", { class: "crop" }, picture);
    },
    picture: () => ({ src: img.src, full }),
  };
}
