// The figure of the frame: its parts as labelled hex, a cut, and what the reader makes of it.

import { Figure, choice, define, element, field, hex } from "./figure.js";
import { PRESETS, frameParts, preset, takenAs, understand } from "./frame-model.js";
import { count } from "./words.js";

/** How many letters may be typed: all bytes are drawn. */
const MOST = 1000;

const ORDERS = [
  ["little", "lowest byte first (<i)"],
  ["big", "highest byte first (>i)"],
];

const KINDS = [
  ["text", "lesson 5: an answer"],
  ["number", "lesson 5: a number in four bytes"],
  ["reply", "lesson 6: an answer with a header"],
  ["put", "lesson 7: a file for the server"],
];

/** `<socket-frame preset="answer">` */
class FrameFigure extends Figure {
  build() {
    const digits = { type: "text", inputMode: "numeric", autocomplete: "off" };
    const kind = choice(KINDS);
    this.controls = {
      kind,
      text: element("textarea", { rows: 2, spellcheck: false, maxLength: MOST }),
      name: element("input", { type: "text", spellcheck: false, autocomplete: "off" }),
      order: choice(ORDERS),
      reader: choice(ORDERS),
      says: element("input", { ...digits, placeholder: "the truth" }),
      size: element("input", { ...digits, placeholder: "the truth" }),
    };
    this.presets = choice(Object.entries(PRESETS).map(([name, { title }]) => [name, title]));
    this.presets.onchange = () => this.choosePreset(this.presets.value);
    this.cut = element("input", { type: "range", min: 0, oninput: () => this.draw() });
    this.parts = element("div", { className: "parts" });
    this.knows = element("ul", { className: "knows" });
    this.ending = element("p", { className: "ending" });
    const form = this.makeForm();
    const name = this.getAttribute("preset");
    this.choosePreset(name in PRESETS ? name : "answer");
    const reader = part("server", "The reader", this.knows, this.voice, this.ending);
    return [form, this.parts, this.cutField, reader];
  }

  makeForm() {
    const { controls } = this;
    for (const control of Object.values(controls)) control.oninput = () => this.start();
    const labels = {
      kind: "Frame",
      text: "",
      name: "File name",
      says: "The four bytes say",
      size: "The header's size says",
      order: "The length is written",
      reader: "and read",
    };
    this.fields = Object.fromEntries(
      Object.entries(labels).map(([key, label]) => [key, field(label, controls[key])]),
    );
    this.fields.text.classList.add("wide");
    this.cutField = field("", this.cut);
    return element("div", { className: "controls" }, field("Example", this.presets), ...Object.values(this.fields));
  }

  choosePreset(name) {
    this.presets.value = name;
    const options = preset(name);
    for (const [key, control] of Object.entries(this.controls)) control.value = options[key];
    this.start();
  }

  /** Makes the frame anew. Nothing of it is cut off. */
  start() {
    const values = Object.entries(this.controls).map(([key, { value }]) => [key, value]);
    this.options = Object.fromEntries(values);
    for (const key of ["says", "size"]) this.options[key] = this.options[key].trim();
    const { kind } = this.options;
    const label = { text: "The answer", number: "The number", reply: "The answer", put: "The file's text" };
    this.fields.text.firstChild.textContent = label[kind];
    this.fields.name.hidden = kind !== "put";
    this.fields.size.hidden = kind === "text" || kind === "number";
    this.fields.says.hidden = kind === "number";
    try {
      this.frame = frameParts(this.options);
      this.refused = undefined;
    } catch (error) {
      this.frame = [];
      this.refused = error.message;
    }
    const length = this.frame.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.cut.max = length;
    this.cut.value = length;
    this.draw();
  }

  draw() {
    const { kind, reader } = this.options;
    const cut = Number(this.cut.value);
    const bytes = Uint8Array.from(this.frame.flatMap((one) => [...one.bytes])).subarray(0, cut);
    this.cutField.firstChild.textContent = `So many bytes have come: ${cut} of ${this.cut.max}`;
    this.drawParts(cut);
    this.voice.className = "voice";
    this.ending.replaceChildren();
    this.knows.replaceChildren();
    if (this.refused) this.say(`Cannot pack: ${this.refused}`);
    else if (kind === "number") this.drawNumber(bytes);
    else this.drawReader(understand(kind, bytes, reader));
  }

  drawParts(cut) {
    let place = 0;
    const rows = this.frame.map(({ name, bytes }) => {
      const come = Math.min(Math.max(cut - place, 0), bytes.length);
      place += bytes.length;
      return partRow(name, bytes, come);
    });
    this.parts.replaceChildren(...rows);
  }

  drawNumber(bytes) {
    if (bytes.length < 4) return this.say(`Waits for ${4 - bytes.length} more of 4 bytes.`);
    for (const [order, words] of ORDERS) {
      this.knows.append(element("li", {}, `${words}: ${takenAs(bytes, order)}`));
    }
    this.say(`Read as chosen: ${takenAs(bytes, this.options.reader)}`);
  }

  drawReader({ knows, state, id, words, end }) {
    this.knows.append(...knows.map((line) => element("li", {}, `knows: ${line}`)));
    const sign = { waits: "… waits for", refuses: "✗ refuses:", done: "✓ done:" }[state];
    this.voice.className = `voice ${state}`;
    this.say(`${sign} ${words}`);
    if (id) this.voice.append(" ", this.failure(id));
    if (end) {
      this.ending.append(`If the connection ended here: ${end.words} `, this.failure(end.id));
    }
  }
}

function part(side, title, ...content) {
  const name = element("p", { className: "name" }, title);
  return element("div", { className: `part ${side}` }, name, ...content);
}

/** One part: its name, its bytes in hex, and what they say as text. What is missing is marked. */
function partRow(name, bytes, come) {
  const [here, missing] = [bytes.subarray(0, come), bytes.subarray(come)];
  const title = element("p", { className: "name" }, `${name}: ${count(bytes.length)}`);
  if (missing.length > 0) title.append(`, ${missing.length} not here yet`);
  const digits = element("code", {}, hex(here));
  const faint = element("code", { className: "missing" }, hex(missing));
  const row = element("div", { className: `part ${name}` }, title, element("p", {}, digits, " ", faint));
  if (["header", "body"].includes(name) && come > 0) {
    const text = new TextDecoder().decode(here);
    // The header is written without newlines; a body may have some.
    const shown = name === "header" ? text : JSON.stringify(text).slice(1, -1);
    row.append(element("p", { className: "text" }, shown));
  }
  return row;
}

define("frame", FrameFigure);
