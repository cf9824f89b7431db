// SPDX-License-Identifier: Apache-2.0
// The page: what the address says becomes what is seen. Every change of the
// question is a new address; going back and forth asks nothing twice.

import { facetPanel, labelsOf } from "./facets.js";
import { facetsAsked, firstAsked, similarBody, similarParams, takesBody } from "./ask.js";
import { Problem, get, post } from "./api.js";
import { announce, count, fill, h, icon } from "./dom.js";
import { asks, changed, hrefOf, PAGE, parseState } from "./state.js";
import { collectHint } from "./collect.js";
import { card, waiting } from "./results.js";
import { bytesText, dateText, fieldName, matchesText, valueName } from "./words.js";
import { imageAmong, keepUpload } from "./uploads.js";
import { datasetPage } from "./dataset.js";
import { samplePanel } from "./sample.js";
import { searchField } from "./suggest.js";
import { startPage } from "./start.js";

const main = document.getElementById("main");
const input = document.getElementById("q");
const file = document.getElementById("file");
const labels = new Map(); // "field:value" -> label, of all facets seen
let state = parseState(location.search);
let running = new AbortController();
let results = null; // address of the results that the reader saw last
let first = true;

/** Asks another question. focus: a selector of what gets the focus then. stay:
 * the reader stays where he is on the page. */
function go(next, { focus, replace = false, stay = false } = {}) {
  const href = hrefOf(next);
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  history[replace ? "replaceState" : "pushState"]({ from: state.dataset ? null : location.search || "./", focus }, "", href);
  render({ focus, scroll: focus || replace || stay ? null : 0 });
}

const choose = () => file.click();

/** The conditions as chips, each to be taken away. */
function chips() {
  const without = (changes) => () => go(changed(state, { ...changes, browse: true }), { focus: "#results-title" });
  const chip = (field, name, changes) => h("li", null, h("button", { type: "button", class: "chip chip-on", onclick: without(changes) },
    h("span", { class: "visually-hidden" }, "Remove: "), h("span", { class: "chip-field" }, field), h("span", null, name), icon("close")));
  const list = [
    state.q && chip("Words", state.q, { q: "" }),
    ...state.filters.map((f) => chip(fieldName(f.field), valueName(f.field, f.value, labels.get(`${f.field}:${f.value}`)), { filters: state.filters.filter((g) => g !== f) })),
    state.where && chip("Condition", state.where, { where: "" }),
  ].filter(Boolean);
  if (list.length > 1) list.push(h("li", null, h("button", { type: "button", class: "plain", onclick: without({ q: "", filters: [], where: "" }) }, "Clear all")));
  return list.length ? h("ul", { class: "chips", "aria-label": "Conditions in use" }, list) : null;
}

/** The expert's field: the filter language itself. */
function conditionForm() {
  const field = h("input", { type: "text", id: "where", name: "where", value: state.where, spellcheck: "false", placeholder: "year:2020.. AND NOT organism:Mammalia" });
  return h("details", { class: "condition", open: Boolean(state.where) }, h("summary", null, "Write a condition"),
    h("form", { onsubmit: (event) => {
      event.preventDefault();
      go(changed(state, { where: field.value.trim(), browse: true }), { focus: "#where" });
    } }, h("label", { for: "where" }, "Fields, ranges, AND, OR, NOT"), field, h("button", { type: "submit", class: "button small" }, "Apply")));
}

/** The daemon's sentence, where one for people can be made of it. */
function sentenceOf(error) {
  const grave = error.data?.tombstone;
  const limit = error.status === 413 && /\((\d+)\)/.exec(error.message);
  if (grave) return `${grave.id} was removed on ${dateText(grave.time)}. The reason given: ${grave.reason}.`;
  if (limit) return `This server takes images of up to ${bytesText(Number(limit[1]))}. Crop the image, or save one plane of it.`;
  if (error.status === 422) return `${error.message.replace(/^images?(\[\d+\])?(\.base64)?: /, "The file cannot be used: ")}.`;
  return error.message;
}

