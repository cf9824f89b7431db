// SPDX-License-Identifier: Apache-2.0
// The page of one dataset.

import { bytesText, dateText, licenceOf, licenceUrl, sentence, sizeText, termUrl } from "./words.js";
import { changed, hrefOf } from "./state.js";
import { copyButton, count, fill, h, icon, outLink, safeUrl } from "./dom.js";
import { datasetOf, get, previewOf } from "./api.js";
import { IMAGES, firstAsked } from "./ask.js";
import { facts, picture } from "./results.js";
import { showImage } from "./viewer.js";

function part(title, id, ...content) {
  return h("section", { class: "part", "aria-labelledby": id }, h("h2", { id }, title), ...content);
}

function samples(answer, state) {
  const { images, images_total: total } = answer;
  if (!images?.length) return h("p", { class: "note" }, "The images of this dataset are not in this collection; its description is. See them at the source.");
  const list = h("ul", { class: "gallery images" });
  const add = (some) => list.append(...some.map((image) => h("li", null,
    h("button", { type: "button", class: "image", "aria-label": `Open ${image.name}, ${sizeText(image.dims)}${image.annotation ? ", annotated" : ""}`, onclick: () => showImage(image, { like: hrefOf(changed(state, { dataset: null, like: { kind: "image", id: String(image.id) } })) }) },
      h("span", { class: "picture" }, h("img", { src: previewOf(image.id, 320, middle(image)), alt: "", loading: "lazy", decoding: "async" })),
      image.annotation && h("span", { class: "badge" }, "annotated")))));
  const more = h("button", { type: "button", class: "button", hidden: !answer.images_next, onclick: async () => {
    const next = await get(datasetOf(answer.dataset.id), { images: IMAGES, images_after: answer.images_next });
    answer.images_next = next.images_next;
    const first = list.children.length;
    add(next.images);
    more.hidden = !next.images_next;
    list.children[first]?.querySelector("button").focus();
  } }, "More images");
  add(images);
  return part(count(total, "image"), "images-title", list, more);
}

const middle = (image) => ({ z: Math.floor((image.dims.z - 1) / 2), c: 0, t: 0 });

function terms(title, list) {
  if (!list?.length) return null;
  return [h("dt", null, title), h("dd", null, h("ul", { class: "terms" }, list.map((t) => {
    const url = termUrl(t.id);
    const name = t.label ?? t.id;
    return h("li", null, url ? outLink(url, name) : name);
  })))];
}

function fact(title, ...content) {
  const shown = content.filter(Boolean);
  return shown.length ? [h("dt", null, title), h("dd", null, ...shown)] : null;
}

function licence(record) {
  const { name, meaning } = licenceOf(record.license);
  const url = licenceUrl(record.license);
  const original = !record.license && record.license_original;
  return [h("dt", null, "Licence"), h("dd", null, url ? outLink(url, name) : name, meaning && h("span", { class: "below" }, meaning), original && h("span", { class: "below" }, `As the source says it: ${original}`))];
}

function people(record) {
  const authors = record.authors ?? [];
  if (!authors.length) return null;
  const MANY = 8;
  const list = h("ul", { class: "people" });
  const show = (some) => fill(list, some.map((a) => h("li", null,
    h("span", { class: "person" }, a.orcid ? h("a", { href: hrefOf({ dataset: `orcid:${a.orcid}` }) }, a.name ?? a.orcid) : a.name, a.orcid && h("a", { class: "orcid", href: `https://orcid.org/${a.orcid}`, rel: "noopener external", "aria-label": `ORCID of ${a.name ?? "this person"}: ${a.orcid}` }, icon("orcid"))),
    a.affiliations && h("span", { class: "below" }, a.affiliations.join("; ")))));
  show(authors.slice(0, MANY));
  const more = authors.length > MANY && h("button", { type: "button", class: "plain more", onclick: () => { show(authors); more.remove(); } }, `All ${authors.length} people`);
  return part("Credit", "credit-title", list, more, cite(record));
}

/** A line to be copied into a paper. */
function cite(record) {
  const names = (record.authors ?? []).map((a) => a.name).filter(Boolean);
  const who = names.length > 6 ? `${names.slice(0, 6).join(", ")} et al.` : names.join(", ");
  const url = record.identifier?.doi ? `https://doi.org/${record.identifier.doi}` : safeUrl(record.uri);
  const text = [who, record.year && `(${record.year})`, `${record.title}.`, record.publisher?.name && `${record.publisher.name}, ${record.id}.`, url].filter(Boolean).join(" ");
  const line = h("p", null, text);
  return h("div", { class: "cite" }, line, copyButton(text, line, "Copy citation"));
}

function publications(record) {
  const list = record.publications ?? [];
  return list.length > 0 && part("Publications", "publications-title", h("ul", { class: "plain-list" }, list.map((p) => {
    const url = p.doi ? `https://doi.org/${p.doi}` : p.url ?? (p.pubmed_id && `https://pubmed.ncbi.nlm.nih.gov/${p.pubmed_id}/`);
    const title = p.title ?? p.doi ?? (p.pubmed_id ? `PubMed ${p.pubmed_id}` : p.url);
    return h("li", null, url ? outLink(url, title) : title, (p.authors || p.year) && h("span", { class: "below" }, [p.authors, p.year].filter(Boolean).join(", ")));
  })));
}

