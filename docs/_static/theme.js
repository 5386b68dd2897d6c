// What the theme leaves out: names for its two side columns, ways to open them in a narrow window
// and to scroll code by keyboard.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var names = { ".sidebar-drawer": "Site", ".toc-drawer": "On this page" };
  Object.keys(names).forEach(function (selector) {
    document.querySelectorAll(selector).forEach(function (part) {
      part.setAttribute("aria-label", names[selector]);
    });
  });
  // The drawers open by a label, which only a pointer can press: put a button into it.
  document.querySelectorAll("label.nav-overlay-icon, label.toc-overlay-icon").forEach(function (label) {
    var box = document.getElementById(label.htmlFor);
    var button = document.createElement("button");
    button.type = "button";
    button.className = "drawer-button";
    button.setAttribute("aria-label", box.getAttribute("aria-label"));
    function tell() { button.setAttribute("aria-expanded", box.checked); }
    button.append.apply(button, Array.from(label.childNodes));
    label.append(button);
    button.addEventListener("click", function () { box.click(); });
    box.addEventListener("change", tell);
    tell();
  });
  // Told once each is laid out, and whenever it is shown or changes its width.
  var sizes = new ResizeObserver(function (entries) {
    var parts = entries.map(function (entry) { return entry.target; });
    var wide = parts.map(function (part) { return part.scrollWidth > part.clientWidth; });
    parts.forEach(function (part, number) { // after all was read: the browser lays out once
      if (wide[number]) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    });
  });
  document.querySelectorAll(".highlight pre, .lines").forEach(function (part) { sizes.observe(part); });
});
