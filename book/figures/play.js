// Every recorded play of a lesson can be stepped through: its terminals side by side, what is told
// between them, and the bytes on the wire. Without this script the transcript is simply there.

import { button, element } from "./figure.js";
import { Walk, align, shares, spoken } from "./play-model.js";

const KINDS = ["start", "type", "print", "skip", "event"];

/** What the keys do, while the play has the focus. */
const KEYS = { ArrowRight: "step", " ": "step", ArrowLeft: "back", Home: "restart", End: "all" };

/** A play's figure in the page, and what it becomes while a reader steps through it. */
class Stage {
  constructor(figure) {
    this.figure = figure;
    this.open = button("Step through", () => this.begin());
    this.open.classList.add("open-stage");
    this.figure.querySelector("figcaption").append(" ", this.open);
  }

  /** Takes the place of the transcript. */
  begin() {
    this.stage ??= this.build();
    this.figure.classList.add("stepping");
    this.open.hidden = true;
    this.do("restart");
    this.buttons[0].focus();
  }

  /** The transcript is there again. */
  end() {
    this.figure.classList.remove("stepping");
    this.open.hidden = false;
    this.open.focus();
  }

  build() {
    const { figure } = this;
    this.walk = new Walk(entries(figure));
    this.pieces = pieces(figure);
    this.lines = align(this.walk.entries, this.pieces);
    this.terminals = terminals(this.walk.entries);
    // The recording says nothing about the order between two connections.
    const several = new Set(this.pieces.map(({ connection }) => connection)).size > 1;
    this.title = `On the wire${several ? ", connection by connection" : ""}`;
    this.wire = element("div", { className: "on-the-wire" });
    this.told = element("p", { className: "told" });
    this.voice = element("p", { className: "unseen", "aria-live": "polite" });
    this.buttons = [
      button("Step", () => this.do("step")),
      button("Back", () => this.do("back")),
      button("All", () => this.do("all")),
      button("Start again", () => this.do("restart")),
      button("Show as text", () => this.end()),
    ];
    const { lesson, scene } = figure.dataset;
    const label = `Lesson ${lesson}, scene ${scene}, step by step`;
    const stage = element(
      "div",
      { className: "stage", role: "group", tabIndex: 0, "aria-label": label },
      element(
        "div",
        { className: "head" },
        element("div", { className: "buttons" }, ...this.buttons),
        this.told,
      ),
      element("div", { className: "terminals" }, ...this.terminals.values()),
      ...(this.pieces.length > 0 ? [this.wire] : []),
      element("p", { className: "keys" }, this.pieces.length > 0 ? BYTES_TOLD : "", KEYS_TOLD),
      this.voice,
    );
    stage.onkeydown = (event) => this.key(event);
    figure.querySelector("figcaption").after(stage);
    return stage;
  }

