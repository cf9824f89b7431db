// SPDX-License-Identifier: Apache-2.0
// Walks through the page in a real browser, as people use it. Run by
// tests/web/run; needs AKIN_PAGE (address of the page), AKIN_IMAGE (an image to
// ask with), AKIN_FIRST (the dataset that must come first for it), AKIN_SHOTS (a
// folder for pictures) and CHROMIUM.

import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import assert from "node:assert/strict";
import { basename } from "node:path";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.AKIN_NODE_MODULES}/`);
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { AKIN_PAGE: PAGE, AKIN_IMAGE: IMAGE, AKIN_FIRST: FIRST, AKIN_SHOTS: SHOTS } = process.env;
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

mkdirSync(SHOTS, { recursive: true });
for (const old of readdirSync(SHOTS)) if (/^broken-\d+\.png$/.test(old)) rmSync(`${SHOTS}/${old}`);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--force-color-profile=srgb"] });
const claims = [];
const claim = (name, ...ways) => claims.push({ name, ways });
const light = { viewport: DESK, colorScheme: "light" };
const dark = { viewport: DESK, colorScheme: "dark" };
const phone = { viewport: PHONE, colorScheme: "light", isMobile: true, hasTouch: true };
const phoneDark = { ...phone, colorScheme: "dark" };

/** A page that fails the claim when its scripts do, or when it asks elsewhere. */
async function open(way, faults) {
  const context = await browser.newContext({ ...way, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => faults.push(`the page's script failed: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && !/status of 404/.test(message.text()) && faults.push(`the console says: ${message.text()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(PAGE) && !/^(data|blob):/.test(url)) faults.push(`the page asks elsewhere: ${url}`);
  });
  return page;
}

const wayName = (way) => `${way.viewport.width}-${way.colorScheme}`;
const shot = (page, name, way) => page.screenshot({ path: `${SHOTS}/${name}-${wayName(way)}.png`, fullPage: name !== "similar" });
const first = (page) => page.locator(".card:not(.waiting)").first();
const ids = (page) => page.locator(".card:not(.waiting)").evaluateAll((cards) => cards.map((c) => c.dataset.id));
const settled = (page) => page.waitForLoadState("networkidle");

async function drop(page) {
  const bytes = readFileSync(IMAGE).toString("base64");
  const transfer = await page.evaluateHandle(([data, name]) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    return transfer;
  }, [bytes, basename(IMAGE)]);
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("body", type, { dataTransfer: transfer });
  await page.waitForSelector(".card-similar:not(.waiting)");
}

async function axe(page, where) {
  await settled(page);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const said = violations.map((v) => `${v.id}: ${v.help}\n      ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary.split("\n").slice(1, 3).join(" ")}`).join("\n      ")}`);
  assert.equal(violations.length, 0, `axe on ${where}:\n    ${said.join("\n    ")}`);
}

async function noSideways(page, where) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${where} is ${wide} px wider than the window`);
}

