// The index of names: a field that leaves only the names which contain what is typed.
(function () {
  "use strict";
  var count = document.querySelector(".names-count");
  if (!count) return;
  var terms = Array.prototype.slice.call(document.querySelectorAll("dl.names > dt"));
  var sections = Array.prototype.slice.call(document.querySelectorAll("article section section"))
    .filter(function (section) { return section.querySelector("dl.names"); });
  var all = count.textContent;

  var label = document.createElement("label");
  label.className = "names-filter";
  label.textContent = "Filter by name or chapter ";
  var field = document.createElement("input");
  field.type = "search";
  field.autocomplete = "off";
  field.spellcheck = false;
  label.appendChild(field);
  count.parentNode.insertBefore(label, count);
  count.setAttribute("role", "status");

  var texts = terms.map(function (term) {
    return (term.id + " " + term.textContent + " " + term.nextElementSibling.textContent).toLowerCase();
  });

  function filter() {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    var left = 0;
    terms.forEach(function (term, number) {
      var shown = words.every(function (word) { return texts[number].indexOf(word) >= 0; });
      term.hidden = term.nextElementSibling.hidden = !shown;
      if (shown) left += 1;
    });
    sections.forEach(function (section) {
      section.hidden = !section.querySelector("dl.names > dt:not([hidden])");
    });
    count.textContent = words.length ? left + " of " + terms.length + " names" : all;
  }
  field.addEventListener("input", filter);
})();
