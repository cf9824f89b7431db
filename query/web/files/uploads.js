// SPDX-License-Identifier: Apache-2.0
// Images of one's own. They stay in this browser (IndexedDB), so that going back
// and reloading still show the question; the address holds only their key.

const memory = new Map();
const KEEP = 8;

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("akin", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("uploads");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** FNV-1a over the bytes, with the length: the same image has the same key. */
async function keyOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return `${(hash >>> 0).toString(16).padStart(8, "0")}-${bytes.length.toString(36)}`;
}

/** Keeps a file; its key. */
export async function keepUpload(file) {
  const key = await keyOf(file);
  memory.set(key, file);
  try {
    const store = (await database()).transaction("uploads", "readwrite").objectStore("uploads");
    store.delete(key);
    store.put({ file, name: file.name, time: Date.now() }, key);
    const keys = await done(store.getAllKeys());
    const all = await done(store.getAll());
    const old = keys.map((k, i) => [all[i].time, k]).sort((a, b) => b[0] - a[0]);
    for (const [, k] of old.slice(KEEP)) store.delete(k);
  } catch {
    // Private windows and full disks: it then lasts as long as the page.
  }
  return key;
}

/** The file of a key; null where this browser does not have it. */
export async function findUpload(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    const store = (await database()).transaction("uploads").objectStore("uploads");
    const found = await done(store.get(key));
    if (found) memory.set(key, found.file);
    return found?.file ?? null;
  } catch {
    return null;
  }
}

/** The first image among files that were dropped, pasted or chosen. */
export function imageAmong(files) {
  const all = [...(files ?? [])];
  return all.find((f) => f.type.startsWith("image/") || /\.(tiff?|png|jpe?g|bmp)$/i.test(f.name)) ?? all[0] ?? null;
}