claim("an image that is dropped finds its dataset; a facet refines; a dataset opens; back shows the same results", light, phone, async (page, way) => {
  await page.goto(PAGE);
  await drop(page);
  assert.equal(await first(page).getAttribute("data-id"), FIRST, "the first card");
  assert.match(await first(page).locator(".score-words").innerText(), /\w/, "the score in words");
  await page.waitForFunction(() => document.querySelector(".sample-image")?.naturalWidth > 0);
  await noSideways(page, "the result page");
  const before = await ids(page);
  assert.ok(before.length > 1, "more than one dataset is shown");

  if (way === phone) await page.locator(".sidebar > summary").click();
  const facet = page.getByRole("group", { name: "Licence", exact: true });
  const key = await facet.locator("input").last().getAttribute("data-key");
  const box = facet.locator(`[data-key="${key}"]`);
  const label = await facet.locator(".check-label").last().innerText();
  await box.check();
  await page.waitForSelector(".chip-on");
  await page.waitForSelector(".card-similar:not(.waiting)");
  const after = await ids(page);
  assert.ok(after.length < before.length, "a condition takes something away");
  for (const tag of await page.locator(".card .tag").allInnerTexts()) assert.equal(tag, label, "what is left satisfies the condition");
  assert.ok(new URL(page.url()).searchParams.getAll("f").includes(key), "the address holds the condition");
  assert.equal(await page.locator(".chip-on").count(), 1, "the condition is a chip");
  assert.ok(await facet.locator("input:not(:checked)").count() > 0, "other values of the facet are still offered");

  const opened = await first(page).getAttribute("data-id");
  await first(page).locator("h2 a").click();
  await page.waitForSelector(".dataset h1");
  assert.equal(new URL(page.url()).searchParams.get("dataset"), opened);
  await noSideways(page, "the dataset's page");
  await page.goBack();
  await page.waitForSelector(".card-similar:not(.waiting)");
  assert.deepEqual(await ids(page), after, "the results after going back");
  await page.goBack();
  await page.waitForFunction((n) => document.querySelectorAll(".card:not(.waiting)").length === n, before.length);
  assert.deepEqual(await ids(page), before, "the results before the condition");
  await page.reload();
  await page.waitForSelector(".card-similar:not(.waiting)");
  assert.deepEqual(await ids(page), before, "the results after loading again");
});

claim("a region is dragged, stands in the address, and is taken back", light, async (page) => {
  await page.goto(PAGE);
  await drop(page);
  await page.waitForFunction(() => document.querySelector(".sample-image")?.naturalWidth > 0);
  const box = await page.locator(".sample .frame").boundingBox();
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.8, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(() => /region=\d+,\d+,\d+,\d+/.test(location.search));
  await page.waitForSelector(".card-similar:not(.waiting)");
  assert.ok(await page.locator(".sample .region").isVisible(), "the region is shown on the image");
  await page.getByRole("button", { name: "Whole image" }).click();
  await page.waitForFunction(() => !location.search.includes("region"));
});

claim("what is more and less like it becomes part of the question, and can be taken back", light, phone, async (page) => {
  await page.goto(PAGE);
  await drop(page);
  const before = await ids(page);
  const [more, less] = [before[1], before.at(-1)];
  const say = async (id, words, name) => {
    await page.locator(`.card[data-id="${id}"]`).getByRole("link", { name: words }).click();
    await page.waitForFunction(([n, v]) => new URLSearchParams(location.search).getAll(n).includes(v), [name, id]);
    await page.waitForSelector(".card-similar:not(.waiting)");
  };
  await say(more, "More like this", "more");
  assert.ok(!(await ids(page)).includes(more), "an example is no result");
  await say(less, "Less like this", "less");
  assert.ok(!(await ids(page)).includes(less), "what it should not be like is no result");
  assert.equal(await first(page).getAttribute("data-id"), FIRST, "the image still counts");
  await page.getByLabel("Varied results").check();
  await page.waitForFunction(() => /[?&]varied(&|$)/.test(location.search));
  await page.waitForSelector(".card-similar:not(.waiting)");
  await axe(page, "a question with several examples");
  await noSideways(page, "a question with several examples");
  await page.reload();
  await page.waitForSelector(".card-similar:not(.waiting)");
  assert.equal(await page.locator(".examples .chip").count(), 2, "the address holds the examples");
  for (const name of ["more", "less"]) {
    await page.locator(`.chip-${name}`).click();
    await page.waitForFunction((n) => !new URLSearchParams(location.search).has(n), name);
    await page.waitForSelector(".card-similar:not(.waiting)");
  }
  assert.deepEqual((await ids(page)).sort(), [...before].sort(), "without examples all are back");
});

claim("the question is offered as a command that collects training data", light, async (page) => {
  await page.goto(`${PAGE}?q=cells&where=${encodeURIComponent("title:\"it's\" OR year:2000..")}&f=license:CC0-1.0`);
  await page.waitForSelector(".card-found:not(.waiting), .trouble");
  await page.getByText("Collect as training data").click();
  assert.equal(await page.locator(".command").innerText(), `akin collect --out collection cells --where 'license:CC0-1.0 AND (title:"it'\\''s" OR year:2000..)'`);
  await axe(page, "the command");
});

