// A button that copies the code of a block. (sphinx-copybutton does the same with six times the bytes.)
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var icon = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 9h11v11H9zM5 15H4V4h11v1"/></svg>';

  // Where a page is not allowed the clipboard (http without a certificate), as in the old days.
  function byHand(text) {
    var field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    var done = document.execCommand("copy");
    field.remove();
    return done ? Promise.resolve() : Promise.reject();
  }
  function write(text) {
    if (!navigator.clipboard) return byHand(text);
    return navigator.clipboard.writeText(text).catch(function () { return byHand(text); });
  }
  document.querySelectorAll(".highlight > pre").forEach(function (code) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copybtn";
    button.title = "Copy";
    button.setAttribute("aria-label", "Copy this code");
    button.innerHTML = icon;
    function tell(word, good) {
      button.dataset.said = word;
      button.classList.toggle("success", good);
      setTimeout(function () {
        delete button.dataset.said;
        button.classList.remove("success");
      }, 2000);
    }
    button.addEventListener("click", function () {
      var whole = code.cloneNode(true);
      whole.querySelectorAll(".linenos, .gp, .go").forEach(function (part) { part.remove(); });
      write(whole.textContent).then(
        function () { tell("Copied", true); }, function () { tell("Not copied", false); });
    });
    code.after(button);
  });
});
