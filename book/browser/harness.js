// What the browser tests share: the built book, a server for it, and a browser.

import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize, relative, resolve } from "node:path";
import { chromium } from "playwright-core";

// The book as `just book` builds it. BOOK names another folder.
export const BOOK = resolve(import.meta.dirname, process.env.BOOK ?? "../../target/book");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// The addresses of all pages, in a fixed order: "/index.html", "/ideas/layers.html".
export function pages() {
  const found = [];
  const visit = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) visit(path);
      else if (name.endsWith(".html")) found.push("/" + relative(BOOK, path).replaceAll("\\", "/"));
    }
  };
  visit(BOOK);
  // Two are parts of other pages: the list of chapters, and what is shown for a lost link. The page
  // for printing holds all others, and its address opens the dialog for printing.
  const apart = ["/toc.html", "/404.html", "/print.html"];
  return found.filter((page) => !apart.includes(page));
}

// Serves the book on a free port of the loopback address.
export async function serve() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://book").pathname));
    try {
      const body = readFileSync(join(BOOK, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

// Starts Chromium, with a profile of its own that goes when it is closed.
export async function browser() {
  return chromium.launch({ executablePath: executable(), args: FLAGS, headless: true });
}

function executable() {
  const look = process.platform === "win32" ? "where" : "which";
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync(look, [name], { encoding: "utf8", stdio: "pipe" }).split("\n")[0].trim();
    } catch {
      // Try the next name.
    }
  }
  throw new Error("there is no chromium; get it with: sudo apt-get install chromium");
}

// Opens the book's server and the browser, and closes both after all tests of a file.
export async function start(after) {
  const [server, chrome] = await Promise.all([serve(), browser()]);
  after(async () => {
    await chrome.close();
    server.close();
  });
  return { origin: server.origin, chrome };
}

// A page of the browser, this wide, with this theme. What goes wrong in it is gathered in
// `faults`: errors on the console, failed requests, and requests to anywhere but the book.
export async function visitor({ origin, chrome }, { width = 1200, theme = "light" } = {}) {
  const context = await chrome.newContext({ viewport: { width, height: 900 } });
  await context.addInitScript((theme) => localStorage.setItem("mdbook-theme", theme), theme);
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) faults.push(`a request to ${url}`);
  });
  page.on("requestfailed", (request) => faults.push(`no answer for ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
  });
  return { page, faults, close: () => context.close() };
}
