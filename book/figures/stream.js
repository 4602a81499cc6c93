// The figure of the stream: controls, the two buffers, and what each read returned.

import { Figure, button, choice, define, element, field, hex, still } from "./figure.js";
import { PRESETS, Performance, USUAL, decode, preset } from "./stream-model.js";
import { MOST } from "./stream-text.js";
import { count } from "./words.js";

/** How long each step stays when the figure runs by itself, in milliseconds. */
const PACE = 700;

/** Bytes up to here are shown in hex at once; of more, on demand. */
const FEW = 48;

const ASSUMED =
  "Here the network loses nothing and carries as soon as there is room, and a buffer has one size. " +
  "Real systems choose their own portions, sizes and times.";

const WHEN = [
  ["each", "once after each write"],
  ["all", "when all has been written"],
  ["drip", "after each byte that comes"],
];

/** `<socket-stream preset="long-answer">` */
class StreamFigure extends Figure {
  build() {
    const name = this.getAttribute("preset");
    this.controls = this.makeControls();
    this.about = element("p", { className: "about" });
    this.runButton = button("Run", () => this.run());
    const buttons = [
      button("Step", () => this.step()),
      this.runButton,
      button("Read once more", () => this.readOnce()),
      button("Start over", () => this.start()),
    ];
    this.program = element("p", { className: "writes" });
    this.buffers = ["send", "receive"].map((which) => makeBuffer(which));
    this.reads = element("ol", { className: "reads" });

    this.choosePreset(name in PRESETS ? name : "long-answer");
    return [
      this.makeForm(),
      element("div", { className: "buttons" }, ...buttons),
      this.voice,
      part("client", "The sender's program", this.program),
      part("client", "Its send buffer", this.buffers[0].element),
      element("p", { className: "wire" }, "↓ the network"),
      part("server", "The receiver's receive buffer", this.buffers[1].element),
      part("server", "The receiver's program: its reads", this.reads),
    ];
  }

  makeControls() {
    const options = Object.entries(PRESETS).map(([name, { title }]) => [name, title]);
    return {
      preset: choice(options),
      messages: element("textarea", { rows: 4, spellcheck: false, maxLength: MOST }),
      together: choice([
        ["", "each in a write of its own"],
        ["yes", "all in one write"],
      ]),
      size: element("input", { type: "number", min: 1, max: USUAL }),
      when: choice(WHEN),
      encoding: choice([
        ["utf-8", "UTF-8"],
        ["gbk", "GBK"],
      ]),
      capacity: choice([
        [USUAL, "of 65536 bytes"],
        [16, "of 16 bytes, to see them full"],
      ]),
      unread: choice([
        ["", "with nothing unread"],
        ["yes", "with 12 bytes unread"],
      ]),
    };
  }

  makeForm() {
    const { controls } = this;
    controls.preset.onchange = () => this.choosePreset(controls.preset.value);
    const others = Object.values(controls).filter((control) => control !== controls.preset);
    for (const control of others) control.onchange = () => this.start();
    const wide = field("Messages, one a line", controls.messages);
    wide.classList.add("wide");
    return element(
      "div",
      { className: "controls" },
      field("Example", controls.preset),
      this.about,
      wide,
      field("They are written", controls.together),
      field("Each read asks for at most (bytes)", controls.size),
      field("The receiver reads", controls.when),
      element(
        "details",
        { className: "wide" },
        element("summary", {}, "More to change"),
        element(
          "div",
          { className: "controls" },
          field("Text is", controls.encoding),
          field("Buffers", controls.capacity),
          field("The sender closes", controls.unread),
        ),
        element("p", { className: "assumed" }, ASSUMED),
      ),
    );
  }

  choosePreset(name) {
    const { controls } = this;
    const options = preset(name);
    controls.preset.value = name;
    for (const key of ["messages", "size", "when", "encoding", "capacity"]) {
      controls[key].value = options[key];
    }
    for (const key of ["together", "unread"]) controls[key].value = options[key] ? "yes" : "";
    this.about.textContent = options.about;
    this.start();
  }

  /** Back to where nothing has been written yet, with what the controls say now. */
  start() {
    this.halt();
    const { controls } = this;
    const size = Math.min(Math.max(Math.trunc(Number(controls.size.value)) || 1, 1), USUAL);
    controls.size.value = size;
    this.reads.replaceChildren();
    try {
      this.performance = new Performance({
        messages: controls.messages.value,
        together: controls.together.value === "yes",
        size,
        when: controls.when.value,
        encoding: controls.encoding.value,
        capacity: Number(controls.capacity.value),
        unread: controls.unread.value === "yes",
      });
      this.say("Ready. Step or run.");
    } catch (error) {
      this.performance = new Performance(preset());
      this.say(`Nothing to write: ${error.message}`);
    }
    this.draw();
  }

