// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that a page in the dark does not flash.
try {
  const kept = localStorage.getItem("akin-theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch {
  // Without storage the system's choice holds.
}