/** An error in words, with a way on. */
function trouble(error) {
  const again = h("button", { type: "button", class: "button", onclick: () => render({}) }, "Try again");
  const elsewhere = state.like && h("button", { type: "button", class: "button", onclick: choose }, "Choose another image");
  const grave = error.data?.tombstone;
  const title = grave ? "This dataset was withdrawn" : error.status === 0 ? "No connection" : error.status === 404 ? "It is not here" : error.status === 413 ? "The image is too large" : error.status === 422 && state.like ? "This image cannot be read" : "That could not be answered";
  return h("section", { class: "trouble", role: "alert" }, h("h1", { tabindex: "-1" }, title), h("p", null, sentenceOf(error)),
    h("p", { class: "row" }, error.status === 0 || error.status >= 500 || error.status === 429 ? again : null, elsewhere,
      state.where && h("button", { type: "button", class: "button", onclick: () => go(changed(state, { where: "", browse: true })) }, "Remove the condition"),
      results && results !== location.search && h("a", { class: "button", href: results }, "Back to the results"), h("a", { class: "button", href: "./" }, "Start again")));
}

/** Nothing was found: what could be taken away. */
function nothing() {
  return h("section", { class: "trouble" }, h("h2", null, "No dataset matches"),
    h("p", null, state.filters.length || state.where ? "All conditions hold at once. Take one away, or choose a wider term: “rodents” finds mice and rats." : "Try fewer or other words; word* finds what begins so, and an accession finds its dataset."),
    h("p", { class: "row" }, (state.filters.length > 0 || state.where) && h("button", { type: "button", class: "button", onclick: () => go(changed(state, { filters: [], where: "", browse: true })) }, "Remove all filters"),
      h("a", { class: "button", href: "?browse" }, "All datasets")));
}

/** Bytes as base64: what JSON can hold. */
function base64Of(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Problem(-1, "The image's file cannot be read any more."));
    reader.readAsDataURL(blob);
  });
}

async function askWithBody(sample, signal) {
  const upload = await sample.ready;
  if (state.like.kind === "upload" && !upload) return null;
  const body = similarBody(state, upload && await base64Of(upload));
  return post("v1/similar", {}, JSON.stringify(body), { signal, key: location.search, media: "application/json", progress: (share) => sample.progress(share) });
}

/** Asks the daemon; {hits, total, ...}. */
async function ask(sample, signal) {
  const first = firstAsked(state);
  if (first) return get(...first, signal);
  if (takesBody(state)) return askWithBody(sample, signal);
  const upload = await sample.ready;
  if (!upload) return null;
  return post("v1/similar", similarParams(state), upload, { signal, key: state.like.id, progress: (share) => sample.progress(share) });
}

/** The line above the cards. */
function summary(answer) {
  if (!state.like) return { title: state.q || state.filters.length || state.where ? count(answer.total, "dataset") : `All ${count(answer.total, "dataset")}`, verdict: null };
  if (answer.similar === false) return { title: "Nothing here looks like it", verdict: answer.verdict?.replace(/^Nothing here is similar: ./, (all) => all.slice(-1).toUpperCase()), more: "What comes nearest:" };
  const title = state.intent === "explore" ? "Datasets like it" : "Most similar datasets";
  return { title, verdict: answer.similar ? matchesText(answer) ?? answer.verdict : answer.verdict };
}

function counted(title, answer) {
  return h("div", { class: "results-head" }, h("h1", { id: "results-title", tabindex: "-1" }, title),
    state.like && h("p", { class: "hint" }, `Ranked among ${count(answer.total, "dataset")} with images`));
}

let frameParts = null;

/** The page around results. One that is there is kept, with the facets as they
 * were: they change when the new counts come, and the focus stays. */
