// SPDX-License-Identifier: Apache-2.0
// The search field: completions while typing, after the ARIA combobox pattern.

import { announce, count, fill, h } from "./dom.js";
import { fieldName, valueName } from "./words.js";
import { get } from "./api.js";

const WAIT = 120; // ms after the last key
const WORDS = new Set(["title", "keyword"]); // fields whose completions are words

/** asked(text): search for words. picked({field, value}): add a condition. */
export function searchField(form, { asked, picked }) {
  const input = form.querySelector("input");
  const list = form.querySelector("[role=listbox]");
  let options = [];
  let active = -1;
  let timer = 0;
  let running = null;

  function close() {
    clearTimeout(timer);
    running?.abort();
    options = [];
    active = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    close();
    if (option.field === "title") {
      input.value = option.label;
      asked(option.label);
    } else {
      input.value = "";
      picked({ field: option.field, value: option.value });
    }
  }

  function activate(i) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = i;
    const element = list.children[active];
    if (element) {
      element.setAttribute("aria-selected", "true");
      element.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", element.id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    options = found;
    active = -1;
    fill(list, options.map((option, i) => h("li", { role: "option", id: `suggestion-${i}`, "aria-selected": "false", onmousedown: (event) => event.preventDefault(), onclick: () => choose(option) },
      h("span", { class: "suggestion-label" }, valueName(option.field, option.value, option.label),
        option.match && option.match.toLowerCase() !== option.label?.toLowerCase() && h("span", { class: "suggestion-match" }, ` (${option.match})`)),
      h("span", { class: "suggestion-field" }, WORDS.has(option.field) ? (option.field === "title" ? "In titles" : "Keyword") : fieldName(option.field)),
      h("span", { class: "suggestion-count" }, option.count.toLocaleString("en")))));
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    if (options.length) announce(count(options.length, "suggestion"));
  }

  async function complete() {
    const text = input.value.trim();
    running?.abort();
    if (text.length < 2) return close();
    running = new AbortController();
    try {
      const { suggestions } = await get("v1/suggest", { text, k: 9 }, running.signal);
      if (document.activeElement === input && input.value.trim() === text) show(suggestions.slice(0, 9));
    } catch {
      // Searching works without completions.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(complete, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options.length) return;
      const n = options.length + 1; // one place is the field itself
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(((active + 1 + step + n) % n) - 1);
      event.preventDefault();
    } else if (event.key === "Escape" && options.length) {
      close();
      event.preventDefault();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options[active]);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    asked(input.value.trim());
  });
}