claim("an ORCID leads to what a person gave, and so does the name", light, phone, async (page) => {
  await page.goto(PAGE);
  const field = page.getByRole("combobox");
  await field.fill("https://orcid.org/0000-0009-8765-4328");
  await field.press("Enter");
  await page.getByRole("heading", { name: "Ada Example" }).waitFor();
  await axe(page, "the page of a person");
  await noSideways(page, "the page of a person");
  await page.getByRole("link", { name: "Human cells" }).click();
  await page.getByRole("heading", { name: "Human cells" }).waitFor();
  assert.equal(await page.getByText("are not in this collection").count(), 1, "a record without images says so");
  await page.getByRole("link", { name: "Ada Example", exact: true }).click();
  await page.getByRole("heading", { name: "Ada Example" }).waitFor();
});

claim("a record without images asks for no picture; at 200 % nothing is cut off", light, async (page) => {
  const pictures = [];
  page.on("request", (request) => request.url().includes("/thumbnail") && pictures.push(request.url()));
  await page.setViewportSize({ width: 720, height: 450 }); // a window of 1440 x 900, twice as large
  await page.goto(`${PAGE}?q=paper`);
  await page.waitForSelector(".card-found:not(.waiting) .picture.none");
  await settled(page);
  assert.ok(!pictures.some((url) => url.includes("S-PAPER1")), "no request for what is not there");
  for (const query of ["", "?browse", `?like=dataset:${FIRST}`, `?dataset=${FIRST}`]) {
    await page.goto(PAGE + query);
    await page.waitForSelector(".card:not(.waiting), .dataset h1, .ways:not([hidden])");
    await settled(page);
    await noSideways(page, `the page ${query} at 200 %`);
    await axe(page, `the page ${query} at 200 %`);
  }
});

claim("evidence points at the image that was asked with, and opens large", light, async (page) => {
  await page.goto(PAGE);
  await drop(page);
  const pair = first(page).locator(".pair").first();
  await pair.focus();
  assert.ok(await page.locator(".sample .mark").isVisible(), "focus marks the region");
  await page.locator(".brand").focus();
  assert.ok(!(await page.locator(".sample .mark").isVisible()), "the mark goes with the focus");
  await pair.hover();
  assert.ok(await page.locator(".sample .mark").isVisible(), "hovering marks the region");
  await pair.click();
  await page.waitForSelector("dialog[open] figure");
  await page.waitForFunction(() => [...document.querySelectorAll("dialog img")].every((i) => i.complete && i.naturalWidth > 0));
  await axe(page, "the dialog");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.ok(await pair.evaluate((b) => b === document.activeElement), "the focus is where it was");
});

/** Presses Tab until the selector has the focus. */
async function tabTo(page, selector, most = 80) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => Boolean(document.activeElement?.matches(s)), selector)) return;
  }
  assert.fail(`Tab does not reach ${selector}`);
}

claim("everything works with the keyboard alone", light, async (page) => {
  const chooser = page.waitForEvent("filechooser"); // before the page: it takes a while to be in force
  chooser.catch(() => {});
  await page.goto(PAGE);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip", "the first stop skips to the content");
  await tabTo(page, ".drop");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(IMAGE);
  await page.waitForSelector(".card-similar:not(.waiting)");
  assert.equal(await first(page).getAttribute("data-id"), FIRST);

  await page.getByRole("button", { name: "Pick a region" }).focus();
  await page.keyboard.press("Enter");
  for (const key of ["ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Enter"]) await page.keyboard.press(key);
  await page.waitForFunction(() => /region=/.test(location.search));
  await page.waitForSelector(".card-similar:not(.waiting)");

  await page.locator("#main").focus();
  await tabTo(page, ".facet input");
  const key = await page.evaluate(() => document.activeElement.dataset.key);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => location.search.includes("f="));
  await page.waitForFunction((k) => document.activeElement?.dataset.key === k, key); // the focus stays on the facet
  await page.waitForSelector(".card-similar:not(.waiting)");
  await tabTo(page, ".card h2 a");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".dataset h1");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  await tabTo(page, ".image");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open] img");
  await page.keyboard.press("Escape");
  await page.locator("#main").focus();
  await tabTo(page, ".back");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".card-similar:not(.waiting)");
});