  key(event) {
    const deed = KEYS[event.key];
    // A space on a button presses the button.
    const own = event.key === " " && event.target !== this.stage;
    if (!deed || own || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    // The arrows would turn the book's page.
    event.stopPropagation();
    this.do(deed);
  }

  do(deed) {
    const before = this.walk.shown;
    this.walk[deed]();
    this.draw();
    this.stage?.querySelector(".line.now")?.scrollIntoView({ block: "nearest" });
    const first = deed === "restart" || this.walk.shown < before ? this.walk.shown - 1 : before;
    this.voice.textContent = this.words(Math.max(first, this.walk.shown - 4, 0));
  }

  draw() {
    const { walk } = this;
    for (const lines of this.terminals.values()) lines.lastChild.replaceChildren();
    this.told.replaceChildren(this.walk.shown === 0 ? "Nothing has happened yet." : "");
    walk.entries.slice(0, walk.shown).forEach((entry, index) => {
      const now = index === walk.shown - 1;
      if (entry.kind === "say" || entry.kind === "ask") {
        this.told.replaceChildren(entry.text);
        this.told.className = `told ${entry.kind}${now ? " now" : ""}`;
      } else {
        const line = entry.element.cloneNode(true);
        line.classList.toggle("now", now);
        this.terminals.get(entry.side).lastChild.append(line);
      }
    });
    this.drawWire();
    const [step, back, all] = this.buttons;
    step.textContent = walk.asks ? "And now?" : "Step";
    step.ariaDisabled = all.ariaDisabled = String(walk.atEnd);
    back.ariaDisabled = String(walk.shown === 0);
  }

  /** All that has come so far; the bytes of the line that came last are shown, of others told. */
  drawWire() {
    const shown = this.pieces.filter((_, place) => this.lines[place] < this.walk.shown);
    const latest = Math.max(-1, ...this.lines.filter((line) => line < this.walk.shown));
    this.wire.replaceChildren(
      element("p", { className: "side" }, this.title),
      ...shown.map((piece) => {
        const copy = piece.element.cloneNode(true);
        const now = this.lines[this.pieces.indexOf(piece)] === latest;
        copy.classList.toggle("now", now);
        if (!now) copy.querySelector(".rows")?.remove();
        return copy;
      }),
    );
    if (shown.length === 0) this.wire.append(element("p", {}, "nothing yet"));
  }

  /** What has just come, for those who do not see it. */
  words(first) {
    const { walk } = this;
    if (walk.shown === 0) return "Nothing has happened yet.";
    const said = walk.entries.slice(first, walk.shown).map(spoken);
    const wire = this.pieces
      .filter((_, place) => this.lines[place] === walk.shown - 1)
      .map((piece) => `On the wire: ${piece.head}.`);
    const end = walk.atEnd ? ["The end."] : [];
    return [...said, ...wire, ...end].join(" ");
  }
}

/** The lines of the transcript in the page. */
function entries(figure) {
  const lines = figure.querySelectorAll(".say, .ask, .line");
  return [...lines].map((line) => {
    const has = (name) => line.classList.contains(name);
    if (!has("line")) return { kind: has("ask") ? "ask" : "say", text: line.textContent };
    const text = (name) => line.querySelector(`.${name}`).textContent;
    return { kind: KINDS.find(has), side: text("side"), text: text("text"), element: line };
  });
}

/** The pieces of the wire's recording in the page, in their shares. */
function pieces(figure) {
  return [...figure.querySelectorAll(".piece")].flatMap((piece) => {
    const { connection, size } = piece.dataset;
    const request = piece.classList.contains("client");
    const rows = [...piece.querySelectorAll(".row")].map(row);
    const all = shares({ connection, request, size: Number(size), rows });
    return all.map((share) => ({ ...share, ...drawn(share, piece) }));
  });
}

/** A row of bytes; one that tells how many are left out has none. */
function row(element) {
  const text = (name) => element.querySelector(name)?.textContent ?? "";
  const bytes = text(".hex").split(" ").filter((byte) => byte !== "");
  return { element, bytes: bytes.map((byte) => parseInt(byte, 16)), label: text("em") };
}

/** A share as it is drawn, and its head in words. */
function drawn({ size, rows }, piece) {
  const copy = piece.cloneNode(true);
  const [head, bytes] = copy.children;
  if (size !== Number(piece.dataset.size)) {
    head.lastChild.textContent = ` · ${size} of ${piece.dataset.size} bytes`;
  }
  bytes.replaceChildren(...rows.map(({ element }) => element.cloneNode(true)));
  return { element: copy, head: head.textContent };
}

/** A terminal for each side, in the order in which they come up. */
function terminals(entries) {
  const all = new Map();
  for (const { side, element: line } of entries) {
    if (!line || all.has(side)) continue;
    const colour = [...line.classList].at(-1);
    const name = element("p", { className: "side" }, side);
    const terminal = element("div", { className: `terminal line ${colour}` }, name, element("div", {}));
    all.set(side, terminal);
  }
  return all;
}

const BYTES_TOLD =
  "Bytes come with the line that names or causes them; all others with a line by which they had come. ";

const KEYS_TOLD =
  "Keys: → or space one step, ← back, End to the next question or the end, Home to the start.";

for (const figure of document.querySelectorAll("figure.play[data-lesson]:not(.with-stage)")) {
  figure.classList.add("with-stage");
  new Stage(figure);
}
