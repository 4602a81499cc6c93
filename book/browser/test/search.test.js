// The search finds what a reader looks for.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { start, visitor } from "../harness.js";

const book = await start(after);
const catalogue = resolve(import.meta.dirname, "../../../failures/catalogue.json");
const ids = JSON.parse(readFileSync(catalogue, "utf8")).map((failure) => failure.id);

// Types into the search as a reader does, and returns where its results lead.
async function search(page, words) {
  await page.goto(`${book.origin}/index.html?search=${encodeURIComponent(words)}`);
  await page.waitForFunction(
    () => /search result/.test(document.querySelector("#mdbook-searchresults-header")?.textContent),
  );
  return page.$$eval("#mdbook-searchresults a", (links) => links.map((link) => link.pathname));
}

test("it finds the words that readers come with", async () => {
  const visit = await visitor(book);
  const sticky = await search(visit.page, "sticky");
  assert.ok(sticky.some((path) => path.includes("04-sticky-packets")), sticky.join(" "));
  const option = await search(visit.page, "SO_REUSEADDR");
  assert.ok(option.length > 0);
  assert.deepEqual(visit.faults, []);
  await visit.close();
});

test("it finds the page of each failure by its id", async () => {
  const visit = await visitor(book);
  for (const id of ids) {
    const found = await search(visit.page, id);
    assert.ok(found.includes(`/failures/${id}.html`), `${id}: ${found.join(" ")}`);
  }
  await visit.close();
});