claim("an annotation is laid over its image", light, phone, async (page) => {
  await page.goto(`${PAGE}?dataset=${FIRST}`);
  await page.locator(".image", { has: page.locator(".badge") }).first().click();
  await page.getByLabel("Show the annotation").check();
  await page.waitForFunction(() => document.querySelector("dialog .overlay")?.naturalWidth > 0);
  const [image, overlay] = await Promise.all([".whole img:not(.overlay)", ".overlay"].map((s) => page.locator(`dialog ${s}`).boundingBox()));
  for (const side of ["x", "y", "width", "height"]) assert.ok(Math.abs(image[side] - overlay[side]) < 2, `the annotation lies on the image: ${side}`);
  await axe(page, "an image with its annotation");
});

claim("typing completes; a completion becomes a condition; words search", light, phone, async (page, way) => {
  await page.goto(PAGE);
  const field = page.getByRole("combobox");
  await field.pressSequentially("homo s");
  await page.waitForSelector("#suggestions [role=option]");
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  await axe(page, "the suggestions");
  await page.keyboard.press("ArrowDown");
  assert.ok(await field.getAttribute("aria-activedescendant"));
  await page.keyboard.press("Enter");
  await page.waitForSelector(".card-found:not(.waiting)");
  assert.deepEqual(new URL(page.url()).searchParams.getAll("f"), ["organism:NCBITaxon:9606"]);
  await page.waitForFunction(() => /Homo sapiens/.test(document.querySelector(".chip-on")?.innerText ?? ""));
  await noSideways(page, "the list");
  await shot(page, "found", way);
  await page.goBack();
  await page.waitForSelector(".hero");
  await field.fill("no such thing at all zzz");
  await field.press("Enter");
  await page.getByRole("heading", { name: "No dataset matches" }).waitFor();
  await axe(page, "the page without results");
});

claim("errors are sentences with a way on", light, async (page) => {
  await page.goto(`${PAGE}?dataset=there-is-none`);
  await page.getByRole("heading", { name: "It is not here" }).waitFor();
  await axe(page, "the page of a dataset that is not there");
  await page.goto(`${PAGE}?where=organsim:mouse`);
  await page.getByText('did you mean "organism"').waitFor();
  await page.getByRole("button", { name: "Remove the condition" }).click();
  await page.waitForSelector(".card-found:not(.waiting)");
  await page.goto(`${PAGE}?like=upload:00000000-1`);
  await page.getByRole("heading", { name: "not on this device" }).waitFor();
  await page.setInputFiles("#file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no image") });
  await page.getByRole("heading", { name: "This image cannot be read" }).waitFor();
  assert.match(await page.locator(".trouble[role=alert]").innerText(), /the first bytes are not those of/);
  assert.ok(await page.getByRole("button", { name: "Choose another image" }).isVisible());
  await page.goto(`${PAGE}?browse`);
  await page.waitForSelector(".card-found:not(.waiting)");
  await page.route("**/v1/**", (route) => route.abort());
  await page.locator(".card h2 a").first().click();
  await page.getByRole("heading", { name: "No connection" }).waitFor();
  await page.unroute("**/v1/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForSelector(".dataset h1");
}, { refusals: true });

claim("nothing from a record or an address becomes markup", light, async (page) => {
  await page.goto(`${PAGE}?q=${encodeURIComponent("<img src=x onerror=document.title='broken'>")}&f=${encodeURIComponent('organism:"><script>alert(1)</script>')}`);
  await page.locator(".trouble, .card-found:not(.waiting)").first().waitFor();
  assert.notEqual(await page.title(), "broken");
  assert.equal(await page.locator("main script, main img[src=x]").count(), 0);
}, { refusals: true });

