// One switch for the whole site: which platform's recordings are shown.
// Runs in the head, so that nothing jumps when the page is drawn.
(function () {
  "use strict";
  var methods = ["fork", "forkserver", "spawn"];
  var root = document.documentElement;

  function stored() {
    try { return localStorage.getItem("start"); } catch (error) { return null; }
  }
  function first() {
    var asked = new URLSearchParams(location.search).get("start");
    if (methods.includes(asked)) { store(asked); return asked; }
    if (methods.includes(stored())) return stored();
    return /Mac|Win|iPhone|iPad/.test(navigator.platform) ? "spawn" : "fork";
  }
  function store(method) {
    try { localStorage.setItem("start", method); } catch (error) { /* private mode */ }
  }
  function choose(method) {
    root.dataset.start = method;
    document.querySelectorAll(".start-switch input").forEach(function (input) {
      input.checked = input.value === method;
    });
  }
  root.classList.add("js");
  root.classList.remove("no-js"); // Furo does that after the first paint, and its button appears
  choose(first());

  window.addEventListener("storage", function (event) {
    if (event.key === "start" && methods.includes(event.newValue)) choose(event.newValue);
  });
  // As the page arrives: switches that came when all of it is there would push down what is drawn.
  var number = 0;
  function equip() {
    document.querySelectorAll(".recorded:not([data-switch])").forEach(function (group) {
      if (document.readyState === "loading" && !group.nextSibling) return; // not all of it is here
      group.dataset.switch = number += 1;
      var variants = group.querySelectorAll(":scope > .variant:not(.only)");
      if (!variants.length) return;
      var field = document.createElement("fieldset");
      field.className = "start-switch";
      var legend = document.createElement("legend");
      legend.textContent = "Show the recording made as on";
      field.append(legend);
      variants.forEach(function (variant) {
        var method = variant.dataset.start;
        var label = document.createElement("label");
        var input = document.createElement("input");
        input.type = "radio";
        input.name = "start-" + number;
        input.value = method;
        input.checked = method === root.dataset.start;
        input.addEventListener("change", function () {
          // What is above changes its height: keep this switch where it is.
          var top = field.getBoundingClientRect().top;
          store(method);
          choose(method);
          window.scrollBy(0, field.getBoundingClientRect().top - top);
        });
        var platform = document.createElement("span");
        platform.append(...variant.querySelector(".variant-name").cloneNode(true).childNodes);
        label.append(input, platform);
        field.append(label);
      });
      group.prepend(field);
    });
  }
  var arriving = new MutationObserver(equip);
  arriving.observe(root, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", function () {
    arriving.disconnect();
    equip();
  });
})();
