// Shows the pages that answer a query: in the page of results, and in a list below each field while one types.
"use strict";
(() => {
  const here = document.currentScript.src, root = new URL("..", here), SHOWN = 6, ALL = 20, LENGTH = 180;
  const own = document.getElementById("search-field");
  let asked = false, awaited = SEARCH.parts.length;

  function element(parent, tag, name, text = "") {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    parent.append(made);
    return made;
  }

  function has(one, attributes) {
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    return one;
  }

  // A text, or the stretch of a long one that has the most of the words, with these marked.
  function mark(parent, text, ideas, longest = Infinity) {
    const places = SEARCH.matches(text, ideas), said = text.text;
    let at = 0, most = 0;
    if (said.length > longest) for (const first of places) {
      const count = places.filter((p) => p.start >= first.start && p.end < first.start + longest - 40).length;
      if (count > most) [most, at] = [count, said.indexOf(" ", Math.max(0, first.start - 40)) + 1];
    }
    if (at < 40) at = 0;
    const end = at + longest < said.length ? said.lastIndexOf(" ", at + longest) : said.length;
    if (at) parent.append("… ");
    for (const { start, end: last } of places) if (start >= at && last <= end) {
      parent.append(said.slice(at, start));
      element(parent, "mark", "", said.slice(start, at = last));
    }
    parent.append(said.slice(at, end) + (end < said.length ? " …" : ""));
  }

  // A result as a link: what the page is, its title, and the sentence that answers, in its section.
  function show(link, { page, ideas }) {
    const { at, heading, sentence } = SEARCH.answer({ page, ideas });
    link.replaceChildren();
    link.className = "hit";
    link.href = new URL(at, root);
    element(link, "span", "kind kind-" + page.kind, page.kind);
    link.append(" ");
    mark(element(link, "b", ""), page.texts[0], ideas);
    link.append(" ");
    const said = element(link, "small", "");
    if (heading) {
      mark(element(said, "span", "", ""), heading, ideas);
      said.append(": ");
    }
    if (sentence) mark(said, sentence, ideas, LENGTH);
    return link;
  }

  // Load the sentences, once; say whether they are there.
  const waiting = new Set();
  function complete(then) {
    waiting.add(then);
    for (const part of asked ? [] : SEARCH.parts) {
      const script = document.createElement("script");
      script.onload = script.onerror = () => { if (!--awaited) waiting.forEach((tell) => tell()); };
      script.src = new URL(part, here);
      document.head.append(script);
    }
    asked = true;
    return !awaited;
  }

  // Have a list show the results for what is in a field; tell how many there are, in words.
  function listing(field, list, most, make, tell, errors) {
    const links = list.getElementsByTagName("a");
    let found = [];
    const refresh = () => {
      found.slice(0, most).forEach((result, place) => show(links[place] || make(), result));
      while (links.length > Math.min(most, found.length)) list.lastChild.remove();
    };
    const draw = () => {
      const query = field.value.trim().length > 1 && field.value.trimStart();
      found = query ? SEARCH.find(query, errors) : [];
      refresh();
      const ended = !query || complete(update);
      tell(!query ? "" : found[1] ? found.length + " results, the best first" : found[0] ? "1 result"
        : ended ? "No page has any of these words." : "Looking further …", ended && query && !found[0]);
    };
    // The sentences have come. Nothing moves under a reader's finger.
    const update = () => {
      list.dataset.searched = "all";
      if (field.getAttribute("aria-expanded") === "false") return;
      (list.matches(":hover, :focus-within, :has([aria-selected=true])") ? refresh : draw)();
    };
    field.addEventListener("input", draw);
    field.form.addEventListener("submit", () => { field.value = SEARCH.message(field.value); });
    return draw;
  }

  // A field with a list below it, after the pattern of a combobox. Enter without a choice asks for the page.
  function combine(field, number) {
    const errors = field.dataset.find === "error", box = element(field.form, "div", "hits");
    const list = element(box, "div", ""), status = element(box, "p", "");
    let at = -1;
    const choose = (to) => {
      list.children[at]?.setAttribute("aria-selected", false);
      const link = list.children[at = to];
      field.setAttribute("aria-activedescendant", link ? link.id : "");
      link?.setAttribute("aria-selected", true);
      link?.scrollIntoView({ block: "nearest" });
    };
    const open = (whether) => {
      box.hidden = !whether;
      field.setAttribute("aria-expanded", !!whether);
      choose(-1);
    };
    const make = () => {
      const link = element(list, "a", "");
      return has(link, { id: list.id + "-" + list.children.length, role: "option", tabindex: -1, "aria-selected": false });
    };
    has(list, { id: "hits-" + number, role: "listbox", "aria-label": "Pages that match" });
    has(status, { role: "status" });
    has(field, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, autocomplete: "off" });
    if (errors) has(element(field.form, "input", ""), { type: "hidden", name: "find", value: "error" });
    open(false);
    const draw = listing(field, list, SHOWN, make, (words) => {
      status.textContent = words;
      open(words);
    }, errors);
    field.addEventListener("focus", () => field.value && draw());
    field.form.addEventListener("focusout", (event) => { if (!field.form.contains(event.relatedTarget)) open(false); });
    list.addEventListener("click", () => open(false));
    field.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], count = list.children.length;
      if (step && field.value) {
        if (box.hidden) draw();
        else choose((at + 1 + step + count + 1) % (count + 1) - 1);
      } else if (event.key === "Enter" && at >= 0) list.children[at].click();
      else if (event.key === "Escape" && !box.hidden) open(false);
      else return;
      event.preventDefault();
    });
    if (field === document.activeElement && field.value) draw();
  }

  // The page's own field with its results; where nothing is at an address, this address asks.
  function page() {
    const list = document.querySelector(".search-results"), status = document.querySelector(".search-status");
    const asked = new URLSearchParams(location.search);
    const draw = listing(own, list, ALL, () => element(element(list, "li", ""), "a", ""), (words, nothing) => {
      status.textContent = words;
      document.querySelector(".search-nothing").hidden = !nothing;
    }, asked.get("find"));
    // Up and down go through the results, from the field and back to it.
    document.addEventListener("keydown", (event) => {
      const stops = [own, ...list.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
      const to = stops[at + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] || 0)];
      if (at < 0 || !to || to === stops[at] || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      to.focus();
    });
    own.form.addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.focus();
    });
    if (own.dataset.find === "address") own.value = wordsOf(location.pathname);
    else {
      own.addEventListener("input", () => {
        const query = encodeURIComponent(SEARCH.message(own.value));
        history.replaceState(null, "", query ? "?q=" + query : location.pathname);
      });
      own.value = asked.get("q") || "";
      own.focus();
    }
    draw();
  }

  function wordsOf(path) {
    const named = new URLSearchParams("=" + path.replace(root.pathname, "").replace(/[&+]/g, " ")).get("");
    return named.replace(/\b(lessons|index|html)\b|\W+/g, " ").trim();
  }

  const begin = () => {
    document.querySelectorAll("[role=search] [name=q]:not(#search-field)").forEach(combine);
    if (own) page();
  };
  // Not before its style has come.
  const style = document.querySelector("[href*='/search.css']");
  style.sheet ? begin() : style.onload = begin;
})();