  step() {
    this.halt();
    this.show(this.performance.next());
  }

  /** A read beside those that the receiver makes by itself. */
  readOnce() {
    this.halt();
    if (this.performance.over) this.say("The connection is over: no more reads.");
    else this.show(this.performance.read());
  }

  /** Step by step with time to look, or at once for those who want no motion. */
  run() {
    if (this.timer) return this.halt();
    if (still()) {
      let last;
      for (let event; (event = this.performance.next()); last = event) this.add(event);
      this.draw();
      this.say(`All done. ${last?.words ?? ""}`);
      return;
    }
    this.runButton.textContent = "Pause";
    this.timer = setInterval(() => this.show(this.performance.next()), PACE);
    this.show(this.performance.next());
  }

  halt() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.runButton.textContent = "Run";
  }

  disconnectedCallback() {
    this.halt();
  }

  show(event) {
    if (event) this.add(event);
    else this.halt();
    this.draw();
    this.say(event?.words ?? "That was all. Read once more, or start over.");
  }

  add({ read }) {
    if (!read) return;
    const link = (id) => this.failure(id);
    this.reads.append(readItem(read, this.controls.encoding.value, link));
  }

  draw() {
    const { performance, buffers } = this;
    const { stream, writes, begun } = performance;
    const done = count(begun, "write");
    const closed = stream.reset ? "; closed: reset" : stream.closed ? "; closed" : "";
    this.program.textContent = `${done} of ${writes.length}${closed}`;
    const unread = stream.unread > 0 ? `. From its peer, ${stream.unread} bytes lie unread` : "";
    this.program.append(unread);
    const encoding = this.controls.encoding.value;
    buffers[0].draw(stream.sendBuffer, stream.capacity, encoding);
    buffers[1].draw(stream.receiveBuffer, stream.capacity, encoding);
  }
}

function part(side, title, content) {
  return element("div", { className: `part ${side}` }, element("p", { className: "name" }, title), content);
}

/** A buffer as a bar, with the number of its bytes and how they begin and end. */
function makeBuffer(which) {
  const meter = element("meter", { min: 0, "aria-label": `${which} buffer` });
  const amount = element("span");
  const text = element("code");
  const draw = (bytes, capacity, encoding) => {
    meter.max = capacity;
    meter.value = bytes.length;
    meter.className = bytes.length === capacity ? "full" : "";
    const full = bytes.length === capacity ? ": full" : "";
    amount.textContent = `${bytes.length} of ${capacity} bytes${full} `;
    const ends = bytes.length > 40 ? [bytes.subarray(0, 20), bytes.subarray(-12)] : [bytes];
    const shown = ends.map((end) => JSON.stringify(decode(end, encoding)).slice(1, -1));
    text.textContent = bytes.length > 0 ? shown.join(" … ") : "(empty)";
  };
  return { element: element("div", { className: "buffer" }, meter, amount, text), draw };
}

/** What a read returned, exactly: as text, and in hex. */
function readItem({ number, asked, bytes, end, remarks }, encoding, link) {
  const returned = {
    undefined: `asked for ${asked}, returned ${count(bytes.length)}`,
    "peer-closed": `asked for ${asked}, returned 0 bytes: the end`,
    "peer-reset": `asked for ${asked}, failed: connection reset by peer`,
  }[end];
  const item = element("li", {}, element("p", { className: "name" }, `read ${number} ${returned}`));
  if (bytes.length > 0) {
    item.append(scrolling("text", number, decode(bytes, encoding)));
    const digits = scrolling("hex", number, hex(bytes));
    const folded = () => element("details", {}, element("summary", {}, "in hex"), digits);
    item.append(bytes.length > FEW ? folded() : digits);
  }
  for (const [id, words] of remarks) {
    item.append(element("p", { className: "remark" }, `! ${words}: `, link(id)));
  }
  return item;
}

function scrolling(kind, number, text) {
  const label = `read ${number}, ${kind}`;
  return element("pre", { className: kind, tabIndex: 0, role: "region", "aria-label": label }, text);
}

define("stream", StreamFigure);
