// Plays that are stepped through, in a real browser, by mouse and by keyboard.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { start, visitor } from "../harness.js";

const SOURCES = resolve(import.meta.dirname, "../../src");
const LESSONS = join(SOURCES, "lessons");
const DEMOS = resolve(import.meta.dirname, "../../../lessons");
const PAGE = "/lessons/04-sticky-packets/play.html";
const world = await start(after);

async function play(options = {}, page = PAGE) {
  const guest = await visitor(world, options);
  await guest.page.goto(world.origin + page);
  const found = guest.page.locator("figure.play[data-scene='1']").first();
  return { ...guest, found, press: (name) => found.getByRole("button", { name }).click() };
}

const terminal = (found, side) => found.locator(`.terminal.${side} .text`).allTextContents();

test("by mouse: the long answer, its bytes, and questions that wait", async () => {
  const { found, press, faults, close } = await play();
  assert.ok(await found.locator(".piece").first().isVisible());
  await press("Step through");
  for (let step = 0; step < 6; step += 1) await press("Step");
  assert.deepEqual(await terminal(found, "client"), ["sticky-packets-client 127.0.0.1:8080", "echo hi"]);
  assert.equal(await found.locator(".on-the-wire .hex").textContent(), "65 63 68 6f 20 68 69");
  await press("Step");
  assert.equal(await found.locator(".on-the-wire .hex").textContent(), "68 69 0a");

  await press("All");
  assert.equal(await found.locator(".told").textContent(), "The next command is: echo hi. What will the client print?");
  assert.ok(!(await terminal(found, "client")).includes("0146"));
  const heads = () => found.locator(".on-the-wire .piece p").allTextContents();
  assert.equal((await heads()).at(-1), "1 · client ← server · 3507 bytes");
  await press("And now?");
  await press("Back");
  assert.ok(await found.getByRole("button", { name: "And now?" }).isVisible());
  await press("All");
  await press("All");
  assert.equal((await terminal(found, "client")).at(-1), "100438");
  assert.equal((await heads()).length, 8);

  await press("Start again");
  assert.deepEqual(await terminal(found, "client"), []);
  await press("Show as text");
  assert.ok(!(await found.locator(".stage").isVisible()));
  assert.ok(await found.locator(".piece").first().isVisible());
  assert.deepEqual(faults, []);
  await close();
});

test("by keyboard: the keys step, and the page is not turned", async () => {
  const { page, found, close } = await play();
  await found.getByRole("button", { name: "Step through" }).focus();
  await page.keyboard.press("Enter");
  const voice = found.locator(".stage [aria-live]");
  assert.equal(await voice.textContent(), "Nothing has happened yet.");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.match(await voice.textContent(), /^server runs: sticky-packets-server/);
  for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowRight");
  const words = 'server prints: received 7 bytes: "echo hi" On the wire: 1 · client ← server · 3 bytes.';
  assert.equal(await voice.textContent(), words);
  await page.keyboard.press("ArrowLeft");
  assert.match(await voice.textContent(), /^client types: echo hi/);
  await page.keyboard.press("End");
  assert.match(await voice.textContent(), /Question: The next command is: echo hi/);
  await page.keyboard.press("Home");
  assert.equal(await voice.textContent(), "Nothing has happened yet.");
  await found.locator(".stage").focus();
  await page.keyboard.press("Space");
  assert.match(await voice.textContent(), /^The client sends a command/);
  assert.ok(page.url().endsWith(PAGE));
  await close();
});

test("an upload goes between its terminals: header, body, answer", async () => {
  const { found, press, close } = await play({}, "/lessons/07-file-transfer/play.html");
  const heads = () => found.locator(".on-the-wire .now p").allTextContents();
  await press("Step through");
  for (let step = 0; step < 7; step += 1) await press("Step");
  assert.equal((await terminal(found, "server")).at(-1), "client 127.0.0.1:50001 put notes.txt, 50 bytes");
  assert.deepEqual(await heads(), ["1 · client → server · 98 of 148 bytes"]);
  assert.match(await found.locator(".on-the-wire .now .row").first().textContent(), /^5e 00 00 00 .*length 94$/);
  const voice = await found.locator(".stage [aria-live]").textContent();
  assert.match(voice, /50 bytes On the wire: 1 · client → server · 98 of 148 bytes\.$/);
  await press("Step");
  assert.equal((await terminal(found, "client")).at(-1), "put notes.txt: 50 bytes");
  assert.deepEqual(await heads(), [
    "1 · client → server · 50 of 148 bytes",
    "1 · client ← server · 19 bytes",
  ]);
  const rows = await found.locator(".on-the-wire .now .row").allTextContents();
  assert.match(rows[0], /^53 6f 63 6b .*body, 50 bytes$/);
  assert.match(rows.at(-1), /"status":"ok".*header, 15 bytes$/);
  await close();
});

