// What holds for all live figures: how much they weigh, whom they serve, and where they work.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { after, test } from "node:test";
import { BOOK, start, visitor } from "../harness.js";
import * as frame from "../../figures/frame-model.js";
import * as stream from "../../figures/stream-model.js";

const FIGURES = resolve(import.meta.dirname, "../../figures");
const PAGES = resolve(import.meta.dirname, "../../src");
const PRESETS = { frame: frame.PRESETS, stream: stream.PRESETS };
const MOST = 30_000;

const world = await start(after);

// The pages with figures, as they are written: { name, preset, address }.
const placed = readdirSync(PAGES, { recursive: true })
  .filter((path) => path.endsWith(".md"))
  .sort()
  .flatMap((path) => {
    const text = readFileSync(join(PAGES, path), "utf8");
    const found = [...text.matchAll(/^\{\{#figure (\S+?)(?: preset=(\S+?))?(?: .*)?\}\}$/gm)];
    const address = `/${path.replaceAll("\\", "/").replace(/\.md$/, ".html")}`;
    return found.map(([, name, preset]) => ({ name, preset, address }));
  });

// One page for each figure is enough for what does not depend on the page.
const names = [...new Set(placed.map(({ name }) => name))];
const samples = names.map((name) => placed.find((one) => one.name === name));

// A script and all that it imports.
function modules(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(FIGURES, file), "utf8");
  for (const [, other] of text.matchAll(/from "\.\/(.+)";/g)) modules(other, seen);
  return seen;
}

// Its share of the style sheets: the rules for all figures, and those that name it. Plays have a
// sheet of their own, and share one rule.
function styles(name) {
  const rules = readFileSync(join(FIGURES, "figures.css"), "utf8").split(/(?<=^\}\n)/m);
  if (name === "play") {
    const own = readFileSync(join(FIGURES, "play.css"), "utf8");
    return own + rules.filter((rule) => /^\.unseen/m.test(rule)).join("");
  }
  const common = (rule) => /^(@|\.figure|\.content main \.figure|\.unseen)/m.test(rule);
  return rules.filter((rule) => common(rule) || rule.includes(`socket-${name}`)).join("");
}

test("the figures stand in pages", () => {
  for (const name of Object.keys(PRESETS)) assert.ok(names.includes(name), name);
  for (const { name, preset, address } of placed) {
    if (PRESETS[name]) assert.ok(preset in PRESETS[name], `${address}: ${name} ${preset}`);
  }
});

for (const name of [...names, "play"]) {
  test(`${name}: no more than ${MOST} bytes`, () => {
    const files = [...modules(`${name}.js`)];
    const texts = files.map((file) => readFileSync(join(FIGURES, file)));
    const sum = Buffer.concat([...texts, Buffer.from(styles(name))]).length;
    assert.ok(sum <= MOST, `${sum} bytes: ${files}`);
  });
}

// What axe finds serious in the figure, which may be worked first.
async function serious(page, name) {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate((tag) => axe.run(tag), `socket-${name}`);
  const bad = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

async function runAll(found) {
  const run = found.getByRole("button", { name: "Run" });
  if ((await run.count()) > 0) await run.first().click();
}

for (const { name, address } of samples) {
  for (const theme of ["light", "rust", "coal", "navy", "ayu"]) {
    test(`${name} in ${theme}, on a telephone: nothing serious, nothing too wide or small`, async () => {
      const { page, faults, close } = await visitor(world, { width: 360, theme });
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.goto(world.origin + address);
      const found = page.locator(`socket-${name}`).first();
      await runAll(found);
      assert.deepEqual(await serious(page, name), []);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${width} wide`);
      const controls = found.locator("button, select, input, textarea, summary");
      for (const control of await controls.all()) {
        const box = await control.boundingBox();
        const label = await control.evaluate((one) => one.outerHTML);
        if (box) assert.ok(box.width >= 44 && box.height >= 44, `${label}: ${box.width} ${box.height}`);
      }
      assert.deepEqual(faults, []);
      await close();
    });
  }

  test(`${name} without JavaScript: a sentence stands there`, async () => {
    const context = await world.chrome.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(world.origin + address);
    const text = await page.locator(`socket-${name}`).first().innerText();
    assert.ok(text.trim().length > 20, text);
    await context.close();
  });

  test(`${name} from a book that lies on the disk`, async () => {
    const { page, close } = await visitor(world);
    await page.goto(pathToFileURL(join(BOOK, address)).href);
    await page.locator(`socket-${name}.figure`).first().waitFor({ timeout: 5000 });
    await close();
  });

  test(`${name} on paper: its state, and no buttons`, async () => {
    const { page, close } = await visitor(world);
    await page.goto(world.origin + address);
    await page.emulateMedia({ media: "print" });
    const found = page.locator(`socket-${name}`).first();
    assert.ok(await found.isVisible());
    for (const one of await found.getByRole("button").all()) assert.ok(!(await one.isVisible()));
    await close();
  });
}

test("the book as one page keeps the sentences", async () => {
  const { page, faults, close } = await visitor(world);
  await page.addInitScript(() => (window.print = () => {}));
  await page.goto(world.origin + "/print.html");
  for (const name of names) {
    assert.equal(await page.locator(`socket-${name} :is(button, input)`).count(), 0, name);
    const all = placed.filter((one) => one.name === name).length;
    assert.equal(await page.locator(`socket-${name} p`).count(), all, name);
  }
  assert.deepEqual(faults, []);
  await close();
});

test("each figure works in each page that has it", async () => {
  const { page, faults, close } = await visitor(world);
  for (const { name, preset, address } of placed) {
    await page.goto(world.origin + address);
    const found = page.locator(`socket-${name}.figure`).first();
    await found.waitFor({ timeout: 5000 });
    if (PRESETS[name]) assert.equal(await found.getByLabel("Example").inputValue(), preset);
  }
  assert.deepEqual(faults, []);
  await close();
});
