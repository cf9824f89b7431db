// SPDX-License-Identifier: Apache-2.0
// What the page asks the daemon for a state: addresses and their parameters.

import { datasetOf, personOf } from "./api.js";
import { whereOf } from "./state.js";

export const FACETS = ["organism", "imaging_method", "biological_entity", "category", "annotation_type", "license", "publisher", "year", "format"];
export const IMAGES = 12; // of a dataset's page, at first
const VARIED = 0.4; // how much what is unlike the hits above counts

/** Parameters of similar that do not name the examples. */
export function similarParams(state) {
  return { where: whereOf(state), k: state.n, evidence: 3, intent: state.intent === "find" ? null : state.intent, region: state.region?.join(",") };
}

/** The body of similar, as an object, for what an address cannot ask: several
 * examples, varied hits. upload: the image of one's own as base64. */
export function similarBody(state, upload) {
  const { like, more, less, varied } = state;
  const { region, ...params } = similarParams(state);
  const first = like.kind === "dataset" ? { dataset: like.id } : like.kind === "image" ? { image_id: Number(like.id) } : { base64: upload };
  if (region) first.region = state.region;
  const datasets = (ids) => ids.map((id) => ({ dataset: id }));
  return {
    ...params, where: params.where || null,
    images: [first, ...datasets(more)], negative: less.length ? datasets(less) : null,
    exclude: [...(like.kind === "dataset" ? [like.id] : []), ...more, ...less],
    diversity: varied ? VARIED : null, collapse: varied || null,
  };
}

/** The question has to be asked with similarBody. */
export const takesBody = (state) => state.more.length > 0 || state.less.length > 0 || state.varied;

/** [path, parameters] of the counts in the sidebar. */
export function facetsAsked(state) {
  return ["v1/facets", { text: state.like ? "" : state.q, where: whereOf(state, { images: Boolean(state.like) }), facets: FACETS.join(","), facet_size: 200, exclude_own: true }];
}

/** [path, parameters] of what is to be shown first, or null where it takes a
 * body: images of one's own, several examples. */
export function firstAsked(state) {
  const { like } = state;
  if (state.dataset?.startsWith("orcid:")) return [personOf(state.dataset), {}];
  if (state.dataset) return [datasetOf(state.dataset), { images: IMAGES }];
  if (!like) return ["v1/search", { text: state.q, where: whereOf(state), k: state.n }];
  if (like.kind === "upload" || takesBody(state)) return null;
  return ["v1/similar", { ...similarParams(state), [like.kind]: like.id, exclude: like.kind === "dataset" ? like.id : null }];
}
