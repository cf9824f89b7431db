// SPDX-License-Identifier: Apache-2.0
// The daemon's answers. Addresses are relative, so that the page works behind a
// proxy that serves it from a folder.

/** What went wrong, in the daemon's own sentence where it gave one. */
export class Problem extends Error {
  constructor(status, text, data) {
    super(text);
    this.status = status;
    this.data = data ?? {};
  }
}

function problemOf(status, body) {
  let data = null;
  try {
    data = JSON.parse(body);
  } catch {
    // A proxy's page, say.
  }
  return new Problem(status, data?.detail ?? data?.title ?? `The server answered with status ${status}.`, data);
}

export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === "" || value === false) continue;
    query.set(key, value === true ? "true" : value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

const kept = new Map(); // the last answers: going back shows them at once
const KEEP = 40;

function keep(key, answer) {
  kept.delete(key);
  kept.set(key, answer);
  if (kept.size > KEEP) kept.delete(kept.keys().next().value);
  return answer;
}

const early = new Map(); // asked before anybody wants it

/** Asks now what get will want. */
export function ahead(path, params) {
  const answer = get(path, params);
  answer.catch(() => {}); // whoever wants it will see
  early.set(address(path, params), answer);
}

/** The JSON of an address. */
export async function get(path, params, signal) {
  const url = address(path, params);
  if (kept.has(url)) return kept.get(url);
  if (early.has(url)) {
    const answer = early.get(url);
    early.delete(url);
    return answer;
  }
  let response;
  try {
    response = await fetch(url, { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The server cannot be reached.");
  }
  const body = await response.text();
  if (!response.ok) throw problemOf(response.status, body);
  return keep(url, JSON.parse(body));
}

/** Sends an image's bytes. progress(share of 0..1) while they leave. key: what
 * the answer is kept by. media: of the bytes. type: "json" or "blob". fetch cannot tell how much
 * of a body has left, hence XMLHttpRequest. */
export function post(path, params, bytes, { signal, progress, key, type = "json", media = "application/octet-stream" } = {}) {
  const url = address(path, params);
  const name = key ? `${key} ${url}` : null;
  if (name && kept.has(name)) return Promise.resolve(kept.get(name));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const aborted = () => reject(new DOMException("given up", "AbortError"));
    if (signal?.aborted) return aborted();
    request.open("POST", url);
    request.responseType = "blob";
    request.setRequestHeader("content-type", media);
    signal?.addEventListener("abort", () => request.abort());
    request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total);
    request.onabort = aborted;
    request.onerror = () => reject(new Problem(0, "The server cannot be reached, or did not take an image of this size."));
    request.onload = async () => {
      const ok = request.status >= 200 && request.status < 300;
      if (ok && type === "blob") return resolve(request.response);
      const body = await request.response.text();
      if (!ok) return reject(problemOf(request.status, body));
      const answer = JSON.parse(body);
      resolve(name ? keep(name, answer) : answer);
    };
    request.send(bytes);
  });
}

const part = encodeURIComponent;
export const thumbnailOf = (id, max = 320) => address(`v1/datasets/${part(id)}/thumbnail`, { max });
export const previewOf = (image, max = 512, plane = {}) => address(`v1/images/${image}/preview`, { max, ...plane });
export const cropOf = (image, { x, y, w, h, z, c, t }, max = 256) => address(`v1/images/${image}/crop`, { x, y, w, h, z, c, t, max });
export const datasetOf = (id) => `v1/datasets/${part(id)}`;
export const personOf = (id) => `v1/people/${part(id)}`;
export const annotationOf = (image, max = 1024) => address(`v1/images/${image}/annotation`, { max });
