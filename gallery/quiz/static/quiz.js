// Answers are checked here and nowhere else; what was reached stays in this browser.
// Runs in the head, so that nothing jumps when the page is drawn.
(function () {
  "use strict";
  var KEY = "quiz"; // {question's id: {first: right at once, right: right by now}}
  document.documentElement.classList.add("quiz-js");

  function stored() {
    try {
      var found = JSON.parse(localStorage.getItem(KEY));
      return found && typeof found === "object" && !Array.isArray(found) ? found : {};
    } catch (error) { return {}; }
  }
  function store(all) {
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch (error) { /* private mode */ }
  }
  function keep(id, right) {
    var all = stored();
    if (!all[id]) all[id] = { first: right };
    all[id].right = Boolean(all[id].right || right);
    store(all);
    showScores();
  }
  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function showScores() {
    var all = stored();
    document.querySelectorAll(".quiz-score").forEach(function (place) {
      var ids = place.dataset.questions.split(" ");
      var answered = ids.filter(function (id) { return all[id]; });
      var right = answered.filter(function (id) { return all[id].right; }).length;
      var first = answered.filter(function (id) { return all[id].first; }).length;
      place.replaceChildren();
      if (!answered.length) return;
      place.append(element("p", "Your score: " + right + " of " + ids.length + " right, " + first +
        " of them at the first try; " + answered.length + " answered."));
      if (!document.querySelector(".quiz-question")) return;
      var again = element("button", "Forget this score", "quiz-again");
      again.type = "button";
      again.addEventListener("click", function () {
        var all = stored();
        ids.forEach(function (id) { delete all[id]; });
        store(all);
        document.querySelectorAll(".quiz-question.answered").forEach(reset);
        showScores();
        var first = document.querySelector(".quiz-choice input");
        if (first) first.focus();
      });
      place.append(again);
    });
  }

  function inputs(question) {
    return Array.from(question.querySelectorAll(".quiz-choice input"));
  }
  function why(question, letter) {
    return question.querySelector('.quiz-why [data-choice="' + letter + '"]');
  }
  function reset(question) {
    question.classList.remove("answered");
    question.querySelectorAll(".quiz-mark").forEach(function (mark) { mark.remove(); });
    inputs(question).forEach(function (input) {
      input.checked = false;
      input.disabled = false;
      input.closest(".quiz-choice").classList.remove("chosen", "right", "wrong");
    });
    question.querySelectorAll("details").forEach(function (part) { part.open = false; });
    var feedback = question.querySelector(".quiz-feedback");
    feedback.replaceChildren();
    feedback.className = "quiz-feedback";
    question.querySelector(".quiz-check").textContent = "Check";
  }
  function explained(question, letters) {
    return letters.map(function (letter) {
      var said = element("p");
      why(question, letter).childNodes.forEach(function (node) { said.append(node.cloneNode(true)); });
      return said;
    });
  }
  function check(question) {
    var feedback = question.querySelector(".quiz-feedback");
    var all = inputs(question);
    var chosen = all.filter(function (input) { return input.checked; });
    if (!chosen.length) {
      feedback.replaceChildren(element("p", "Choose an answer first."));
      all[0].focus();
      return;
    }
    var isRight = function (input) { return why(question, input.value).dataset.right === "yes"; };
    var right = all.every(function (input) { return input.checked === isRight(input); });
    var letters = [];
    all.forEach(function (input) {
      var good = isRight(input);
      if (!input.checked && !good) return;
      letters.push(input.value);
      var choice = input.closest(".quiz-choice");
      if (input.checked) choice.classList.add("chosen");
      choice.classList.add(good ? "right" : "wrong");
      choice.querySelector("label").append(element("span",
        good ? (input.checked ? "\u2713 right" : "\u2713 this is right") : "\u2717 wrong", "quiz-mark"));
    });
    all.forEach(function (input) { input.disabled = true; });
    var words = right ? "\u2713 Right." : "\u2717 Not right.";
    if (!right && chosen.length && chosen.every(isRight)) words = "\u2717 Not all that are right.";
    feedback.className = "quiz-feedback " + (right ? "right" : "wrong");
    feedback.replaceChildren.apply(feedback,
      [element("p", words, "quiz-verdict")].concat(explained(question, letters)));
    var settled = question.querySelector(".quiz-settled");
    if (settled) feedback.append(settled.cloneNode(true));
    question.classList.add("answered");
    question.querySelector(".quiz-check").textContent = "Try again";
    keep(question.dataset.question, right);
  }

  document.addEventListener("submit", function (event) {
    var question = event.target.closest(".quiz-question");
    if (!question) return;
    event.preventDefault();
    if (question.classList.contains("answered")) {
      reset(question);
      inputs(question)[0].focus();
    } else {
      check(question);
    }
  });
  window.addEventListener("storage", function (event) { if (event.key === KEY) showScores(); });
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".quiz-question form").forEach(function (form) { form.reset(); });
    showScores();
  });
})();
