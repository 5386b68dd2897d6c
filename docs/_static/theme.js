// What the theme leaves out: names for its two side columns, and a way to scroll code by keyboard.
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
});
