// The figure of the frame in a real browser, by mouse and by keyboard, with the bytes asserted.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { start, visitor } from "../harness.js";

const world = await start(after);

async function figure(address, options = {}) {
  const guest = await visitor(world, options);
  await guest.page.goto(world.origin + address);
  const found = guest.page.locator("socket-frame").first();
  const voice = () => found.locator(".voice").textContent();
  const choose = (name) => found.getByLabel("Example").selectOption(name);
  return { ...guest, found, voice, choose };
}

// The bytes of each part: what has come, and what is missing.
function parts(found) {
  return found.locator(".parts > .part").evaluateAll((rows) =>
    rows.map((row) => [...row.querySelectorAll("p code")].map((code) => code.textContent)),
  );
}

const LESSON_5 = "/lessons/05-struct-header/index.html";

test("an answer is cut by keyboard, and the reader says what it knows", async () => {
  const { page, found, voice, faults, close } = await figure(LESSON_5);
  assert.deepEqual(await parts(found), [["05 00 00 00", ""], ["68 65 6c 6c 6f", ""]]);
  assert.equal(await voice(), "✓ done: the answer is whole");
  await found.getByLabel(/bytes have come/).focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual(await parts(found), [["05 00 00 00", ""], ["68 65 6c", "6c 6f"]]);
  assert.equal(await voice(), "… waits for 2 more of the 5 bytes of the answer");
  const ending = found.locator(".ending");
  const said = "If the connection ended here: unexpected end: 3 of 5 bytes arrived closed-mid-message";
  assert.equal(await ending.textContent(), said);
  await page.keyboard.press("Home");
  assert.deepEqual(await parts(found), [["", "05 00 00 00"], ["", "68 65 6c 6c 6f"]]);
  assert.match(await ending.textContent(), /peer-closed$/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await voice(), "… waits for 3 more of the 4 bytes of the length");
  assert.deepEqual(faults, []);
  await close();
});

test("hostile lengths are refused, each with its id", async () => {
  const { page, found, voice, choose, close } = await figure(LESSON_5);
  const says = found.getByLabel("The four bytes say");
  await says.fill("2147483647");
  assert.deepEqual((await parts(found))[0], ["ff ff ff 7f", ""]);
  assert.match(await voice(), /^✗ refuses: .* at most 1073741824 are accepted oversized-length$/);
  await says.fill("-1");
  assert.deepEqual((await parts(found))[0], ["ff ff ff ff", ""]);
  assert.equal(await voice(), "✗ refuses: the peer announces -1 bytes negative-length");
  await says.fill("2147483648");
  assert.match(await voice(), /Cannot pack: 'i' holds numbers from -2147483648 to 2147483647/);
  assert.equal(await found.locator(".voice").getAttribute("class"), "voice");
  await choose("wrong-byte-order");
  assert.equal(await voice(), "… waits for 83886075 more of the 83886080 bytes of the answer");
  await found.getByLabel("The length is written").selectOption("big");
  assert.deepEqual((await parts(found))[0], ["00 00 00 05", ""]);
  assert.equal(await voice(), "✓ done: the answer is whole");
  await says.fill("-1");
  await found.locator(".voice a").click();
  assert.match(page.url(), /failures\/negative-length\.html$/);
  await close();
});

test("a number in both orders", async () => {
  const { found, choose, close } = await figure(LESSON_5);
  await choose("number");
  assert.deepEqual(await parts(found), [["32 cc 02 00", ""]]);
  assert.match(await found.locator(".knows").textContent(), /: 183346.*: 852230656/);
  await found.getByLabel("The number").fill("-2");
  assert.deepEqual(await parts(found), [["fe ff ff ff", ""]]);
  await close();
});

test("a header, with the digest of what was typed", async () => {
  const { found, voice, close } = await figure("/lessons/06-dict-header/index.html");
  const json = '{"md5":"764efa883dda1e11db47671c4a3bbd9e","file_name":"output.txt","total_size":3}';
  assert.equal(await found.locator(".part.header .text").textContent(), json);
  const [length, header, body] = await parts(found);
  assert.deepEqual([length[0], body[0]], ["52 00 00 00", "68 69 0a"]);
  assert.equal(Buffer.from(header[0].replaceAll(" ", ""), "hex").toString(), json);
  await found.getByLabel("The header's size says").fill("2");
  assert.match(await voice(), /digest-mismatch$/);
  await found.getByLabel("The four bytes say").fill("10");
  assert.match(await voice(), /malformed-header$/);
  await close();
});

test("a file's name may lead nowhere else", async () => {
  const { found, voice, close } = await figure("/lessons/07-file-transfer/index.html");
  assert.match(await voice(), /✓ done: the file is whole/);
  await found.getByLabel("File name").fill("../secret.txt");
  const said = "✗ refuses: the file name leads to another folder path-traversal";
  assert.equal(await voice(), said);
  await close();
});
