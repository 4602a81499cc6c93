// <socket-nagle>: the segments of a request and its reply on a time line.

import { Figure, button, choice, define, element, field } from "./figure.js";
import { exchanges, say } from "./nagle-model.js";

class Nagle extends Figure {
  #shown = Infinity;
  #exchange;

  build() {
    const onchange = () => this.#choose();
    const select = (options, value) => {
      const made = choice(options, { onchange });
      made.value = value;
      return made;
    };
    const writes = [["1", "in one write"], ["2", "in two writes"]];
    this.request = select(writes, "1");
    this.reply = select(writes, "2");
    const numbers = [["1", "the first on its connection"], ["2", "a later one"]];
    this.number = select(numbers, "2");
    const algorithm = [["on", "on, as usual"], ["off", "off: TCP_NODELAY"]];
    this.nagle = select(algorithm, "on");
    this.line = element("ol", { className: "time", "aria-label": "What happens, in order" });
    this.result = element("p", { className: "result" });
    this.buttons = [
      button("Step", () => this.#show(this.#shown + 1)),
      button("Back", () => this.#show(this.#shown - 1)),
      button("All", () => this.#show(Infinity)),
      button("Start again", () => this.#show(0)),
    ];
    this.#draw();
    return [
      element(
        "div",
        { className: "asked" },
        field("The request leaves", this.request),
        field("The reply leaves", this.reply),
        field("The reply is", this.number),
        field("Nagle’s algorithm is, on both sides,", this.nagle),
      ),
      element("div", { className: "buttons" }, ...this.buttons),
      element("div", { className: "sides", "aria-hidden": "true" }, element("b", {}, "client"), element("b", {}, "server")),
      this.line,
      this.result,
      element("p", { className: "assumed" }, ASSUMED),
    ];
  }

  /** Something else is chosen: all of it is shown, unless the reader is about to step. */
  #choose() {
    if (this.#shown > 0) this.#shown = Infinity;
    this.#draw();
    this.say(this.#shown > 0 ? this.#outcome() : "Press Step.");
  }

  /** Shows the first events, so many of them, and tells the last one. */
  #show(count) {
    const before = this.#shown;
    this.#shown = count;
    this.#draw();
    this.say(this.#news(before));
  }

  #draw() {
    const number = Number(this.number.value);
    const writes = { request: Number(this.request.value), reply: Number(this.reply.value) };
    this.#exchange = exchanges({ ...writes, nodelay: this.nagle.value === "off" }, number).at(-1);
    const { events } = this.#exchange;
    this.#shown = Math.max(0, Math.min(this.#shown, events.length));
    this.line.replaceChildren(...events.slice(0, this.#shown).map(row));
    const all = this.#shown === events.length;
    // Not disabled: a button that is would lose the focus while somebody presses it.
    this.buttons[0].ariaDisabled = String(all);
    this.buttons[1].ariaDisabled = String(this.#shown === 0);
    this.result.textContent = all ? this.#outcome() : `Step ${this.#shown} of ${events.length}`;
  }

  #news(before) {
    const { events } = this.#exchange;
    const last = events[this.#shown - 1];
    if (!last) return "Nothing has happened yet.";
    if (this.#shown < before) return `Back: ${words(last)}.`;
    if (this.#shown < events.length) return `${words(last)}.`;
    return this.#shown - before > 1 ? this.#outcome() : `${words(last)}. ${this.#outcome()}`;
  }

  #outcome() {
    const { total, waits } = this.#exchange;
    if (waits === 0) return `The reply takes about ${total} ms: the time of the shell.`;
    const delays = waits === 1 ? "one delayed ACK" : `${waits} delayed ACKs`;
    return `The reply takes ${total} ms or more: ${delays} of 40 ms, and 1 ms for the shell.`;
  }
}

function row(event) {
  const time = element("span", { className: "at" }, `${event.time} ms`);
  const arrow = ["segment", "ack"].includes(event.kind) && element("i", { "aria-hidden": "true" });
  const who = element("span", { className: "unseen" }, `${event.side}: `);
  const text = element("span", { className: "what" }, who, say(event));
  return element("li", { className: `${event.kind} ${event.side}` }, time, text, arrow || "");
}

function words(event) {
  return `${event.time} ms, ${event.side}: ${say(event)}`;
}

const ASSUMED =
  "As recorded on one Linux machine, where a segment takes no time worth telling. Linux waits 40 ms " +
  "or more with an ACK, Windows 200; the standard allows up to 500. The shell’s 1 ms is an assumption. " +
  "After a pause the first reply may be quick again.";

define("nagle", Nagle);
