// The page of results: asks rank() as you type, and keeps the query in the address.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var form = document.querySelector(".search-form"), field = form.q;
  var list = document.querySelector(".search-results"), status = document.querySelector(".search-status");
  var nothing = document.querySelector(".search-nothing"), MOST = 20, LENGTH = 200;
  var query = new URLSearchParams(location.search).get("q") || "";

  function element(parent, tag, text, name) {
    var made = parent.appendChild(document.createElement(tag));
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  // The stretch of a text that has the most of the words, with these marked.
  function excerpt(parent, text) {
    var places = rank.places(query, text), from = 0, most = 0;
    if (text.length > LENGTH) places.forEach(function (first) {
      var count = places.filter(function (p) { return p[0] >= first[0] && p[1] < first[0] + LENGTH - 40; }).length;
      if (count > most) { most = count; from = first[0] - 40; }
    });
    from = from > 0 ? text.indexOf(" ", from) + 1 : 0;
    var end = from + LENGTH < text.length ? text.lastIndexOf(" ", from + LENGTH) : text.length;
    var at = from;
    parent.append(from ? "… " : "");
    places.forEach(function (place) {
      if (place[0] < at || place[1] > end) return;
      parent.append(text.slice(at, place[0]));
      element(parent, "mark", text.slice(place[0], place[1]));
      at = place[1];
    });
    parent.append(text.slice(at, end) + (end < text.length ? " …" : ""));
  }

  function show() {
    var found = query.trim() ? rank(query).slice(0, MOST) : [];
    list.replaceChildren();
    found.forEach(function (result) {
      var item = element(list, "li"), page = result.page, text = result.text, block = text && text.block;
      element(item, "a", page.title).href = page.at;
      if (page.in) element(item, "span", page.in, "search-chapter");
      if (!text) return;
      var line = element(item, "p");
      if (text.kind === "asked") line.append("Also asked as: ");
      if (block && block[0]) {
        element(line, "a", block[1]).href = page.at + "#" + block[0];
        line.append(": ");
      }
      excerpt(line, text.text);
    });
    status.textContent = !query.trim() ? "" : found.length
      ? found.length + (found.length > 1 ? " pages" : " page") + ", the best first"
      : "No page has any of these words.";
    nothing.hidden = !query.trim() || found.length > 0;
  }

  // Up and down go through the results, from the field and back to it.
  document.addEventListener("keydown", function (event) {
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    var stops = [field].concat(Array.from(list.querySelectorAll("li > a")));
    var at = stops.indexOf(document.activeElement);
    if (!step || at < 0 || !stops[at + step] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    stops[at + step].focus();
  });
  field.addEventListener("input", function () {
    query = field.value;
    history.replaceState(null, "", query ? "?q=" + encodeURIComponent(query) : location.pathname);
    show();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) first.focus();
  });
  form.hidden = false;
  field.value = query;
  field.focus();
  show();
});
