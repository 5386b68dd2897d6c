// rank(query): the pages of search-index.js for a query, best first. Any word may match. Rare words
// count more; titles, askers' words, headings and error messages count more than prose.
"use strict";
var rank = (function () {
  var STOP = words(SEARCH.stop), SAME = SEARCH.same.map(function (line) { return Array.from(words(line), stem); });
  var WEIGHTS = { title: 8, asked: 5, error: 3, heading: 3, intro: 2.5, prose: 1 };
  var PHRASES = { title: 1, asked: 1, error: 1, heading: 0.7, intro: 0.6, prose: 0.4 };
  var SATURATION = 4, BY_SIZE = 0.5, TOGETHER = 1, SYNONYM = 0.5, PART = 0.5, MISTYPED = 0.7, NAME = 1.5, FIT = 0.6;

  function words(line) { return new Set(line.split(" ")); }

  // Cut what a word's forms differ in: queues, pickling, started, terminate, picklable.
  function stem(word) {
    if (word.length < 4 || /^[\d_]/.test(word)) return word;
    word = word.replace(/(ss|sh|ch|x)es$/, "$1").replace(/([^aeiou])ies$/, "$1y").replace(/([^sui])s$/, "$1");
    var cut = word.replace(/([^e])ed$|ing$|([st])ion$|ly$|able$/, "$1$2");
    if (cut.length > 2 && /[aeiouy]/.test(cut)) word = cut.replace(/([bdgmnprt])\1$/, "$1");
    return word.length > 3 ? word.replace(/e$/, "") : word;
  }

  // The terms of a text with their places. A name (imap_unordered, SharedMemory) has its parts, too.
  function terms(text) {
    var found = [];
    text.replace(/\d+(?:\.\d+)+|\w+(?:['’][a-z]+)?/g, function (word, start) {
      var bare = word.replace(/['’]/, ""), low = bare.toLowerCase();
      var parts = bare.replace(/([a-z])(?=[A-Z])/g, "$1_").toLowerCase().split("_").filter(Boolean);
      var whole = [[low, 1]].concat(parts.length > 1 || parts[0] !== low
        ? parts.map(function (part) { return [part, PART]; }) : []);
      whole.forEach(function (one) {
        if (one[0].length > 1 || /\d/.test(one[0])) found.push({
          raw: one[0], name: parts.length > 1, term: stem(one[0]), weight: one[1], stop: STOP.has(one[0]),
          start: start, end: start + word.length,
        });
      });
      return "";
    });
    return found;
  }

  // Whether one slip of the finger (two in a long word) makes the one of the other.
  function near(a, b) {
    var most = a.length > 7 ? 2 : 1;
    if (a.length < 4 || a[0] !== b[0] || Math.abs(a.length - b.length) > most) return false;
    var before = [], row = Array.from({ length: b.length + 1 }, function (_, j) { return j; });
    for (var i = 1; i <= a.length; i++) {
      var next = [i];
      for (var j = 1; j <= b.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
        if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      before = row;
      row = next;
    }
    return row[b.length] <= most;
  }

  function prepare() {
    var known = new Map(); // term: on how many pages
    pages.forEach(function (page) {
      page.texts = [];
      page.bag = new Map();
      page.size = 0;
      function add(kind, text, block) {
        if (!text) return;
        var has = new Map();
        terms(text).forEach(function (t) {
          if (t.stop) return;
          page.size += 1;
          has.set(t.term, Math.max(has.get(t.term) || 0, t.weight));
          page.bag.set(t.term, (page.bag.get(t.term) || 0) + t.weight * WEIGHTS[kind]);
        });
        page.texts.push({ kind: kind, text: text, has: has, block: block });
      }
      add("title", page.title);
      page.asked.forEach(function (text) { add("asked", text); });
      page.errors.forEach(function (text) { add("error", text); });
      page.blocks.forEach(function (block, number) {
        if (number) add("heading", block[1], block);
        block.slice(2).forEach(function (text, at) { add(number || at > 1 ? "prose" : "intro", text, block); });
      });
      page.bag.forEach(function (_, term) { known.set(term, (known.get(term) || 0) + 1); });
    });
    var usual = pages.reduce(function (sum, page) { return sum + page.size; }, 0) / pages.length;
    function rarity(term) {
      var on = known.get(term) || 0;
      return Math.log(1 + (pages.length - on + 0.5) / (on + 0.5));
    }
    pages.forEach(function (page) {
      page.enough = SATURATION * (1 - BY_SIZE + BY_SIZE * page.size / usual);
      page.texts.forEach(function (text) {
        text.mass = 0;
        text.has.forEach(function (weight, term) { if (weight === 1) text.mass += rarity(term); });
      });
    });
    return { known: known, rarity: rarity };
  }

  // What may stand for each word of the query, and how well: itself, its synonyms, what it is
  // near to if nobody wrote it like that.
  function ideas(query, index) {
    var asked = terms(query), wanted = asked.filter(function (t) { return !t.stop; });
    return (wanted.length ? wanted : asked).map(function (t, i, all) {
      var stands = new Map();
      function allow(term, weight) {
        if (index.known.has(term)) stands.set(term, Math.max(stands.get(term) || 0, weight * t.weight));
      }
      allow(t.term, 1);
      [all[i - 1], all[i + 1]].forEach(function (other, after) { // exit code, exitcode
        if (other) allow(stem(after ? t.raw + other.raw : other.raw + t.raw), 0.8);
      });
      SAME.forEach(function (line) {
        if (line.includes(t.term)) line.forEach(function (term) { allow(term, SYNONYM); });
      });
      if (!index.known.has(t.term)) index.known.forEach(function (_, term) {
        var rest = term.length > 2 && t.raw.startsWith(term) && stem(t.raw.slice(term.length));
        if (near(t.term, term) || (t.term.length > 2 && term.startsWith(t.term))) allow(term, MISTYPED);
        else if (rest && rest.length > 2 && index.known.has(rest)) { allow(term, MISTYPED); allow(rest, MISTYPED); }
      });
      var best = 0;
      stands.forEach(function (weight, term) { best = Math.max(best, weight * index.rarity(term)); });
      return { stands: stands, rarity: best * (t.name ? NAME : 1), factor: t.name ? NAME : 1 };
    }).filter(function (idea) { return idea.stands.size; });
  }

  // How much of the query a text has.
  function overlap(text, wanted) {
    return wanted.reduce(function (sum, idea) {
      var best = 0;
      idea.stands.forEach(function (weight, term) {
        best = Math.max(best, weight * (text.has.get(term) || 0));
      });
      return sum + best * idea.rarity;
    }, 0);
  }

  var pages = SEARCH.pages, index = prepare();
  function rank(query) {
    var wanted = ideas(query, index);
    var all = wanted.reduce(function (sum, idea) { return sum + idea.rarity; }, 0);
    return pages.map(function (page) {
      var score = 0, phrase = 0, shown = null, most = 0;
      wanted.forEach(function (idea) {
        var best = 0;
        idea.stands.forEach(function (weight, term) {
          var often = page.bag.get(term) || 0;
          best = Math.max(best, weight * idea.factor * index.rarity(term) * often / (often + page.enough));
        });
        score += best;
      });
      page.texts.forEach(function (text) {
        var has = overlap(text, wanted);
        if (has) phrase = Math.max(phrase, PHRASES[text.kind] *
          Math.pow(has / all, 2 - FIT) * Math.pow(has / Math.max(text.mass, all / 3), FIT));
        if (text.kind !== "title" && text.kind !== "heading" && has > most) { most = has; shown = text; }
      });
      return { page: page, score: page.weight * (score + TOGETHER * all * phrase), text: shown };
    }).filter(function (found) { return found.score > 0; })
      .sort(function (a, b) { return b.score - a.score; });
  }

  // The places in a text to mark for a query, as [start, end].
  rank.places = function (query, text) {
    var wanted = ideas(query, index);
    return terms(text).filter(function (t) {
      return !t.stop && wanted.some(function (idea) { return idea.stands.has(t.term); });
    }).map(function (t) { return [t.start, t.end]; });
  };
  return rank;
})();