function models(record) {
  const list = record.models ?? [];
  return list.length > 0 && part("Trained models", "models-title", h("ul", { class: "plain-list" }, list.map((m) => h("li", null, outLink(m.url ?? (m.doi && `https://doi.org/${m.doi}`), m.name ?? m.url ?? m.doi)))));
}

function annotations(record) {
  const list = record.mifa?.annotations ?? [];
  const shown = ["overview", "method", "criteria", "coverage", "confidence", "transformations", "spatial_information", "source_images", "modified"];
  return list.length > 0 && part(count(list.length, "annotation set"), "annotations-title", list.map((a) => h("div", { class: "annotation" },
    h("h3", null, a.title ?? (a.type ?? ["annotation"]).map(sentence).join(", ")),
    a.title && a.type && h("p", { class: "row" }, a.type.map((t) => h("span", { class: "tag" }, sentence(t)))),
    h("dl", { class: "pairs-list" }, shown.filter((key) => a[key]).map((key) => fact(sentence(key), a[key]))))));
}

/** What was imaged, and how: the modules of REMBI that say it in words. */
function experiment(record) {
  const modules = [["biosamples", "Samples"], ["specimens", "Preparation"], ["acquisitions", "Imaging"], ["analyses", "Analysis"]];
  const some = modules.filter(([key]) => record.rembi?.[key]?.some((m) => m.title || m.description || m.overview));
  return some.length > 0 && part("How it was made", "experiment-title", some.map(([key, title]) => h("details", { class: "module" },
    h("summary", null, title, h("span", { class: "hint" }, ` ${record.rembi[key].map((m) => m.title).filter(Boolean).slice(0, 3).join(", ")}`)),
    record.rembi[key].map((m) => h("div", { class: "annotation" }, m.title && h("h3", null, m.title),
      Object.entries(m).filter(([k, v]) => k !== "title" && typeof v === "string").map(([k, v]) => h("p", null, k !== "description" && k !== "overview" && h("span", { class: "hint" }, `${sentence(k)}: `), v)))))));
}

/** How much of what REMBI and MIFA ask for the record says. */
function completeness(report) {
  if (!report) return null;
  const modules = Object.entries({ ...report.rembi?.modules, ...report.mifa?.modules });
  const line = (text, kind) => h("li", { class: kind }, icon(kind === "present" ? "check" : "missing"), h("span", null, h("span", { class: "visually-hidden" }, { present: "there: ", partly: "partly there: ", missing: "missing: " }[kind]), sentence(text)));
  return part("Completeness", "completeness-title",
    h("ul", { class: "gauges" }, [["REMBI", report.rembi, "description of the images"], ["MIFA", report.mifa, "description of annotations and versions"]].map(([name, r, what]) => r && h("li", null,
      h("span", { class: "gauge-name" }, h("strong", null, name), ` ${what}`),
      h("span", { class: "meter", style: { "--share": r.score / 100 } }), h("span", { class: "gauge-number" }, `${Math.round(r.score)} %`)))),
    report.ai_ready ? h("p", { class: "ready" }, icon("check"), "Ready for machine learning by MIFA") : report.needed?.length > 0 && h("p", { class: "hint" }, `For machine learning it lacks ${report.needed.join(", ")}.`),
    h("details", null, h("summary", null, "What is there and what is missing"),
      h("div", { class: "modules" }, modules.map(([name, m]) => h("div", null, h("h3", null, `${sentence(name)}: ${Math.round(m.score)} %`),
        h("ul", { class: "checks" }, (m.present ?? []).map((t) => line(t, "present")), (m.partly ?? []).map((t) => line(t, "partly")), (m.missing ?? []).map((t) => line(t, "missing"))))))));
}

function versions(answer, history) {
  const list = history?.history ?? history ?? [];
  if (!Array.isArray(list) || list.length === 0) return fact("Version", `${answer.version}, taken over ${dateText(answer.updated)}`);
  return fact("Versions", h("ul", { class: "plain-list" }, [...list].reverse().map((v) => h("li", null, `${v.version}, ${dateText(v.time)}${v.version === answer.version ? " (this one)" : ""}`,
    v.changes?.length > 0 && h("span", { class: "below" }, `Changed: ${[...new Set(v.changes.map((c) => sentence(String(c.field).split(/[./[]/)[0])))].join(", ")}`)))));
}

/** More like this, found when the page is there. */
async function neighbours(place, id, state, signal) {
  try {
    const { hits } = await get("v1/similar", { dataset: id, k: 9, exclude: id, evidence: 1, intent: "explore" }, signal);
    const others = hits.filter((hit) => hit.dataset.id !== id).slice(0, 8);
    if (!others.length) return;
    fill(place, part("Looks alike", "alike-title",
      h("ul", { class: "gallery images" }, others.map((hit) => h("li", null, h("a", { href: hrefOf({ dataset: hit.dataset.id }) }, picture(hit.dataset, hit), h("span", null, hit.dataset.title ?? hit.dataset.id))))),
      h("p", null, h("a", { class: "button", href: hrefOf(changed(state, { dataset: null, q: "", filters: [], like: { kind: "dataset", id } })) }, "All similar datasets"))));
  } catch {
    // Without images there are no neighbours.
  }
}

