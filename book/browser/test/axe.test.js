// Every page can be read by everybody, in a light and in a dark theme.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pages, start, visitor } from "../harness.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const book = await start(after);

// In another theme nothing is different but the colours.
for (const [theme, rules] of [
  ["light", {}],
  ["navy", { runOnly: ["color-contrast"] }],
]) {
  test(`axe finds nothing serious in the theme ${theme}`, async () => {
    const visit = await visitor(book, { theme });
    const found = [];
    for (const [number, page] of pages().entries()) {
      await visit.page.goto(book.origin + page, { waitUntil: "load" });
      await visit.page.evaluate(axe);
      // The list of chapters is the same on all pages, and long.
      const exclude = number === 0 ? [] : ["#mdbook-sidebar"];
      const { violations } = await visit.page.evaluate(
        ([exclude, rules]) => window.axe.run({ exclude }, { resultTypes: ["violations"], ...rules }),
        [exclude, rules],
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
