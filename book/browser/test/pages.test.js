// Every page loads without a complaint, asks nobody else for anything, fits on a phone, and can be
// read by everybody, in a light and in a dark theme.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pages, start, visitor } from "../harness.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const book = await start(after);
// The page for printing holds all others, and its address opens the dialog for printing.
const all = pages().filter((page) => page !== "/print.html");

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

for (const theme of ["light", "navy"]) {
  test(`axe finds nothing serious in the theme ${theme}`, async () => {
    const visit = await visitor(book, { theme });
    const found = [];
    for (const page of all) {
      await visit.page.goto(book.origin + page, { waitUntil: "load" });
      await visit.page.evaluate(axe);
      // The list of chapters is the same on all pages, and long.
      const exclude = page === all[0] ? [] : ["#mdbook-sidebar"];
      const { violations } = await visit.page.evaluate(
        (exclude) => window.axe.run({ exclude }, { resultTypes: ["violations"] }),
        exclude,
      );
      for (const { id, impact, nodes } of violations) {
        if (impact !== "serious" && impact !== "critical") continue;
        found.push(`${page}: ${id}, ${nodes.length} times, such as ${nodes[0].html.slice(0, 200)}
          ${nodes[0].failureSummary.replaceAll("\n", " ")}`);
      }
    }
    assert.equal(found.length, 0, found.join("\n"));
    await visit.close();
  });
}

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
