// Every page loads without a complaint, asks nobody else for anything, and fits on a phone.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pages, start, visitor } from "../harness.js";

const book = await start(after);
const all = pages();

test("there are pages", () => assert.ok(all.length > 100, `${all.length} pages`));

test("each page loads without a complaint, and asks nobody else", async () => {
  const visit = await visitor(book);
  for (const page of all) {
    await visit.page.goto(book.origin + page, { waitUntil: "load" });
    assert.deepEqual(visit.faults, [], page);
  }
  await visit.close();
});

test("nothing scrolls sideways on a phone", async () => {
  const visit = await visitor(book, { width: 360 });
  const wide = [];
  for (const page of all) {
    await visit.page.goto(book.origin + page, { waitUntil: "load" });
    const width = await visit.page.evaluate(() => document.scrollingElement.scrollWidth);
    if (width > 360) wide.push(`${page}: ${width}`);
  }
  assert.deepEqual(wide, []);
  await visit.close();
});

test("no listing, no command and no output is cut off in half a screen", async () => {
  const visit = await visitor(book, { width: 800 });
  const cut = [];
  for (const page of all) {
    await visit.page.goto(book.origin + page, { waitUntil: "load" });
    await visit.page.evaluate(() => document.fonts.ready);
    const listings = await visit.page.evaluate(listingsCutOff);
    cut.push(...listings.map((line) => `${page}: ${line}`));
  }
  assert.deepEqual(cut, []);
  await visit.close();
});

// The first lines of listings, commands and outputs that are wider than their box. It runs in the page.
function listingsCutOff() {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  const code = ".listing pre > code, .changes pre > code, pre > code.language-console, .run pre";
  const boxes = [...document.querySelectorAll(code)];
  const wide = boxes.filter((box) => box.scrollWidth > box.clientWidth + 1);
  return wide.map((box) => box.textContent.trim().split("\n")[0]);
}

test("no text leaves its picture", async () => {
  const visit = await visitor(book);
  const outside = [];
  for (const page of all) {
    await visit.page.goto(book.origin + page, { waitUntil: "load" });
    await visit.page.evaluate(() => document.fonts.ready);
    const texts = await visit.page.evaluate(textsOutside);
    outside.push(...texts.map((text) => `${page}: ${text}`));
  }
  assert.deepEqual(outside, []);
  await visit.close();
});

// The texts of pictures that reach over their picture's edge. It runs in the page.
function textsOutside() {
  const outside = [];
  for (const picture of document.querySelectorAll(".picture svg")) {
    const edge = picture.getBoundingClientRect();
    for (const text of picture.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      const fits =
        box.left >= edge.left - 1 && box.right <= edge.right + 1 && box.bottom <= edge.bottom + 1;
      if (!fits) outside.push(text.textContent);
    }
  }
  return outside;
}