function frame(content, sample) {
  if (!frameParts || main.firstElementChild !== frameParts.layout) {
    const facets = h("div", { class: "facets" });
    const number = h("span", { class: "number" });
    const condition = h("div");
    const training = h("div");
    const sidebar = h("details", { class: "sidebar", open: innerWidth >= 900 }, h("summary", null, icon("filter"), h("span", null, "Filters"), number), facets, condition, training);
    frameParts = { layout: h("div", { class: "layout" }, h("aside", { "aria-label": "Filters" }, sidebar)), facets, number, condition, training };
    fill(main, frameParts.layout);
  }
  const { layout, facets, number, condition } = frameParts;
  number.hidden = state.filters.length === 0;
  fill(number, String(state.filters.length));
  fill(condition, conditionForm());
  layout.classList.toggle("with-sample", Boolean(sample));
  layout.querySelectorAll(":scope > :not(aside)").forEach((old) => old.remove());
  layout.append(content, ...(sample ? [sample.element] : []));
  return facets;
}

async function resultsPage({ signal, painted }) {
  const sample = state.like && samplePanel(state, { go, signal, choose });
  const head = h("div", { class: "head", id: "head" }, h("h1", { id: "results-title", tabindex: "-1" }, state.like ? "Looking …" : "Searching …"));
  const list = h("ol", { class: "cards", "aria-busy": "true" }, waiting());
  const content = h("div", { class: "results" }, head, list);
  const facets = frame(content, sample);
  Promise.resolve(sample?.ready).then((upload) => fill(frameParts.training, collectHint(state, upload)), () => {});

  const counting = get(...facetsAsked(state), signal);
  counting.then((answer) => {
    labelsOf(answer.facets, labels);
    facetPanel(facets, state, answer.facets, go);
    const old = head.querySelector(".chips");
    if (old) old.replaceWith(chips() ?? "");
    painted("facets");
  }, () => {});

  const answer = await ask(sample, signal);
  if (!answer) {
    fill(content, h("section", { class: "trouble" }, h("h1", { id: "results-title", tabindex: "-1" }, "The image is not on this device"),
      h("p", null, "This address asks about an image that was chosen in another browser, or long ago. Images are not kept on the server: choose it again."),
      h("p", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: choose }, "Choose the image"))));
    return;
  }
  sample?.answered(answer);
  const { title, verdict, more } = summary(answer);
  fill(head, counted(title, answer), verdict && h("p", { class: answer.similar === null ? "hint" : `verdict ${answer.similar ? "" : "verdict-weak"}` }, verdict, more && ` ${more}`), (answer.hints ?? []).map((hint) => h("p", { class: "note" }, hint.text)), answer.query?.note && h("p", { class: "note" }, answer.query.note), chips());
  list.removeAttribute("aria-busy");
  if (!answer.hits.length) list.replaceWith(nothing());
  else fill(list, answer.hits.map((hit) => card(hit, { state, sample, answer })));
  const left = Math.min(answer.total, 96) - answer.hits.length;
  if (left > 0 && answer.hits.length >= state.n) {
    content.append(h("p", { class: "row center" }, h("button", { type: "button", class: "button", onclick: () => go({ ...state, n: state.n + PAGE }, { replace: true, focus: `.card:nth-child(${answer.hits.length + 1}) h2 a` }) }, "Show more")));
  }
  announce(answer.hits.length ? `${title}: ${answer.hits.length} shown, first ${answer.hits[0].dataset.title ?? answer.hits[0].dataset.id}` : "No dataset matches");
  document.title = `${state.like ? "Similar datasets" : state.q || title} · akin`;
}

/** Marks when something was painted, for whoever measures. */
function painted(what) {
  requestAnimationFrame(() => setTimeout(() => performance.mark(`akin-${what}`)));
}

