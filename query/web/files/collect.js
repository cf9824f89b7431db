// SPDX-License-Identifier: Apache-2.0
// The present question as a command that collects training data.

import { copyButton, h } from "./dom.js";
import { whereOf } from "./state.js";

const quoted = (text) => (/^[\w.:/-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The command; null for a question that it cannot ask. upload: the file of an
 * image of one's own, named as it lies beside whoever types. */
export function collectCommand(state, upload) {
  const { like } = state;
  if (like?.kind === "image" || (like?.kind === "upload" && !upload)) return null;
  const where = whereOf(state);
  const parts = ["akin collect --out collection"];
  if (!like && state.q) parts.push(quoted(state.q));
  if (where) parts.push(`--where ${quoted(where)}`);
  if (like) parts.push(`--like ${quoted(like.kind === "upload" ? upload.name || "image.png" : like.id)}`);
  if (like) for (const id of state.more) parts.push(`--like ${quoted(id)}`);
  if (like) for (const id of state.less) parts.push(`--unlike ${quoted(id)}`);
  return parts.join(" ");
}

export function collectHint(state, upload) {
  const command = collectCommand(state, upload);
  if (!command) return null;
  const code = h("code", { class: "command", tabindex: "0", role: "group", "aria-label": "Command" }, command);
  return h("details", { class: "condition" }, h("summary", null, "Collect as training data"),
    h("p", { class: "hint" }, "This command writes tiles of what is asked for here, cleaned, balanced and split, with licences and credits; --dry-run only counts them."),
    code, copyButton(command, code, "Copy command"));
}