/** What one person gave: every dataset that names this ORCID in any version. */
function personPage(main, person, back) {
  const name = person.names?.[0] ?? person.orcid;
  const list = person.contributions ?? [];
  document.title = `${name} · akin`;
  fill(main, h("article", { class: "dataset" }, back,
    h("header", null,
      h("p", { class: "accession" }, `ORCID ${person.orcid}`),
      h("h1", { tabindex: "-1" }, name),
      person.names?.length > 1 && h("p", { class: "hint" }, `Also written ${person.names.slice(1).join(", ")}`),
      h("p", { class: "row" }, h("a", { class: "button", href: `https://orcid.org/${person.orcid}`, rel: "noopener external" }, "Open at ORCID", icon("out")))),
    part(count(list.length, "dataset"), "given-title", h("ul", { class: "plain-list given" }, list.map((c) => h("li", null,
      c.removed ? h("span", null, c.title ?? c.id) : h("a", { href: hrefOf({ dataset: c.id }) }, c.title ?? c.id),
      h("span", { class: "below" }, [
        (c.roles ?? []).map(sentence).join(", "),
        c.annotations?.length > 0 && `annotations: ${c.annotations.join(", ")}`,
        c.last_version < c.versions && `named up to version ${c.last_version} of ${c.versions}`,
        c.removed && `withdrawn: ${c.removed}`,
        c.id,
      ].filter(Boolean).join(" · "))))))));
}

/** Fills main with the page of state.dataset: a dataset, or a person (orcid:ID). back: a link to the results that
 * the reader comes from, or null. */
export async function datasetPage(main, state, { back, signal }) {
  const id = state.dataset;
  const answer = { ...(await get(...firstAsked(state), signal)) };
  if (answer.person) return personPage(main, answer.person, back);
  const history = get(`${datasetOf(id)}/history`, {}, signal).catch(() => null);
  const record = answer.dataset;
  const like = hrefOf(changed(state, { dataset: null, q: "", filters: [], like: { kind: "dataset", id } }));
  const versionPlace = h("div", { class: "contents" }, versions(answer, null));
  const alike = h("div");
  const source = safeUrl(record.uri) ?? safeUrl(record.url) ?? safeUrl(record.identifier?.url);
  const crate = record.identifier?.doi;
  const paragraphs = (record.description ?? "").split("\n").filter(Boolean);
  document.title = `${record.title} · akin`;

  fill(main,
    h("article", { class: "dataset" },
      back,
      h("header", null,
        h("p", { class: "accession" }, record.publisher?.name ? `${record.publisher.name} · ${record.id}` : record.id),
        h("h1", { tabindex: "-1" }, record.title),
        facts({ ...record, id: null, publisher: null }),
        h("p", { class: "row" },
          answer.images_total > 0 && h("a", { class: "button primary", href: like }, "Similar datasets"),
          source && h("a", { class: "button", href: source, rel: "noopener external" }, `Open at ${record.publisher?.name ?? "the source"}`, icon("out")),
          h("a", { class: "button", href: datasetOf(id) }, "JSON"))),
      h("div", { class: "columns" },
        h("div", { class: "column-wide" },
          samples(answer, state),
          paragraphs.length > 0 && part("Description", "description-title", paragraphs.map((p) => h("p", null, p))),
          annotations(record), experiment(record), publications(record), models(record)),
        h("div", { class: "column-narrow" },
          part("At a glance", "glance-title", h("dl", { class: "glance" },
            terms("Organism", record.organism), terms("Imaging method", record.imaging_method), terms("What is imaged", record.biological_entity), terms("Cell line", record.cell_line),
            licence(record),
            fact("Published", record.date_published && dateText(record.date_published)),
            fact("Size", [record.size?.bytes > 0 && bytesText(record.size.bytes), record.size?.files > 0 && count(record.size.files, "file")].filter(Boolean).join(", ")),
            fact("DOI", crate && outLink(`https://doi.org/${crate}`, crate)),
            fact("Funding", record.funders?.map((f) => [f.name, f.grant].filter(Boolean).join(" ")).join("; ")),
            fact("Keywords", record.keywords?.length && h("ul", { class: "chips" }, record.keywords.slice(0, 12).map((k) => h("li", null, h("a", { class: "chip", href: hrefOf(changed(state, { dataset: null, like: null, q: "", filters: [{ field: "keyword", value: k }] })) }, k))))),
            versionPlace)),
          people(record), completeness(answer.completeness))),
      alike));
  if (answer.images_total > 0) neighbours(alike, id, state, signal);
  history.then((h2) => h2 && fill(versionPlace, versions(answer, h2)));
}
