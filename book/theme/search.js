// Finds what readers paste into the search: an error message, a number, a name with signs in it, a
// Chinese word.
//
// mdBook's own search asks for all words at once, splits them at blanks and hyphens only, and drops
// Chinese letters. Its list of sections, which also works in a book opened as a file, is good: this
// puts another search over the same list, and leaves the rest of mdBook's page as it is.

(() => {
  // A word of letters, digits and underscores; or a run of Chinese, which has no blanks.
  const WORD = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+/gu;
  const HAN = /^\p{Script=Han}/u;
  // A word that follows directly on another one of camel case: the `Error` of `EOFError`.
  const PART = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu;

  const GLOSSARY = /(^|\/)glossary\.html$/;

  // How the length of a section counts, and how often a word stands in it (BM25's usual values).
  const LENGTH = 0.6;
  const SATURATION = 1.2;
  // What a word is worth in a heading, and two words that stand together as they were asked for.
  const TITLE = 4;
  const TOGETHER = 2.5;
  // What a further section is worth of a page that has been found already.
  const AGAIN = 0.4;

  const words = (text) => (text.match(WORD) ?? []).map((word) => word.toLowerCase());

  // A Chinese run is looked for as a whole; in a list of words it stands as pairs of letters.
  const pairs = (run) => {
    const letters = [...run];
    if (letters.length < 2) return letters;
    return letters.slice(1).map((letter, index) => letters[index] + letter);
  };

  // What stands for a text in the list: its words, and the parts of those that are put together.
  const terms = (text) => {
    const found = [];
    for (const word of text.match(WORD) ?? []) {
      if (HAN.test(word)) found.push(...pairs(word));
      else found.push(word.toLowerCase());
      const parts = word.match(PART) ?? [];
      if (parts.length > 1) found.push(...parts.map((part) => part.toLowerCase()));
    }
    return found;
  };

  // Tells whether a text explains this, as the glossary does: words, their Chinese names, a colon.
  const explains = (text, asked) => {
    const literal = asked.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const end = HAN.test(asked) ? "[:、（]" : "(, [^:,]+)? \\p{Script=Han}";
    return new RegExp(`(^|[\\s,、])${literal}${end}`, "iu").test(text);
  };

  const count = (list) => {
    const counts = new Map();
    for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
    return counts;
  };

  class Search {
    constructor(documents, page) {
      this.page = page;
      this.sections = Object.entries(documents).map(([ref, doc]) => {
        const body = terms(doc.body);
        return {
          ref,
          doc,
          title: new Set(terms(doc.title)),
          heading: words(doc.title).join(" "),
          counts: count(body.concat(terms(doc.title))),
          // With a blank at both ends, so that only whole words are found in it.
          text: ` ${words(`${doc.title} ${doc.body}`).join(" ")} `,
          length: body.length,
        };
      });
      const total = this.sections.reduce((sum, section) => sum + section.length, 0);
      this.usual = total / this.sections.length || 1;
      this.spread = new Map();
      for (const section of this.sections) {
        for (const term of section.counts.keys()) {
          this.spread.set(term, (this.spread.get(term) ?? 0) + 1);
        }
      }
    }

    // How much a term tells: the fewer sections have it, the more.
    weight(term) {
      const spread = this.spread.get(term);
      return spread ? Math.log(1 + this.sections.length / spread) : 0;
    }

    // The terms that are known, each with what it tells. Of a word that nobody wrote, those that
    // begin with it are as good: it may not have been typed to its end.
    asked(query) {
      const asked = [];
      for (const word of query.match(WORD) ?? []) {
        const wanted = HAN.test(word) ? pairs(word) : [word.toLowerCase()];
        for (const term of wanted) {
          if (this.spread.has(term)) asked.push([term]);
          else if (term.length > 1) {
            const longer = [...this.spread.keys()].filter((known) => known.startsWith(term));
            const parts = terms(word).filter((part) => part !== term && this.spread.has(part));
            if (longer.length) asked.push(longer.slice(0, 20));
            else asked.push(...parts.map((part) => [part]));
          }
        }
      }
      return asked;
    }

    // The sections that fit, the best first, in the form that mdBook's page expects.
    search(query) {
      const asked = this.asked(query);
      const whole = asked.reduce((sum, choice) => sum + this.worth(choice), 0);
      const all = words(query);
      const couples = all.slice(1).map((word, index) => ` ${all[index]} ${word} `);
      const found = [];
      for (const section of this.sections) {
        let score = 0;
        let known = 0;
        for (const choice of asked) {
          const best = Math.max(...choice.map((term) => this.points(section, term)));
          if (best > 0) known += this.worth(choice);
          score += best;
        }
        if (score === 0) continue;
        const together = couples.filter((couple) => section.text.includes(couple)).length;
        score += (TOGETHER * together * whole) / (asked.length * 2);
        if (section.heading === all.join(" ")) score += TITLE * whole;
        // A section that lacks the word that matters is hardly meant.
        score *= (known / whole) ** 2;
        found.push({ ref: section.ref, doc: section.doc, score });
      }
      this.raiseGlossary(found, query.trim());
      return this.spreadOut(found);
    }

    // Where the glossary explains what was asked for, it is as good as the best section.
    raiseGlossary(found, asked) {
      const best = Math.max(...found.map((result) => result.score));
      for (const result of found) {
        if (GLOSSARY.test(this.page(result.ref)) && explains(result.doc.body, asked)) {
          result.score = best;
        }
      }
    }

    worth(choice) {
      return Math.max(...choice.map((term) => this.weight(term)));
    }

    points(section, term) {
      const often = section.counts.get(term);
      if (!often) return 0;
      const long = 1 - LENGTH + (LENGTH * section.length) / this.usual;
      const body = (often * (SATURATION + 1)) / (often + SATURATION * long);
      return this.weight(term) * (body + (section.title.has(term) ? TITLE : 0));
    }

    // Sorts, and lets no page fill the list by itself.
    spreadOut(found) {
      found.sort((one, other) => other.score - one.score);
      const pages = new Set();
      for (const result of found) {
        const page = this.page(result.ref);
        if (pages.has(page)) result.score *= AGAIN;
        pages.add(page);
      }
      return found.sort((one, other) => other.score - one.score);
    }
  }

  // mdBook hands its list over here, when the search is opened for the first time.
  if (typeof elasticlunr === "undefined") return;
  elasticlunr.Index.load = (index) => {
    const page = (ref) => window.search.doc_urls[ref].split("#")[0];
    return new Search(index.documentStore.docs, page);
  };

  // mdBook looks at the keys only: what is pasted with the mouse is searched for as well.
  const bar = document.getElementById("mdbook-searchbar");
  bar?.addEventListener("input", () => bar.dispatchEvent(new Event("keyup")));
})();
