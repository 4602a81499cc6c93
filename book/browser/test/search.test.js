// The search finds what a reader looks for, in a book that is served and in one opened as a file.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BOOK, start, visitor } from "../harness.js";

const book = await start(after);
const catalogue = resolve(import.meta.dirname, "../../../failures/catalogue.json");
const ids = JSON.parse(readFileSync(catalogue, "utf8")).map((failure) => failure.id);

// What readers paste, each with the pages to one of which it must lead among the first three results.
const pasted = JSON.parse(readFileSync(resolve(import.meta.dirname, "../search-words.json"), "utf8"));

// The words of all systems and languages lead to their failures, or to the list of all symptoms.
function known() {
  const file = resolve(import.meta.dirname, "../../../failures/words.json");
  const { errnos, phrases } = JSON.parse(readFileSync(file, "utf8"));
  const pages = ({ ids }) => [...ids.map(({ id }) => `failures/${id}`), "symptoms"];
  const found = phrases.map((phrase) => ({ words: phrase.says, pages: pages(phrase) }));
  for (const errno of errnos) {
    const { name, says, linux, macos, windows } = errno;
    const asked = [name, says, `${says} (os error ${linux})`, `[Errno ${macos.number}] ${macos.says ?? says}`];
    if (windows) asked.push(windows.name, `[WinError ${windows.number}] ${windows.says}`);
    found.push(...asked.map((words) => ({ words, pages: pages(errno) })));
  }
  return found;
}

// Of these, what does not lead to one of its pages. All are looked up at once, by the page's own search.
async function lost(page, asked) {
  await page.keyboard.press("s");
  await page.waitForFunction(() => window.search?.index);
  const found = await page.evaluate((asked) => {
    const index = elasticlunr.Index.load(window.search.index);
    const url = (result) => window.search.doc_urls[result.ref];
    return asked.map(({ words }) => index.search(words).slice(0, 3).map(url));
  }, asked);
  const leads = (place) => asked[place].pages.some((page) => found[place].some((url) => url.includes(page)));
  return asked.map(({ words }, place) => ({ words, found: found[place], place })).filter(({ place }) => !leads(place));
}

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
  await visit.page.goto(`${book.origin}/index.html`);
  const asked = ids.map((id) => ({ words: id, pages: [`failures/${id}.html`] }));
  assert.deepEqual(await lost(visit.page, asked), []);
  await visit.close();
});

test("what readers paste leads to its page, in a book that is served", async () => {
  const visit = await visitor(book);
  const [first] = await search(visit.page, "WinError 10054");
  assert.match(first, /peer-reset|port-unreachable|symptoms/);
  await visit.page.goto(`${book.origin}/index.html`);
  assert.deepEqual(await lost(visit.page, pasted), []);
  assert.deepEqual(visit.faults, []);
  await visit.close();
});

test("what readers paste leads to its page, in a book opened as a file", async () => {
  const page = await book.chrome.newPage();
  await page.goto(pathToFileURL(resolve(BOOK, "index.html")).href);
  assert.deepEqual(await lost(page, pasted), []);
  // Also by hand: what is pasted with the mouse presses no key.
  await page.evaluate(() => {
    const bar = document.getElementById("mdbook-searchbar");
    bar.value = "ECONNRESET";
    bar.dispatchEvent(new Event("input"));
  });
  await page.waitForFunction(() => document.querySelectorAll("#mdbook-searchresults a").length > 0);
  await page.close();
});

test("the words of each system and language lead to their failures", async () => {
  const page = await book.chrome.newPage();
  await page.goto(pathToFileURL(resolve(BOOK, "index.html")).href);
  assert.deepEqual(await lost(page, known()), []);
  await page.close();
});

test("the words of the glossary lead to it, or to the page that explains them", async () => {
  const page = await book.chrome.newPage();
  await page.goto(pathToFileURL(resolve(BOOK, "reference/glossary.html")).href);
  const asked = await page.$$eval("main li", (items) =>
    items.flatMap((item) => {
      const english = item.querySelector("strong")?.textContent ?? "";
      const link = item.querySelector("a")?.getAttribute("href") ?? "";
      const chinese = item.textContent.slice(english.length).split(":")[0].match(/\p{Script=Han}+/gu) ?? [];
      const page = link.replace(/^(\.\.\/)+/, "").split("#")[0];
      return [...english.split(", "), ...chinese].map((words) => ({ words, pages: ["glossary", page] }));
    }),
  );
  assert.ok(asked.length > 100, `${asked.length} words`);
  const missing = await lost(page, asked);
  // A few words are everywhere.
  assert.ok(missing.length <= asked.length * 0.05, JSON.stringify(missing, null, 1));
  await page.close();
});