function backLink() {
  const from = history.state?.from ?? results;
  return from ? h("p", null, h("a", { class: "quiet back", href: from, onclick: (event) => {
    if (!history.state?.from || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    history.back();
  } }, icon("back"), from === "./" ? "Back to the start" : "Back to the results")) : null;
}

async function render({ focus = null, scroll = null } = {}) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  state = parseState(location.search);
  input.value = state.q;
  document.body.classList.toggle("at-start", !state.dataset && !asks(state));
  try {
    if (state.dataset) await datasetPage(main, state, { back: backLink(), signal });
    else if (asks(state)) {
      results = location.search;
      await resultsPage({ signal, painted });
    } else {
      document.title = "akin: bioimages that look like yours";
      startPage(main, state, { choose, signal });
    }
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return;
    if (!(error instanceof Problem)) console.error(error);
    fill(main.querySelector(".results") ?? main, trouble(error instanceof Problem ? error : new Problem(-1, "The page itself has a fault; the browser's console says which.")));
  }
  if (signal.aborted) return;
  painted("first-result");
  if (scroll !== null) scrollTo(0, scroll);
  const target = focus ? main.querySelector(focus) : first ? null : main.querySelector("h1, h2");
  // Not where the reader has gone on to something else meanwhile.
  if (document.activeElement === document.body) target?.focus({ preventScroll: !focus });
  first = false;
}

async function useImage(chosen) {
  if (!chosen) return;
  announce(`Reading ${chosen.name || "the image"}`);
  const key = await keepUpload(chosen);
  go(changed(state, { dataset: null, like: { kind: "upload", id: key }, region: null, q: state.dataset ? "" : state.q, browse: false }));
}

const ORCID = /^(?:orcid:|(?:https?:\/\/)?orcid\.org\/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$/i;

function listen() {
  const veil = document.getElementById("veil");
  let depth = 0; // dragenter and dragleave come for every child
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth++;
    veil.hidden = false;
  });
  addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    veil.hidden = depth === 0;
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    useImage(imageAmong(event.dataTransfer.files));
  });
  addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      useImage(imageAmong(event.clipboardData.files));
    }
  });
  file.addEventListener("change", () => {
    useImage(imageAmong(file.files));
    file.value = "";
  });
  document.getElementById("choose-top").addEventListener("click", choose);

  // Links within the page change the address without loading it again.
  document.addEventListener("click", (event) => {
    const a = event.target.closest?.("a[href]");
    if (!a || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || a.rel.includes("external")) return;
    const url = new URL(a.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname || url.hash) return;
    event.preventDefault();
    document.querySelector("dialog[open]")?.close();
    history.replaceState({ ...history.state, scroll: scrollY }, "");
    history.pushState({ from: state.dataset || !asks(state) ? null : location.search }, "", url.pathname + url.search);
    render({ scroll: 0 });
  });
  addEventListener("popstate", (event) => render({ scroll: event.state?.scroll ?? 0, focus: event.state?.focus ?? null }));

  searchField(document.getElementById("search"), {
    asked: (q) => go(ORCID.test(q) ? { ...state, dataset: `orcid:${ORCID.exec(q)[1].toUpperCase()}` } : changed(state, { dataset: null, q, like: state.dataset ? null : state.like, filters: state.dataset ? [] : state.filters, browse: true })),
    picked: (f) => {
      const filters = state.dataset ? [] : state.filters.filter((g) => g.field !== f.field || g.value !== f.value);
      go(changed(state, { dataset: null, q: "", like: state.dataset ? null : state.like, filters: [...filters, f] }));
    },
  });
}

function theme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("akin-theme", next);
    } catch {
      // It then lasts as long as the page.
    }
    show();
  });
  dark.addEventListener("change", show);
  show();
}

history.scrollRestoration = "manual";
listen();
theme();
render();
get("v1/status").then((s) => fill(document.getElementById("store-line"), `${count(s.datasets, "dataset")}, ${count(s.images, "image")} · akin ${s.version ?? ""}`), () => {});
