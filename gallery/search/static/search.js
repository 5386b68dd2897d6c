// The search page. Pages are put in order by titles, askers' words, headings and error messages, which
// search-index.js has; where these do not have a word, by sentences, too, which are in further parts.
// Any word may match, rare words count more.
"use strict";
var search = (function () {
  var WEIGHTS = { title: 8, asked: 5, error: 3, heading: 3, intro: 2.5, prose: 1 }; // of a word
  var PHRASES = { title: 1, asked: 1, error: 1, heading: 0.7, intro: 0.6, prose: 0.4 }; // of a line
  var SHOWN = { asked: 0.7, error: 1, intro: 1, prose: 1 }; // a sentence says more than a question
  var SATURATION = 4, BY_SIZE = 0.5, TOGETHER = 1, FIT = 0.6, LEAST = 0.1;
  var SYNONYM = 0.5, PART = 0.6, JOINED = 0.8, MISTYPED = 0.7, NAME = 1.5, STOPPED = 0.4;
  var here = document.currentScript.src, wanted = false, awaited = SEARCH.parts.length;
  var stop = new Set(SEARCH.stop.split(" "));
  var same = SEARCH.same.map((line) => line.split(" ").map(stem));

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
      var name = parts.length > 1;
      function add(raw, weight) {
        if (/..|\d/.test(raw)) found.push({ raw: raw, term: stem(raw), weight: stop.has(raw) ? STOPPED : weight, name: name, start: start, end: start + word.length });
      }
      add(low, 1);
      if (name || parts[0] !== low) parts.forEach((part) => { add(part, PART); });
    });
    return found;
  }

  // How many slips of the finger are between two words: 1, or 2 in a long one; 9 is too many. A
  // word's beginning counts as one.
  function slips(a, b) {
    var most = a.length > 7 ? 2 : 1, before, row = [], next;
    if (a.length > 2 && b.startsWith(a)) return 1;
    if (a.length < 4 || a[0] !== b[0] || Math.abs(a.length - b.length) > most) return 9;
    for (var i = 0; i <= a.length; i++, before = row, row = next) {
      next = [i];
      for (var j = 1; j <= b.length; j++) {
        next[j] = i ? Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1])) : j;
        if (i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    return row[b.length] > most ? 9 : row[b.length];
  }

  function sum(all, value) {
    return all.reduce((total, one) => total + value(one), 0);
  }

  // The most that one of the terms which stand for an idea is worth.
  function best(idea, value) {
    var most = 0;
    idea.stands.forEach((weight, term) => { most = Math.max(most, weight * value(term)); });
    return most;
  }

  function textOf(kind, text, block) {
    var found = terms(text), has = new Map();
    found.forEach((t) => { has.set(t.term, Math.max(has.get(t.term) || 0, t.weight)); });
    return { kind: kind, text: text, terms: found, has: has, block: block };
  }

  var pages = SEARCH.pages.map(function (page) {
    var texts = [textOf("title", page[1])];
    page[4].forEach((text) => { texts.push(textOf("asked", text)); });
    page[5].forEach((text) => { texts.push(textOf("error", text)); });
    page[6].forEach((text) => { texts.push(textOf("heading", text)); });
    return { at: page[0], title: page[1], inside: page[2], weight: page[3], headings: page[6], texts: texts };
  });

  // The words of a query that count.
  function wordsOf(query) {
    var all = terms(query), telling = all.filter((t) => t.weight !== STOPPED);
    return telling[0] ? telling : all;
  }

  // An order of the pages by the texts that are there now.
  function ranking() {
    var known = new Map(); // term: on how many pages
    var entries = pages.map(function (page) {
      var bag = new Map(), size = 0;
      page.texts.forEach(function (text) {
        size += text.terms.length;
        text.terms.forEach((t) => { bag.set(t.term, (bag.get(t.term) || 0) + t.weight * WEIGHTS[text.kind]); });
      });
      bag.forEach((_, term) => { known.set(term, (known.get(term) || 0) + 1); });
      return { page: page, texts: page.texts.slice(), bag: bag, size: size };
    });
    var usual = sum(entries, (entry) => entry.size) / entries.length;
    entries.forEach(function (entry) {
      entry.enough = SATURATION * (1 - BY_SIZE + BY_SIZE * entry.size / usual);
      entry.masses = entry.texts.map((text) => sum(Array.from(text.has), (one) => one[1] === 1 ? rarity(one[0]) : 0));
    });

    function rarity(term) {
      var on = known.get(term) || 0;
      return Math.log(1 + (pages.length - on + 0.5) / (on + 0.5));
    }

    // What may stand for each word of a query, and how well: the word and its synonyms; where no
    // page has these, what is near to it, or two words that it is made of.
    function ideas(query) {
      return wordsOf(query).map(function (t, i, all) {
        var stands = new Map();
        function allow(term, weight) {
          if (known.has(term)) stands.set(term, Math.max(stands.get(term) || 0, weight * t.weight));
        }
        allow(t.term, 1);
        if (i) allow(stem(all[i - 1].raw + t.raw), JOINED); // exit code, exitcode
        if (all[i + 1]) allow(stem(t.raw + all[i + 1].raw), JOINED);
        same.forEach(function (line) {
          if (line.includes(t.term)) line.forEach((term) => { allow(term, SYNONYM); });
        });
        var least = 8;
        if (!stands.size) known.forEach(function (_, term) {
          var count = slips(t.term, term);
          if (count < least) stands.clear();
          least = Math.min(least, count);
          if (count === least) allow(term, MISTYPED);
        });
        if (!stands.size) known.forEach(function (_, term) { // mainguard
          var rest = term.length > 2 && t.raw.startsWith(term) ? stem(t.raw.slice(term.length)) : "";
          if (rest.length > 2 && known.has(rest)) [term, rest].forEach((one) => { allow(one, MISTYPED); });
        });
        var idea = { stands: stands, factor: t.name ? NAME : 1 };
        idea.rarity = idea.factor * best(idea, rarity);
        return idea;
      }).filter((idea) => idea.stands.size);
    }

    function rank(query) {
      var wanted = ideas(query), all = sum(wanted, (idea) => idea.rarity);
      return entries.map(function (entry) {
        var phrase = 0, shown = null, most = 0;
        var there = wanted.map(function (idea) {
          var stands = new Map(Array.from(idea.stands).filter((one) => entry.bag.has(one[0])));
          return { stands: stands, factor: idea.factor, rarity: idea.rarity };
        }).filter((idea) => idea.stands.size);
        var score = sum(there, function (idea) {
          return idea.factor * best(idea, function (term) {
            var often = entry.bag.get(term) || 0;
            return rarity(term) * often / (often + entry.enough);
          });
        });
        if (there.length) entry.texts.forEach(function (text, number) {
          var has = sum(there, function (idea) {
            return idea.rarity * best(idea, (term) => text.has.get(term) || 0);
          });
          if (has) phrase = Math.max(phrase, PHRASES[text.kind] *
            Math.pow(has / all, 2 - FIT) * Math.pow(has / Math.max(entry.masses[number], all / 3), FIT));
          has *= SHOWN[text.kind] || 0;
          if (has > most) { most = has; shown = text; }
        });
        return { page: entry.page, text: shown, ideas: wanted, score: entry.page.weight * (score + TOGETHER * all * phrase) };
      }).sort((a, b) => b.score - a.score)
        .filter((found, _, sorted) => found.score > sorted[0].score * LEAST);
    }

    rank.knows = (query) => wordsOf(query).every((t) => known.has(t.term));
    return rank;
  }

  // The pages for a query. As long as only the first part is there, or where it has all the words, it
  // decides which come first, so that no result moves when the sentences come.
  function search(query, keep) {
    var found = first(query);
    if (!whole) return found;
    var all = whole(query);
    if (!keep && !first.knows(query)) return all;
    var by = new Map(all.map((result) => [result.page, result]));
    var before = found.map((result) => by.get(result.page) || result);
    found.forEach((result) => { by.delete(result.page); });
    return before.concat(Array.from(by.values()));
  }

  // Load the sentences, once; say whether they are there. Each of these scripts calls SEARCH.add.
  search.load = function (then) {
    if (wanted) return !awaited;
    wanted = true;
    SEARCH.parts.forEach(function (part) {
      var script = document.createElement("script");
      script.onload = script.onerror = function () {
        awaited -= 1;
        if (awaited) return;
        whole = ranking();
        then();
      };
      script.src = new URL(part, here);
      document.head.append(script);
    });
    return false;
  };
  SEARCH.add = function (part) {
    pages.forEach(function (page) {
      (part[page.at] || []).forEach(function (block, number) {
        var of = { anchor: block[0], heading: page.headings[number - 1] };
        block.slice(1).forEach((text, at) => { page.texts.push(textOf(number || at > 1 ? "prose" : "intro", text, of)); });
      });
    });
  };

  // The terms of a text that match a result's query, in their places.
  search.matches = function (result) {
    return result.text.terms.filter((t) => result.ideas.some((idea) => idea.stands.has(t.term)));
  };
  var first = ranking(), whole;
  return search;
})();

