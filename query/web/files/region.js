// SPDX-License-Identifier: Apache-2.0
// Choosing a part of an image: by dragging, or with the keyboard (arrows move,
// Shift with arrows changes the size, Enter asks, Escape gives up).

import { h, announce } from "./dom.js";

const STEP = 0.04; // of the image's edge, for one key
const LEAST = 0.04;
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

/** Places an element over a part of its container; size: the full image. */
export function place(element, { x, y, w, h: height }, size) {
  element.style.setProperty("left", `${(100 * x) / size.width}%`);
  element.style.setProperty("top", `${(100 * y) / size.height}%`);
  element.style.setProperty("width", `${(100 * w) / size.width}%`);
  element.style.setProperty("height", `${(100 * height) / size.height}%`);
}

/** Makes a frame (an element around an image) one where a region can be drawn.
 * size(): {width, height} of the full image, or null while unknown. chosen gets
 * [x, y, w, h] in its pixels. Returns start(), for the keyboard. */
export function regionPicker(frame, { size, chosen }) {
  let box = null; // {x, y, w, h}, shares of the frame
  let shown = null;
  let from = null;

  function show() {
    if (!shown) {
      shown = h("div", {
        class: "region-draft", tabindex: "0", role: "application", "aria-roledescription": "region of the image",
        "aria-label": "Region. Arrow keys move it, Shift with arrow keys changes its size, Enter searches with it, Escape gives up.", onkeydown: pressed,
      });
      frame.append(shown);
    }
    place(shown, box, { width: 1, height: 1 });
  }

  function drop() {
    shown?.remove();
    shown = box = from = null;
  }

  function finish() {
    const full = size();
    const region = full && [Math.floor(box.x * full.width), Math.floor(box.y * full.height), Math.round(box.w * full.width), Math.round(box.h * full.height)];
    drop();
    if (!region) return;
    region[2] = clamp(region[2], 1, full.width - region[0]);
    region[3] = clamp(region[3], 1, full.height - region[1]);
    chosen(region);
  }

  function tell() {
    const percent = (v) => `${Math.round(100 * v)} %`;
    announce(`Region: ${percent(box.x)} from the left, ${percent(box.y)} from the top, ${percent(box.w)} wide, ${percent(box.h)} high.`);
  }

  function pressed(event) {
    const [dx, dy] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key] ?? [0, 0];
    if (event.key === "Enter") finish();
    else if (event.key === "Escape") {
      drop();
      frame.dispatchEvent(new CustomEvent("regiondropped"));
    } else if (dx || dy) {
      if (event.shiftKey) {
        box.w = clamp(box.w + dx, LEAST, 1 - box.x);
        box.h = clamp(box.h + dy, LEAST, 1 - box.y);
      } else {
        box.x = clamp(box.x + dx, 0, 1 - box.w);
        box.y = clamp(box.y + dy, 0, 1 - box.h);
      }
      show();
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const at = (event) => {
    const r = frame.getBoundingClientRect();
    return [clamp((event.clientX - r.left) / r.width, 0, 1), clamp((event.clientY - r.top) / r.height, 0, 1)];
  };

  frame.addEventListener("pointerdown", (event) => {
    // A finger scrolls the page unless it was asked to draw.
    if (event.button !== 0 || !size() || (event.pointerType === "touch" && !frame.classList.contains("drawing"))) return;
    from = at(event);
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  frame.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    box = { x: Math.min(x, from[0]), y: Math.min(y, from[1]), w: Math.abs(x - from[0]), h: Math.abs(y - from[1]) };
    show();
  });
  frame.addEventListener("pointerup", () => {
    if (!from) return;
    from = null;
    if (box && box.w >= LEAST / 2 && box.h >= LEAST / 2) finish();
    else if (box) drop();
  });
  frame.addEventListener("pointercancel", drop);

  return function start(region) {
    const full = size();
    if (!full) return;
    box = region
      ? { x: region[0] / full.width, y: region[1] / full.height, w: region[2] / full.width, h: region[3] / full.height }
      : { x: 0.25, y: 0.25, w: 0.5, h: 0.5 };
    frame.classList.add("drawing");
    show();
    shown.focus();
    tell();
  };
}
