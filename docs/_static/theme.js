// What the theme leaves out: names for its two side columns, a way to scroll code by keyboard, and
// "/" for the search.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var names = { ".sidebar-drawer": "Site", ".toc-drawer": "On this page" };
  Object.keys(names).forEach(function (selector) {
    document.querySelectorAll(selector).forEach(function (part) {
      part.setAttribute("aria-label", names[selector]);
    });
  });
  function reachable() {
    document.querySelectorAll(".highlight pre, .lines").forEach(function (part) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    });
  }
  reachable();
  addEventListener("resize", reachable);
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    var field = document.getElementById("search-field") || document.querySelector(".sidebar-search");
    if (!field) return;
    event.preventDefault();
    if (field.getBoundingClientRect().left >= 0) field.focus();
    else location.href = field.form.action; // the sidebar is folded away
  });
});
