// SPDX-License-Identifier: Apache-2.0
// What is asked, as it stands in the address: everything but the bytes of an
// image of one's own is there, so a link shows the same to everybody.
//
//   ?q=words &f=organism:NCBITaxon:10090 &where=year:2020.. &intent=explore
//   &like=dataset:ID | image:NUMBER | upload:KEY &region=x,y,w,h &n=24
//   &more=DATASET &less=DATASET &varied       further examples, and what it should not be like
//   ?dataset=ID                              the page of one dataset

export const PAGE = 12;
const MOST = 96;

/** The state of an address' query string. */
export function parseState(search) {
  const from = new URLSearchParams(search);
  return {
    dataset: from.get("dataset"),
    q: (from.get("q") ?? "").trim(),
    filters: from.getAll("f").map(parseFilter).filter(Boolean),
    where: (from.get("where") ?? "").trim(),
    like: parseLike(from.get("like")),
    region: parseRegion(from.get("region")),
    more: some(from.getAll("more")),
    less: some(from.getAll("less")),
    varied: from.has("varied"),
    intent: from.get("intent") === "explore" ? "explore" : "find",
    n: Math.min(MOST, Math.max(PAGE, Number.parseInt(from.get("n"), 10) || PAGE)),
    browse: from.has("browse"),
  };
}

/** Each once, and no more than the daemon takes. */
const some = (ids) => [...new Set(ids.filter(Boolean))].slice(0, 15);

function parseFilter(text) {
  const at = text.indexOf(":");
  return at > 0 && at < text.length - 1 ? { field: text.slice(0, at), value: text.slice(at + 1) } : null;
}

function parseLike(text) {
  const found = /^(dataset|image|upload):(.+)$/.exec(text ?? "");
  return found ? { kind: found[1], id: found[2] } : null;
}

function parseRegion(text) {
  const numbers = (text ?? "").split(",").map(Number);
  return numbers.length === 4 && numbers.every((n) => Number.isInteger(n) && n >= 0) && numbers[2] > 0 && numbers[3] > 0 ? numbers : null;
}

/** The address of a state, relative to where the page lies. */
export function hrefOf(state) {
  const to = new URLSearchParams();
  if (state.dataset) {
    to.set("dataset", state.dataset);
    return `?${to}`;
  }
  if (state.q) to.set("q", state.q);
  for (const { field, value } of state.filters) to.append("f", `${field}:${value}`);
  if (state.where) to.set("where", state.where);
  if (state.like) to.set("like", `${state.like.kind}:${state.like.id}`);
  if (state.like && state.region) to.set("region", state.region.join(","));
  if (state.like) {
    for (const id of state.more ?? []) to.append("more", id);
    for (const id of state.less ?? []) to.append("less", id);
    if (state.varied) to.set("varied", "");
  }
  if (state.intent !== "find") to.set("intent", state.intent);
  if (state.n !== PAGE) to.set("n", state.n);
  if (state.browse && to.size === 0) to.set("browse", ""); // all there is
  const text = to.toString().replaceAll("%3A", ":").replaceAll("%2C", ",").replace(/\b(browse|varied)=(?=&|$)/g, "$1");
  return text ? `?${text}` : "./";
}

/** A changed copy; another question starts again from the first page. */
export function changed(state, changes) {
  const anew = changes.like === undefined ? {} : { more: [], less: [] }; // examples belong to their question
  const next = { ...state, ...anew, n: PAGE, ...changes };
  if (!next.like) next.region = null;
  return next;
}

/** True where there is something to ask. */
export const asks = (state) => Boolean(state.q || state.filters.length || state.where || state.like || state.browse);

export const hasFilter = (state, field, value) => state.filters.some((f) => f.field === field && f.value === value);

export function toggled(state, field, value) {
  const without = state.filters.filter((f) => f.field !== field || f.value !== value);
  return changed(state, { filters: without.length < state.filters.length ? without : [...state.filters, { field, value }] });
}

/** The same question with a dataset as a further example, or as what it should
 * not be like; which: "more" or "less". */
export function withExample(state, which, id) {
  const without = (list) => list.filter((other) => other !== id);
  const next = { more: without(state.more), less: without(state.less) };
  next[which] = [...next[which], id];
  return changed(state, next);
}

/** Without this example. */
export function withoutExample(state, id) {
  return changed(state, { more: state.more.filter((other) => other !== id), less: state.less.filter((other) => other !== id) });
}

const quoted = (text) => (/^[\w.:-]+$/.test(text) && !/^(AND|OR|NOT)$/i.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`);

/** The condition in the filter language, or "". Values of one field are
 * alternatives; fields must all hold. Beside an image, words are a condition
 * too, since only the image ranks. */
export function whereOf(state, { images = false } = {}) {
  const fields = new Map();
  for (const { field, value } of state.filters) fields.set(field, [...(fields.get(field) ?? []), value]);
  const parts = [...fields].map(([field, values]) => {
    const any = values.map((value) => `${field}:${quoted(value)}`).join(" OR ");
    return values.length > 1 ? `(${any})` : any;
  });
  if (state.where) parts.push(`(${state.where})`);
  if (state.like)
    for (const word of state.q.split(/\s+/).filter(Boolean)) {
      const text = quoted(word.replace(/^["-]+|["*]+$/g, "") || word);
      parts.push(`(${["title", "description", "keyword"].map((field) => `${field}:${text}`).join(" OR ")})`);
    }
  if (images) parts.push("width:1..");
  return parts.join(" AND ");
}
