// What the live figures share: elements, labelled controls, and a voice for those who don't see.

/**
 * Makes an element. A property such as `onclick` or `className` is set, any other name is an
 * attribute; `false` and `undefined` leave it out.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made) made[name] = value;
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A real button. */
export function button(text, onclick) {
  return element("button", { type: "button", onclick }, text);
}

/** A control with its label above it. */
export function field(label, control) {
  return element("label", { className: "field" }, element("span", {}, label), control);
}

/** A select of `[value, text]` pairs. */
export function choice(options, attributes = {}) {
  const made = options.map(([value, text]) => element("option", { value }, text));
  return element("select", attributes, ...made);
}

/** Bytes as they are written down: `05 00 00 00`. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Whether the reader has asked for stillness. */
export function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * A figure. What stands in the element, for readers without JavaScript, is replaced by what
 * `build` returns, once. `say` tells screen readers in words what has happened; `build` may put
 * `this.voice`, which shows it, where it belongs.
 */
export class Figure extends HTMLElement {
  connectedCallback() {
    // The book as one page, for paper, keeps the sentence: nobody can work a figure there.
    if (this.voice || location.pathname.endsWith("/print.html")) return;
    this.voice = element("p", { className: "voice", "aria-live": "polite" });
    this.classList.add("figure");
    this.replaceChildren(...this.build());
    if (!this.contains(this.voice)) this.append(this.voice);
  }

  /** Announces this, and shows it. */
  say(words) {
    this.voice.textContent = words;
  }

  /** A link to the page of a failure. */
  failure(id) {
    const href = `${this.getAttribute("root") ?? ""}failures/${id}.html`;
    return element("a", { href }, element("code", {}, id));
  }
}

/** Gives a figure its tag, `socket-NAME`. A page that holds several scripts asks again. */
export function define(name, figure) {
  customElements.get(`socket-${name}`) ?? customElements.define(`socket-${name}`, figure);
}
