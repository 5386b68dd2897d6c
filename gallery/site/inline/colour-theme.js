// The colours that the reader chose last, before anything is drawn; the theme's script has the button.
(function () {
  "use strict";
  var chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch (error) { /* no storage here */ }
  document.body.dataset.theme = chosen || "auto";
})();
