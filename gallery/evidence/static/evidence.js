// The filter of the table of evidence. Without it the table is whole.
(function () {
  "use strict";
  var table = document.querySelector("table.evidence-table");
  if (!table) return;
  var rows = Array.from(table.tBodies[0].rows);
  var heads = Array.from(table.tHead.rows[0].cells);

  // As cards the table keeps its meaning: a display of block takes it from some browsers.
  table.setAttribute("role", "table");
  table.querySelectorAll("thead, tbody").forEach(function (e) { e.setAttribute("role", "rowgroup"); });
  table.querySelectorAll("tr").forEach(function (e) { e.setAttribute("role", "row"); });
  table.querySelectorAll("td").forEach(function (e) { e.setAttribute("role", "cell"); });
  heads.forEach(function (e) { e.setAttribute("role", "columnheader"); });

  function named(element, prefix) {
    return Array.from(element.classList).find(function (c) { return c.startsWith(prefix); }) || "";
  }
  function unique(list) { return Array.from(new Set(list)).filter(Boolean); }
  function words(name) { return name.replace(/-/g, " "); }

  var pythons = Array.from(rows[0].cells).map(function (cell, column) {
    return [named(cell, "python-"), heads[column].textContent.trim()];
  }).filter(function (one) { return one[0]; });
  var states = unique(Array.from(table.querySelectorAll("li")).map(function (item) {
    return named(item, "state-");
  })).map(function (s) { return [s, words(s.slice(6))]; });
  var same = [
    ["same-all", "same lines, same order"],
    ["same-order-differs", "same lines, other orders"],
    ["same-lines-differ", "other lines"],
  ];

  function choice(title, options) {
    var pair = document.createElement("div");
    var label = document.createElement("label");
    var select = document.createElement("select");
    label.textContent = title;
    select.id = label.htmlFor = "evidence-" + form.children.length;
    select.append(new Option("all", ""));
    options.forEach(function (one) { select.append(new Option(one[1], one[0])); });
    select.addEventListener("change", apply);
    pair.append(label, select);
    form.append(pair);
    return select;
  }
  function apply() {
    var shown = 0;
    rows.forEach(function (row) {
      var cells = Array.from(row.cells);
      var looked = cells.filter(function (cell) {
        var own = named(cell, "python-");
        cell.hidden = Boolean(own && python.value && own !== python.value);
        return own && !cell.hidden;
      });
      var fits = !state.value || looked.some(function (cell) {
        return cell.querySelector("." + state.value);
      });
      fits = fits && (!runs.value || row.querySelector("." + runs.value));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    heads.forEach(function (head, column) {
      head.hidden = rows[0].cells[column].hidden;
    });
    count.textContent = shown + " of " + rows.length + " lessons";
  }

  var form = document.createElement("form");
  form.className = "evidence-filter";
  form.setAttribute("aria-label", "Filter of the table");
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  var python = choice("Python", pythons);
  var state = choice("With a result that is", states);
  var runs = choice("Its runs wrote", same);
  var count = document.createElement("output");
  form.append(count);
  (table.closest(".table-wrapper") || table).before(form);
  apply();
})();
