// Datagrams on a lossy line, and a client that asks again, in a real browser.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { start, visitor } from "../harness.js";

const world = await start(after);

async function figure(address) {
  const guest = await visitor(world);
  await guest.page.goto(world.origin + address);
  const found = guest.page.locator("socket-datagrams");
  const press = (name) => found.getByRole("button", { name }).first().click();
  return { ...guest, found, press, voice: found.locator(".voice") };
}

const log = (found) => found.locator(".log > li").allTextContents();

test("a datagram is cut by the buffer, an empty one is a message, by mouse", async () => {
  const { found, press, voice, faults, close } = await figure("/lessons/08-udp/index.html");
  await press("Send");
  await press("Send an empty one");
  await press("Send “hello”");
  await press(/^Doubles: number 3/);
  await press(/^Is lost: number 4/);
  await press(/^Swaps with the next: number 1/);
  await press(/^Arrives: number 1/);
  await press(/^Arrives: number 1/);
  await press(/^Is cut: number 1/);
  await press(/^Arrives: number 1/);
  assert.match(await found.locator(".flying").textContent(), /^nothing$/);
  for (let read = 0; read < 3; read += 1) await press("recvfrom(10)");
  assert.deepEqual(await log(found), [
    'recvfrom(10) received 0 bytes: ""A message without a byte is a message.',
    'recvfrom(10) received 10 bytes: "0123456789"' +
      "6 bytes more had no room: gone. Linux says nothing, Windows reports an error.",
    'recvfrom(10) received 2 bytes: "he"',
  ]);
  await press("recvfrom(10)");
  assert.equal(await voice.textContent(), "recvfrom(10) waits: nothing has arrived.");
  assert.deepEqual(faults, []);
  await close();
});

test("by keyboard alone: type, send, let it arrive, read with another buffer", async () => {
  const { page, found, voice, close } = await figure("/lessons/08-udp/index.html");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  await found.getByLabel("Text").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("在吗");
  await page.keyboard.press("Enter");
  assert.equal(await voice.textContent(), "sendto returned 6: 6 bytes left as one datagram.");
  for (let presses = 0; (await focused()) !== "Arrives" && presses < 9; presses += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  // The list is empty now, and the next thing to do is to read.
  assert.equal(await focused(), "recvfrom(10)");
  await found.getByLabel("Buffer").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("4");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "recvfrom(4)");
  await page.keyboard.press("Space");
  const words = 'recvfrom(4) received 4 bytes: "在�". 2 bytes more had no room: gone.';
  assert.ok((await voice.textContent()).startsWith(words), await voice.textContent());
  await close();
});

test("a client that asks again makes the server delete more than one file", async () => {
  const { page, found, press, voice, faults, close } = await figure("/failures/lost-datagram.html");
  const ask = found.getByRole("button", { name: /^Ask|^Done/ });
  await ask.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  await found.getByLabel("This time").selectOption("fine");
  await press(/^Ask again/);
  assert.deepEqual(await log(found), [
    "client 0 s: try 1, sends “delete the oldest file”",
    'server received 22 bytes: "delete the oldest file"; answers “a.txt deleted”',
    "line the answer is lost",
    "client 1 s: no answer in a second",
    "client 1 s: try 2, sends “delete the oldest file”",
    'server received 22 bytes: "delete the oldest file"; answers “b.txt deleted”',
    "line the answer is lost",
    "client 2 s: no answer in a second",
    "client 2 s: try 3, sends “delete the oldest file”",
    'server received 22 bytes: "delete the oldest file"; answers “c.txt deleted”',
    "client has its answer: “c.txt deleted”",
  ]);
  const sum = "3 files deleted, and the client had asked for one. Files left: d.txt, e.txt, f.txt.";
  assert.ok((await voice.textContent()).endsWith(sum), await voice.textContent());
  assert.equal(await ask.textContent(), "Done");
  await ask.press("Enter");
  assert.equal((await log(found)).length, 11);
  await press("Start again");
  assert.deepEqual(await log(found), []);
  assert.deepEqual(faults, []);
  await close();
});