claim("the colours can be chosen, and stay chosen", light, async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.goto(PAGE);
  const bright = await ground();
  await page.getByRole("button", { name: "Dark colours" }).click();
  const night = await ground();
  assert.notEqual(bright, night);
  await page.reload();
  assert.equal(await ground(), night);
});

claim("axe finds nothing on the four main pages", light, dark, phone, phoneDark, async (page, way) => {
  await page.goto(PAGE);
  await page.waitForSelector(".ways:not([hidden])");
  await axe(page, "the first page");
  await noSideways(page, "the first page");
  await shot(page, "start", way);
  await drop(page);
  await axe(page, "the results for an image");
  await shot(page, "similar", way);
  await page.goto(`${PAGE}?browse`);
  await page.waitForSelector(".card-found:not(.waiting)");
  const tree = page.getByRole("button", { name: "Organism as a tree" });
  if (way.isMobile) await page.locator(".sidebar > summary").click();
  await tree.click();
  await page.waitForSelector(".tree");
  await axe(page, "the list with a tree of organisms");
  await noSideways(page, "the list");
  await shot(page, "browse", way);
  await page.goto(`${PAGE}?dataset=${FIRST}`);
  await page.waitForSelector(".dataset h1");
  await settled(page);
  for (const details of await page.locator(".dataset details").all()) await details.evaluate((d) => { d.open = true; });
  await axe(page, "the page of a dataset");
  await noSideways(page, "the page of a dataset");
  await shot(page, "dataset", way);
});

claim("a slow or broken answer leaves no trace in the next one", light, async (page) => {
  await page.route("**/v1/search**", async (route) => {
    if (route.request().url().includes("text=slow")) {
      await new Promise((go) => setTimeout(go, 700));
      await route.abort().catch(() => {});
    } else await route.continue();
  });
  await page.goto(PAGE);
  const field = page.getByRole("combobox");
  await field.fill("slow");
  await field.press("Enter");
  await page.waitForFunction(() => location.search.includes("slow"));
  await page.goBack();
  await page.waitForSelector(".hero");
  await page.waitForTimeout(1000);
  assert.equal(await page.locator(".trouble").count(), 0, "an answer that nobody waits for any more is not shown");
}, { refusals: true });

/** How long until something is seen: printed, not judged. */
async function paint() {
  const page = await open(light, []);
  const times = async (url, mark) => {
    await page.goto(url);
    await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);
    return page.evaluate((name) => [performance.getEntriesByName("first-contentful-paint")[0]?.startTime, performance.getEntriesByName(name)[0].startTime], mark);
  };
  for (const [what, query] of [["all datasets", "?browse"], ["words", "?q=cells"], [`like ${FIRST}`, `?like=dataset:${FIRST}`], ["a dataset", `?dataset=${FIRST}`]]) {
    const [content, result] = await times(PAGE + query, "akin-first-result");
    console.log(`paint: ${what.padEnd(24)} first content ${Math.round(content ?? 0)} ms, result ${Math.round(result)} ms`);
  }
  await page.context().close();
}

const wanted = process.argv[2];
let failed = 0;
for (const { name, ways } of claims) {
  if (wanted && !name.includes(wanted)) continue;
  const options = typeof ways.at(-1) === "function" ? {} : ways.at(-1);
  const check = ways.find((w) => typeof w === "function");
  for (const way of ways.filter((w) => w.viewport)) {
    const faults = [];
    const page = await open(way, faults);
    try {
      await check(page, way);
      const real = faults.filter((f) => !options.refusals || !/console says: Failed to load/.test(f));
      assert.deepEqual(real, []);
      console.log(`ok      ${name} (${wayName(way)})`);
    } catch (error) {
      failed++;
      console.log(`BROKEN  ${name} (${wayName(way)})\n    ${error.message.split("\n").slice(0, 30).join("\n    ")}\n    ${page.url()}${faults.map((f) => `\n    ${f}`).join("")}`);
      await page.screenshot({ path: `${SHOTS}/broken-${failed}.png`, fullPage: true }).catch(() => {});
    }
    await page.context().close();
  }
}
if (!wanted) await paint();
await browser.close();
process.exit(failed > 0 ? 1 : 0);
