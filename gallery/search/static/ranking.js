// Which pages answer a query. They are found by titles, askers' words, headings, error messages and names,
// which search-index.js has. Sentences come later, by SEARCH.add: they say where in a page the answer stands,
// and find what only they have a word of. Any word may match, rare words count more.
"use strict";
(() => {
  const WEIGHTS = { title: 8, asked: 5, error: 3, heading: 3 }, PROSE = 4; // of a word
  const PHRASES = { title: 1, asked: 1, error: 1, heading: 0.7 }; // of a line
  const SATURATION = 4, BY_SIZE = 0.4, TOGETHER = 1, FIT = 0.5, LEAST = 0.05;
  const SYNONYM = 0.5, PART = 0.6, JOINED = 0.8, MISTYPED = 0.7, BEGUN = 0.5, NAME = 1.5, STOPPED = 0.4;
  const OF_NAME = 0.5, OF_ERROR = 1.25; // a page that is a name; an error's page where an error is asked for
  const LONGEST = 200; // of a message
  const stop = new Set(SEARCH.stop.split(" ")), words = new Map(), stems = new Map(), prose = new Map();

  // Cut what a word's forms differ in: queues, pickling, started, terminate, picklable.
  function stem(word) {
    if (!stems.has(word)) stems.set(word, cut(word));
    return stems.get(word);
  }
  function cut(word) {
    if (word.length < 4 || /^[\d_]/.test(word)) return word;
    word = word.replace(/(ss|sh|ch|x)es$/, "$1").replace(/([^aeiou])ies$/, "$1y").replace(/([^sui])s$/, "$1");
    const short = word.replace(/([^e])ed$|ing$|([st])ion$|ly$|able$/, "$1$2");
    if (short.length > 2 && /[aeiouy]/.test(short)) word = short.replace(/([bdgmnprt])\1$/, "$1");
    return word.length > 3 ? word.replace(/e$/, "") : word;
  }
  const same = SEARCH.same.map((line) => line.split(" ").map(stem));

  // The terms of a word: a name (imap_unordered, SharedMemory) has its parts, too.
  function termsOf(word) {
    const found = [], bare = word.replace(/['’]/, ""), low = bare.toLowerCase();
    const parts = bare.replace(/([a-z])(?=[A-Z])/g, "$1_").toLowerCase().split("_").filter(Boolean);
    const add = (raw, weight) => {
      if (/..|\d/.test(raw)) found.push({ raw, term: stem(raw), weight: stop.has(raw) ? STOPPED : weight, name: parts.length > 1 });
    };
    add(low, 1);
    if (parts[0] !== low) for (const part of parts) add(part, PART);
    return found;
  }

  const WORD = /\d+(?:\.\d+)+|\w+(?:['’][a-z]+)?/g;
  function lookUp(word) {
    if (!words.has(word)) words.set(word, termsOf(word));
    return words.get(word);
  }

  // The terms of a text with their places.
  const terms = (text) => [...text.matchAll(WORD)].flatMap(({ 0: word, index: start }) =>
    lookUp(word).map((term) => ({ ...term, start, end: start + word.length })));

  function textOf(kind, text, anchor = "") {
    const all = (text.match(WORD) || []).flatMap(lookUp), has = new Map();
    for (const { term, weight } of all) has.set(term, Math.max(has.get(term) || 0, weight));
    return { kind, text, anchor, has, all };
  }

  // How many slips of the finger are between two words: 1, or 2 in a long one; 9 is too many.
  function slips(a, b) {
    const most = a.length > 7 ? 2 : 1;
    let before, row = [];
    if (a.length < 4 || a[0] !== b[0] || Math.abs(a.length - b.length) > most) return 9;
    for (let i = 0, next; i <= a.length; i++, before = row, row = next) {
      next = [i];
      for (let j = 1; j <= b.length; j++) {
        next[j] = i ? Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1])) : j;
        if (i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    return row[b.length] > most ? 9 : row[b.length];
  }

  const sum = (all, value) => all.reduce((total, one) => total + value(one), 0);
  const slug = (heading) => heading.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

  // -- the pages, and how rare a term is among them; a name is like a page, and makes no word less rare
  const pages = SEARCH.pages.map(([at, title, kind, weight, asked, errors, headings]) => {
    const sections = headings.map((one) => typeof one === "string" ? [one, slug(one)] : one);
    return { at, title, kind, weight, texts: [
      textOf("title", title), ...asked.map((text) => textOf("asked", text)),
      ...errors.map((one) => typeof one === "string" ? textOf("error", one) : textOf("error", ...one)),
      ...sections.map((one) => textOf("heading", ...one)),
    ] };
  });
  const known = new Map();
  for (const page of pages) fill(page).forEach((_, term) => { known.set(term, (known.get(term) || 0) + 1); });
  const usual = sum(pages, (page) => page.size) / pages.length;
  const names = Object.entries(SEARCH.names).flatMap(([at, all]) => all.map(([anchor, title, said]) =>
    ({ at: at + "#" + anchor, title, kind: "name", weight: OF_NAME, said: [[said]], texts: [textOf("title", title), textOf("heading", anchor)] })));
  for (const name of names) fill(name).forEach((_, term) => { if (!known.has(term)) known.set(term, 0); });
  const vocabulary = [...known.keys()];
  for (const page of pages.concat(names)) {
    page.enough = SATURATION * (1 - BY_SIZE + BY_SIZE * page.size / usual);
    for (const text of page.texts) text.mass = sum([...text.has], ([term, weight]) => weight === 1 ? rarity(term) : 0);
  }

  function fill(page) {
    page.bag = new Map();
    page.size = sum(page.texts, (text) => text.all.length);
    for (const text of page.texts) for (const { term, weight } of text.all) {
      page.bag.set(term, (page.bag.get(term) || 0) + weight * WEIGHTS[text.kind]);
    }
    return page.bag;
  }

  function rarity(term) {
    const on = known.get(term) ?? inProse(term).size;
    return Math.log(1 + (pages.length - on + 0.5) / (on + 0.5));
  }

  // The pages whose sentences have a term that the rest of no page has.
  function inProse(term) {
    if (!prose.has(term)) {
      const begins = new RegExp("\\b" + term, "i");
      prose.set(term, new Set(pages.filter((page) => page.said && page.said.flat().some((text) => begins.test(text)))));
    }
    return prose.get(term);
  }

  const often = (page, term) => page.bag.get(term) || (prose.get(term)?.has(page) ? PROSE : 0);

  // -- a query

  // Of a traceback the last messages, without what is the reader's own: paths, addresses, names.
  const CLASS = /[\w.]*(?:Error|Exception|Warning|Interrupt|RemoteTraceback|BrokenProcessPool|Empty|Full)(?=:| *$)/g;
  const ENDS = /(?<=.) ?(?:Traceback \(most|During handling of|The above exception|"""|File "|Process \S+:)/;
  SEARCH.message = (query) => {
    const text = query.replace(/\s+/g, " ").trim(), marked = /Traceback|File "/.test(text);
    const found = [...text.matchAll(CLASS)].filter((match) => marked || text[match.index + match[0].length] === ":")
      .map((match) => text.slice(match.index).split(ENDS)[0].slice(0, LONGEST));
    if (!found[0]) return query;
    return [...new Set(found.reverse())].slice(0, 2).join(" ").replace(/\b0x\w+|(?:\b[A-Z]:|\B~)?(?:[\\/][\w.@~-]+){2,}/gi, " ")
      .replace(/(['"`])(\S+?)\1/g, (quoted, _, name) => terms(name).every((t) => known.has(t.term)) ? quoted : " ");
  };

  // The words of a query that count.
  function wordsOf(query) {
    const all = terms(query), telling = all.filter((t) => t.weight !== STOPPED);
    return telling[0] ? telling : all;
  }

  // What may stand for each word of a query, and how well: the word and its synonyms, two words as one, what a
  // word begins that is still being typed; where no page has these, what is near to it, or two words in one.
  function ideasOf(query) {
    return wordsOf(query).map((t, i, all) => {
      const stands = new Map();
      const allow = (term, weight) => {
        if (known.has(term)) stands.set(term, Math.max(stands.get(term) || 0, weight * t.weight));
      };
      for (const [term, weight] of [[t.term, 1], all[i - 1] && [stem(all[i - 1].raw + t.raw), JOINED],
        all[i + 1] && [stem(t.raw + all[i + 1].raw), JOINED]].filter(Boolean)) { // exit code, exitcode
        allow(term, weight);
        for (const line of same) if (line.includes(term)) for (const other of line) allow(other, SYNONYM * weight);
      }
      if (t.end === query.length && t.raw.length > 1) {
        for (const term of vocabulary) if (term.startsWith(t.raw)) allow(term, term === t.term ? 1 : BEGUN);
      }
      if (!stands.size && inProse(t.term).size) stands.set(t.term, t.weight);
      let least = 8;
      if (!stands.size) for (const term of vocabulary) {
        const count = slips(t.term, term);
        if (count < least) stands.clear();
        least = Math.min(least, count);
        if (count === least) allow(term, MISTYPED);
      }
      if (!stands.size) for (const term of vocabulary) { // mainguard
        const rest = term.length > 2 && t.raw.startsWith(term) ? stem(t.raw.slice(term.length)) : "";
        if (rest.length > 2 && known.has(rest)) for (const one of [term, rest]) allow(one, MISTYPED);
      }
      const sure = Math.max(...stands.values()), best = [...stands.keys()].filter((term) => stands.get(term) === sure);
      stands.forEach((weight, term) => { stands.set(term, weight / sure); });
      return { stands, rarity: (t.name ? NAME : 1) * sure * Math.min(...best.map(rarity)) };
    }).filter((idea) => idea.stands.size);
  }

  // How much of a query is in texts.
  function covered(ideas, ...texts) {
    return sum(ideas, (idea) => {
      let most = 0;
      for (const [term, weight] of idea.stands) for (const text of texts) most = Math.max(most, weight * (text.has.get(term) || 0));
      return idea.rarity * most;
    });
  }

  // The pages for a query, the best first. errors: it is about one, whatever it looks like.
  SEARCH.find = (query, errors) => {
    const ideas = ideasOf(SEARCH.message(query)), all = sum(ideas, (idea) => idea.rarity);
    const asked = errors || query.search(CLASS) >= 0;
    const score = (page) => {
      // No word may be missing in a name.
      if (page.kind === "name" && !ideas.every(({ stands }) => [...stands].some(([term, weight]) => weight === 1 && page.bag.has(term)))) return 0;
      const words = sum(ideas, (idea) => {
        let most = 0;
        for (const [term, weight] of idea.stands) {
          const count = often(page, term);
          if (count) most = Math.max(most, weight * count / (count + page.enough));
        }
        return idea.rarity * most;
      });
      if (!words) return 0;
      let phrase = 0;
      for (const text of page.texts) {
        const has = covered(ideas, text);
        phrase = Math.max(phrase, PHRASES[text.kind] *
          (has / all) ** (2 - FIT) * (has / Math.max(text.mass, all / 3)) ** FIT);
      }
      return page.weight * (asked && page.kind === "error" ? OF_ERROR : 1) * (words + TOGETHER * all * phrase);
    };
    return [...pages, ...names].map((page) => ({ page, ideas, score: score(page) }))
      .sort((a, b) => b.score - a.score)
      .filter((found, _, sorted) => found.score > sorted[0].score * LEAST);
  };

  SEARCH.add = (part) => {
    for (const page of pages) if (part[page.at]) page.said = part[page.at];
    prose.clear();
  };

  // -- a result

  // Where in a page the answer stands: the section that has most of what the title has not, and there the sentence.
  SEARCH.answer = ({ page, ideas }) => {
    const [title, ...rest] = page.texts, sections = [title, ...rest.filter((text) => text.kind === "heading")];
    page.sentences ||= page.said?.map((block) =>
      block.flatMap((text) => text.split(/(?<=[.!?])\s+(?=[^a-z])/).map((one) => textOf("prose", one))));
    let most = -1, section, sentence;
    sections.forEach((one, number) => {
      const around = [one, ...rest.filter((text) => text.kind === "error" && text.anchor === one.anchor)];
      // Of two sections that say it, the one whose heading does.
      const above = 0.01 * (covered(ideas, title, one) - covered(ideas, title));
      for (const said of page.sentences?.[number] || [null]) {
        const all = said ? [...around, said] : around;
        const has = covered(ideas, title, ...all) + 0.1 * covered(ideas, ...all) + above;
        if (has > most) [most, section, sentence] = [has, one, said];
      }
    });
    return {
      at: page.at + (section.anchor && "#" + section.anchor),
      heading: section === title ? null : section,
      sentence: sentence || page.sentences?.flat()[0] || null,
    };
  };

  // The terms of a text that match a query, in their places.
  SEARCH.matches = (text, ideas) => terms(text.text).filter((t) => ideas.some((idea) => idea.stands.has(t.term)));
})();