test("every play of a lesson can be stepped through to its end", async () => {
  const { page, faults, close } = await visitor(world);
  for (const lesson of readdirSync(LESSONS)) {
    await page.goto(`${world.origin}/lessons/${lesson}/play.html`);
    const plays = await page.locator("figure.play[data-lesson]").all();
    assert.ok(plays.length > 0, lesson);
    for (const found of plays) {
      const lines = await found.locator("> .line, > details > .line").allTextContents();
      await found.getByRole("button", { name: "Step through" }).click();
      for (let stop = 0; stop < 12; stop += 1) await page.keyboard.press("End");
      assert.equal(await found.locator(".terminal .line").count(), lines.length);
    }
  }
  assert.deepEqual(faults, []);
  await close();
});

// The pages that have the whole of a scene: "4 1" is in "/lessons/04-sticky-packets/play.html".
const pages = new Map();
for (const path of readdirSync(SOURCES, { recursive: true }).filter((path) => path.endsWith(".md"))) {
  const address = `/${path.replaceAll("\\", "/").replace(/\.md$/, ".html")}`;
  const text = readFileSync(join(SOURCES, path), "utf8");
  for (const [, scene] of text.matchAll(/^\{\{#(?:play|bytes) (\d+ \d+)\}\}$/gm)) pages.set(scene, address);
}

// The recordings of these scenes: { scene: "4 1", path, address }.
const recordings = readdirSync(DEMOS, { recursive: true })
  .filter((path) => path.endsWith(".bytes"))
  .map((path) => {
    const [lesson, scene] = [dirname(dirname(path)), basename(path)].map((name) => parseInt(name));
    const address = pages.get(`${lesson} ${scene}`);
    return { scene: `${lesson} ${scene}`, path: join(DEMOS, path), address };
  })
  .filter(({ address }) => address);

test("there are pages with recorded bytes", () => assert.ok(recordings.length >= 25));

// The lines of a recording by connection, without their blanks.
function kept(path) {
  const all = {};
  let connection;
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) {
    if (!line.startsWith(" ")) connection = parseInt(line);
    (all[connection] ??= []).push(line.replace(/\s/g, ""));
  }
  return all;
}

// Steps to the end. Whatever comes on the wire with a step, by connection: its head, then its rows.
function stepped(figure) {
  const step = figure.querySelector(".stage button");
  const all = {};
  let before = 0;
  while (step.ariaDisabled !== "true") {
    step.click();
    const pieces = figure.querySelectorAll(".on-the-wire .piece");
    const now = [...pieces].filter((piece) => piece.classList.contains("now"));
    if (pieces.length === before) continue;
    if (now.length !== pieces.length - before) throw new Error(`${now.length} pieces are new`);
    before = pieces.length;
    for (const piece of now) {
      const lines = (all[piece.dataset.connection] ??= []);
      lines.push(piece.firstElementChild.textContent);
      for (const row of piece.querySelectorAll(".row")) lines.push(row.textContent);
    }
  }
  return all;
}

// A piece that came in two shares, "98 of 148 bytes" and "50 of 148 bytes", as it is kept.
function whole(lines) {
  let missing = 0;
  return lines.flatMap((line) => {
    const text = line.replace(/\s|·/g, "");
    const [, share, size] = /(\d+) of (\d+) bytes$/.exec(line) ?? [];
    if (!share) return [text];
    const first = missing === 0;
    missing = (first ? Number(size) : missing) - Number(share);
    return first ? [text.replace(`${share}of`, "")] : [];
  });
}

for (const { scene, path, address } of recordings) {
  test(`all bytes of scene ${scene} come once, in order`, async () => {
    const { page, faults, close } = await visitor(world);
    await page.goto(world.origin + address);
    const [lesson, number] = scene.split(" ");
    const found = page.locator(`figure.play[data-lesson="${lesson}"][data-scene="${number}"]:has(.piece)`);
    await found.first().getByRole("button", { name: "Step through" }).click();
    const all = await found.first().evaluate(stepped);
    const told = Object.entries(all).map(([connection, lines]) => [connection, whole(lines)]);
    assert.deepEqual(Object.fromEntries(told), kept(path));
    assert.ok(!(await found.first().locator("> .pieces, > details").first().isVisible()));
    assert.deepEqual(faults, []);
    await close();
  });
}

test("without JavaScript the transcript is there, and no button", async () => {
  const context = await world.chrome.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${world.origin}/lessons/01-simple-echo/play.html`);
  const found = page.locator("figure.play").first();
  assert.match(await found.innerText(), /received 5 bytes: "hello"/);
  assert.equal(await found.getByRole("button").count(), 0);
  await context.close();
});

for (const theme of ["light", "rust", "coal", "navy", "ayu"]) {
  test(`in ${theme}, on a telephone: nothing serious, nothing too wide or too small`, async () => {
    const { page, found, press, close } = await play({ width: 360, theme });
    await press("Step through");
    await press("All");
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
    const report = await page.evaluate(() => axe.run("figure.play.stepping"));
    const bad = report.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    assert.deepEqual(bad.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    for (const button of await found.getByRole("button").all()) {
      const box = await button.boundingBox();
      if (box) assert.ok(box.width >= 44 && box.height >= 44, await button.textContent());
    }
    await close();
  });
}
