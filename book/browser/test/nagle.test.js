// The time line of Nagle's algorithm in a real browser, by mouse and by keyboard.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { start, visitor } from "../harness.js";

const world = await start(after);
const PAGE = "/lessons/05-struct-header/failures.html";

async function figure() {
  const guest = await visitor(world);
  await guest.page.goto(world.origin + PAGE);
  const found = guest.page.locator("socket-nagle");
  return { ...guest, found, press: (name) => found.getByRole("button", { name }).click() };
}

// What crosses the line, as it is shown: "→ segment: echo hi, 7 bytes".
function segments(found) {
  return found.locator(".segment, .ack").evaluateAll((rows) =>
    rows.map((row) => {
      const text = row.querySelector(".what").lastChild.textContent;
      return `${row.classList.contains("client") ? "→" : "←"} ${text}`;
    }),
  );
}

test("two writes stall a later reply, by mouse; with TCP_NODELAY they do not", async () => {
  const { found, press, faults, close } = await figure();
  assert.deepEqual(await segments(found), [
    "→ segment: echo hi, 7 bytes",
    "← segment: length 3, 4 bytes, with the ACK of “echo hi”",
    "→ ACK of “length 3”: the time is up",
    "← segment: hi, 3 bytes",
    "→ ACK of “hi”, at once: it is the second segment",
  ]);
  const result = found.locator(".result");
  assert.match(await result.textContent(), /^The reply takes 41 ms or more: one delayed ACK/);

  await found.getByLabel("Nagle").selectOption("off");
  assert.match(await result.textContent(), /^The reply takes about 1 ms/);
  assert.equal(await found.locator(".wait").count(), 0);

  await found.getByLabel("Nagle").selectOption("on");
  await found.getByLabel("The reply is").selectOption("1");
  assert.match(await result.textContent(), /^The reply takes about 1 ms/);
  assert.ok((await segments(found)).includes("→ ACK of “length 3”, at once: the connection is new"));

  await found.getByLabel("The reply is").selectOption("2");
  await found.getByLabel("The request leaves").selectOption("2");
  assert.match(await result.textContent(), /^The reply takes 81 ms or more: 2 delayed ACKs/);
  await found.getByLabel("The request leaves").selectOption("1");
  await found.getByLabel("The reply leaves").selectOption("1");
  assert.deepEqual(await segments(found), [
    "→ segment: echo hi, 7 bytes",
    "← segment: length 3 + hi, 7 bytes, with the ACK of “echo hi”",
  ]);
  await press("Start again");
  assert.equal(await found.locator(".time li").count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test("step by step, by keyboard: each step is told", async () => {
  const { page, found, close } = await figure();
  await found.getByRole("button", { name: "Start again" }).focus();
  await page.keyboard.press("Enter");
  const voice = found.locator(".voice");
  assert.equal(await voice.textContent(), "Nothing has happened yet.");
  await found.getByRole("button", { name: "Step" }).focus();
  const told = [];
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press("Space");
    told.push(await voice.textContent());
  }
  assert.equal(told[2], "0 ms, client: segment: echo hi, 7 bytes.");
  assert.match(told[6], /^1 ms, client: the client’s system delays its ACK/);
  assert.equal(told[7], "1 ms, server: write: hi (3 bytes).");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(await voice.textContent(), /^Back: 1 ms, client/);
  assert.equal(await found.locator(".time li").count(), 7);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(await voice.textContent(), /^The reply takes 41 ms or more/);
  await close();
});
