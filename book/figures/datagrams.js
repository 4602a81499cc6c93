// <socket-datagrams>: UDP over a line that loses, doubles, cuts and swaps, and a client that asks
// again. Attribute: part="line|retry".

import { Figure, button, choice, define, element, field } from "./figure.js";
import { FATES, Line, REQUESTS, Retry, TRIES, quoted } from "./datagrams-model.js";
import { count } from "./words.js";

/** What can be done to a datagram on its way. */
const DEEDS = {
  deliver: "Arrives",
  drop: "Is lost",
  double: "Doubles",
  cut: "Is cut",
  swap: "Swaps",
};

class Datagrams extends Figure {
  build() {
    return [this.getAttribute("part") === "retry" ? this.#askAgain() : this.#lossyLine()];
  }

  // The sender, the line and the receiver.

  #lossyLine() {
    this.line = new Line();
    const value = "0123456789abcdef";
    this.text = element("input", { type: "text", value, spellcheck: false, autocomplete: "off" });
    this.text.onkeydown = (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#send(this.text.value);
    };
    this.buffer = element("input", { type: "number", min: "1", max: "65535", value: "10" });
    this.buffer.oninput = () => this.#name();
    this.read = button("recvfrom", () => this.#read());
    this.flying = element("ol", { className: "flying" });
    this.queue = element("ol", { className: "queue" });
    this.log = element("ol", { className: "log" });
    const texts = [
      button("Send", () => this.#send(this.text.value)),
      button("Send “hello”", () => this.#send("hello")),
      button("Send an empty one", () => this.#send("")),
    ];
    const line = element(
      "div",
      { className: "line" },
      column("client", "Sender", field("Text", this.text), element("div", { className: "buttons" }, ...texts)),
      column("wire", "On the way", this.flying),
      column(
        "server",
        "Receiver",
        field("Buffer, in bytes", this.buffer),
        element("p", {}, "Waiting in its socket:"),
        this.queue,
        element("div", { className: "buttons" }, this.read, button("Start again", () => this.#clear())),
        this.log,
      ),
    );
    this.#name();
    this.#draw();
    return group("A line that keeps no promise", line, element("p", { className: "assumed" }, LINE));
  }

  #send(text) {
    this.#tell(this.line.send(text));
  }

  #read() {
    const size = this.#size();
    const got = this.line.receive(size);
    if (!got) return this.#tell(`recvfrom(${size}) waits: nothing has arrived.`);
    const items = [element("b", {}, `recvfrom(${size})`), ` ${got.text}`];
    const empty = got.bytes.length === 0 && !got.lost;
    let remark = empty ? "A message without a byte is a message." : "";
    if (got.lost) remark = `${count(got.lost)} more had no room: gone. Linux says nothing, Windows reports an error.`;
    if (remark) items.push(element("span", { className: got.lost ? "bad" : "good" }, remark));
    this.log.append(element("li", {}, ...items));
    this.#tell(`recvfrom(${size}) ${got.text}. ${remark}`);
  }

  #clear() {
    this.line = new Line();
    this.log.replaceChildren();
    this.#tell("Nothing is on its way, and nothing has arrived.");
  }

  #size() {
    const size = Math.trunc(Number(this.buffer.value));
    return Math.min(Math.max(size || 1, 1), 65_535);
  }

  #name() {
    this.read.textContent = `recvfrom(${this.#size()})`;
  }

  #tell(text) {
    this.say(text);
    this.#draw();
  }

  #draw() {
    const { flying, queue } = this.line;
    this.flying.replaceChildren(...flying.map((datagram, place) => this.#onTheWay(datagram, place)));
    if (flying.length === 0) this.flying.append(element("li", { className: "none" }, "nothing"));
    this.queue.replaceChildren(...queue.map((datagram) => element("li", {}, ...shown(datagram))));
    if (queue.length === 0) this.queue.append(element("li", { className: "none" }, "nothing"));
  }

  #onTheWay(datagram, place) {
    const deeds = Object.entries(DEEDS).map(([deed, text]) => {
      const spoken = { swap: "Swaps with the next" }[deed] ?? text;
      const made = button(text, () => this.#do(deed, datagram.id, place));
      made.ariaLabel = `${spoken}: number ${place + 1}, ${count(datagram.bytes.length)}`;
      made.dataset.deed = deed;
      return made;
    });
    return element("li", {}, ...shown(datagram), element("div", { className: "buttons" }, ...deeds));
  }

  #do(deed, id, place) {
    this.#tell(this.line[deed](id));
    // The button is gone, or another one: the focus goes on to what stands there now.
    const rows = this.flying.querySelectorAll("li:not(.none)");
    const next = rows[Math.min(place, rows.length - 1)]?.querySelector(`[data-deed=${deed}]`);
    (next ?? (this.line.queue.length > 0 ? this.read : this.text)).focus();
  }

  // The client that asks again.

  #askAgain() {
    this.request = choice(Object.entries(REQUESTS), { onchange: () => this.#again() });
    this.request.value = "delete";
    this.fate = choice(Object.entries(FATES));
    this.fate.value = "answer";
    this.ask = button("Ask", () => this.#try());
    this.steps = element("ol", { className: "log" });
    this.state = element("p", { className: "result" });
    this.#restart();
    return group(
      "Asking again",
      element("div", { className: "asked" }, field("The client asks", this.request), field("This time", this.fate)),
      element("div", { className: "buttons" }, this.ask, button("Start again", () => this.#again())),
      this.steps,
      this.state,
      element("p", { className: "assumed" }, RETRY),
    );
  }

  #restart() {
    this.retry = new Retry(this.request.value);
    this.steps.replaceChildren();
    this.#after();
  }

  #again() {
    this.#restart();
    this.say("Nothing is asked yet.");
  }

  #try() {
    if (this.retry.done) return;
    const happened = this.retry.try(this.fate.value);
    for (const { who, text } of happened) {
      this.steps.append(element("li", { className: who === "line" ? "wire" : who }, element("b", {}, who), ` ${text}`));
    }
    this.#after();
    const words = happened.map(({ who, text }) => `${who}: ${text}`).join(". ");
    this.say(`${words}. ${this.state.textContent}`);
  }

  #after() {
    const { retry } = this;
    this.ask.textContent = retry.tries === 0 ? "Ask" : `Ask again (try ${retry.tries + 1} of ${TRIES})`;
    if (retry.done) this.ask.textContent = "Done";
    this.ask.ariaDisabled = String(Boolean(retry.done));
    const files = retry.request === "delete" ? ` Files left: ${retry.files.join(", ")}.` : "";
    this.state.textContent = `${retry.summary()}${files}`;
  }
}

function shown(datagram) {
  const parts = [element("code", {}, quoted(datagram.bytes)), ` ${count(datagram.bytes.length)}`];
  if (datagram.note) parts.push(element("em", {}, ` ${datagram.note}`));
  return parts;
}

function column(side, title, ...children) {
  return element("div", { className: `column ${side}` }, element("p", { className: "side" }, title), ...children);
}

function group(title, ...children) {
  return element("fieldset", {}, element("legend", {}, title), ...children);
}

const LINE =
  "A short datagram on a real line is whole or it is lost: what was damaged fails its checksum. " +
  "The wire cuts datagrams for you (wire --udp --cut).";

const RETRY =
  "As ask of lesson 8 does it: it waits one second, sends the same again on the same socket, and " +
  `gives up after ${TRIES} tries. The server does its work for each request that it receives.`;

define("datagrams", Datagrams);
