// The figure of the stream in a real browser, by mouse and by keyboard, with the bytes asserted.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { start, visitor } from "../harness.js";

const world = await start(after);
const PAGE = "/lessons/04-sticky-packets/index.html";

// The figure in a page of its own window. `motion: "reduce"` is for those who want stillness.
async function figure(options = {}, address = PAGE) {
  const guest = await visitor(world, options);
  await guest.page.emulateMedia({ reducedMotion: options.motion ?? "reduce" });
  await guest.page.goto(world.origin + address);
  const found = guest.page.locator("socket-stream").first();
  return { ...guest, found, press: (name) => found.getByRole("button", { name }).click() };
}

// The reads that are shown: heading, text and hex of each.
function reads(found) {
  return found.locator(".reads > li").evaluateAll((items) =>
    items.map((item) => ({
      name: item.querySelector(".name").textContent,
      text: item.querySelector("pre.text")?.textContent,
      hex: item.querySelector("pre.hex")?.textContent,
      remarks: [...item.querySelectorAll(".remark code")].map((id) => id.textContent),
    })),
  );
}

const hex = (text) => Buffer.from(text).toString("hex").replace(/(..)(?=.)/g, "$1 ");
const numbers = Array.from({ length: 501 }, (_, index) => `${100000 + index}\n`).join("");

test("the long answer, by mouse: each read returns exactly what lesson 4's does", async () => {
  const { found, press, faults, close } = await figure();
  await press("Run");
  const shown = await reads(found);
  const expected = ["hi\n", numbers.slice(0, 1024), numbers.slice(1024, 2048), numbers.slice(2048, 3072)];
  assert.deepEqual(shown.map(({ text }) => text), expected);
  assert.deepEqual(shown.map((read) => read.hex), expected.map(hex));
  assert.ok(shown[2].remarks.includes("leftover-bytes"));
  await press("Read once more");
  assert.equal((await reads(found))[4].text, numbers.slice(3072) + "hi\nhi\n");
  await press("Read once more");
  assert.match(await found.locator(".voice").textContent(), /read 6 waits/);
  assert.deepEqual(faults, []);
  await close();
});

test("by keyboard alone: another example, a smaller read, step by step", async () => {
  const { page, found, close } = await figure();
  await found.getByLabel("Example").focus();
  await page.keyboard.type("Two writes");
  await found.getByLabel("Each read asks for").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("7");
  await page.keyboard.press("Tab");
  const step = found.getByRole("button", { name: "Step" });
  for (let presses = 0; !(await step.evaluate((one) => one === document.activeElement)); ) {
    await page.keyboard.press("Tab");
    assert.ok(++presses < 12, "Step can be reached by Tab");
  }
  for (let index = 0; index < 4; index++) await page.keyboard.press("Enter");
  assert.deepEqual(await reads(found), []);
  const buffers = found.locator(".buffer code");
  assert.deepEqual(await buffers.allTextContents(), ["(empty)", "helloworld"]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.match(await found.locator(".voice").textContent(), /read 1 returned 7 bytes: "hellowo"/);
  await page.keyboard.press("Space");
  await page.keyboard.press("Space");
  const shown = await reads(found);
  assert.deepEqual(shown.map((read) => read.hex), [hex("hellowo"), hex("rld"), undefined]);
  assert.match(shown[2].name, /the end/);
  await close();
});

test("words of one's own, in GBK, in one write", async () => {
  const { found, press, close } = await figure();
  await found.getByLabel("Example").selectOption("cut-character-gbk");
  await found.getByLabel("Messages").fill("中\n文");
  await found.getByLabel("They are written").selectOption("all in one write");
  await press("Run");
  assert.deepEqual((await reads(found)).map((read) => read.hex), ["d6 d0 ce", "c4", undefined]);
  await found.getByLabel("Messages").fill("$ rm x");
  await press("Start over");
  assert.match(await found.locator(".voice").textContent(), /Nothing to write/);
  await press("Run");
  assert.deepEqual(await reads(found), []);
  await close();
});

test("a wrong GBK character, a reset, and single bytes", async () => {
  const { found, press, close } = await figure();
  await found.getByLabel("Example").selectOption("cut-character-gbk");
  await press("Run");
  assert.match((await reads(found))[1].text, /^(?!.*好)\p{Script=Han}/u);
  await found.getByLabel("Example").selectOption("unread-close");
  await press("Run");
  const [first, second] = await reads(found);
  assert.equal(first.hex, hex("This half comes,"));
  assert.match(second.name, /connection reset by peer/);
  await press("Read once more");
  assert.match(await found.locator(".voice").textContent(), /connection is over/);
  assert.deepEqual(second.remarks, ["unread-data-reset"]);
  await found.getByLabel("Example").selectOption("byte-by-byte");
  await press("Run");
  assert.equal((await reads(found)).map((read) => read.hex ?? "").join(" ").trim(), hex("helloworld"));
  await close();
});

test("it runs by itself, a step at a time, and can be paused", async () => {
  const { found, press, close } = await figure({ motion: "no-preference" });
  await press("Run");
  await found.locator(".reads > li").first().waitFor();
  await press("Pause");
  assert.equal(await found.getByRole("button", { name: "Run" }).count(), 1);
  await close();
});

test("a link leads to the failure's page", async () => {
  const { page, found, press, faults, close } = await figure();
  await press("Run");
  await found.locator(".remark a").first().click();
  assert.match(page.url(), /failures\/leftover-bytes\.html$/);
  assert.deepEqual(faults, []);
  await close();
});