document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector(".search-form"), field = form.q;
  var list = document.querySelector(".search-results"), status = document.querySelector(".search-status");
  var nothing = document.querySelector(".search-nothing"), MOST = 12, LENGTH = 150;
  var items = new Map(); // of each page that was shown

  function element(parent, tag, text, name) {
    var made = parent.appendChild(document.createElement(tag));
    made.textContent = text || "";
    made.className = name || "";
    return made;
  }

  // The stretch of a text that has the most of the words, with these marked.
  function excerpt(parent, result) {
    var places = search.matches(result), text = result.text.text, at = 0, most = 0;
    if (text.length > LENGTH) places.forEach(function (first) {
      var count = places.filter((p) => p.start >= first.start && p.end < first.start + LENGTH - 40).length;
      if (count > most) { most = count; at = text.indexOf(" ", Math.max(0, first.start - 40)) + 1; }
    });
    if (at < 40) at = 0;
    var end = at + LENGTH < text.length ? text.lastIndexOf(" ", at + LENGTH) : text.length;
    if (at) parent.append("… ");
    places.forEach(function (place) {
      if (place.start < at || place.end > end) return;
      parent.append(text.slice(at, place.start));
      at = place.end;
      element(parent, "mark", text.slice(place.start, at));
    });
    parent.append(text.slice(at, end) + (end < text.length ? " …" : ""));
  }

  function itemOf(page) {
    var item = document.createElement("li");
    element(item, "a", page.title).href = page.at;
    element(item, "span", page.inside, "search-chapter");
    element(item, "p");
    items.set(page, item);
    return item;
  }

  // Say below a page's title where it has the words. The line keeps its height, whatever it says.
  function explain(line, result) {
    var text = result.text, block = text && text.block;
    line.textContent = text && text.kind === "asked" ? "Also asked as: " : "";
    if (block && block.heading) {
      element(line, "a", block.heading).href = result.page.at + "#" + block.anchor;
      line.append(": ");
    }
    if (text) excerpt(line, result);
  }

  // Show the results; keep: what is shown stays where it is.
  function show(keep) {
    var query = field.value.trim(), found = query ? search(query, keep).slice(0, MOST) : [];
    found.forEach(function (result, place) {
      var item = items.get(result.page) || itemOf(result.page), there = list.children[place];
      explain(item.lastChild, result);
      if (item !== there) list.insertBefore(item, there || null);
    });
    while (list.children.length > found.length) list.lastChild.remove();
    var ended = !query || search.load(update);
    nothing.hidden = !query || found.length > 0 || !ended;
    status.textContent = !query ? "" : found.length > 1 ? found.length + " pages, the best first"
      : found.length ? "1 page" : ended ? "No page has any of these words." : "Looking further …";
  }

  // The sentences have come. Nothing moves under a reader's finger.
  function update() {
    list.dataset.searched = "all";
    show(list.matches(":hover, :focus-within"));
  }

  // Up and down go through the results, from the field and back to it.
  document.addEventListener("keydown", function (event) {
    var stops = [field].concat(Array.from(list.querySelectorAll("li > a")));
    var at = stops.indexOf(document.activeElement), to = stops[at + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] || 0)];
    if (at < 0 || !to || to === stops[at] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    to.focus();
  });
  field.addEventListener("input", function () {
    show(); // first: from a file, a browser may refuse the next
    history.replaceState(null, "", field.value ? "?q=" + encodeURIComponent(field.value) : location.pathname);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) first.focus();
  });
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.focus();
  show();
});
