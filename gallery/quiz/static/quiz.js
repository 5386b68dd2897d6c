// Questions. A wrong choice is out, with its reason; the answer comes at the second wrong try, or
// when it is asked for. All is checked here; how many tries it took stays in this browser.
{
  const stored = key => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };
  const made = (name, className, ...inside) => {
    const element = document.createElement(name);
    element.className = className;
    element.append(...inside);
    return element;
  };
  const icon = name => made("span", "i i-" + name);

  for (const question of document.querySelectorAll(".quiz-question")) {
    const form = question.querySelector("form"), feedback = question.querySelector(".quiz-feedback");
    const whys = question.querySelectorAll(".quiz-why > li");
    const choices = [...form.querySelectorAll(".quiz-choice")].map((box, n) => (
      { box, input: box.querySelector("input"), why: whys[n], right: whys[n].matches(".right") }));
    let tries = 0;
    form.reset(); // what a browser has kept of an earlier visit

    const reasons = some => some.flatMap(({ input, why }) => [
      " ", ...some.length > 1 ? [made("b", "", input.value + ":"), " "] : [],
      ...[...why.cloneNode(true).childNodes].slice(1), // after "A is wrong."
    ]);
    const paragraph = (kind, verdict, ...more) => made("p", "",
      made("b", "quiz-verdict " + kind, icon(kind === "right" ? "check" : "cross"), verdict), ...more);
    const mark = ({ box, input }, kind, words) => {
      box.classList.add(kind);
      input.parentNode.append(made("span", "quiz-mark", icon(kind === "right" ? "check" : "cross"), words));
    };
    const end = (found, wrong) => {
      const right = choices.filter(choice => choice.right), said = right.map(({ input }) => input.value).join(" and ");
      for (const choice of choices) {
        if (choice.right) mark(choice, "right", choice.input.checked ? "Right" : tries ? "This would have been right" : "This is right");
        choice.input.disabled = true;
      }
      question.classList.add("answered");
      feedback.replaceChildren(
        ...wrong.length ? [paragraph("wrong", "Not yet.", ...reasons(wrong))] : [],
        paragraph("right", found ? "Right." : `${said} ${right[1] ? "are" : "is"} right.`, ...reasons(right)),
        ...[...question.querySelectorAll(".quiz-answer :is(.quiz-counts, .quiz-settled)")].map(part => part.cloneNode(true)));
      form.querySelectorAll(":scope > button").forEach(button => button.remove());
      feedback.tabIndex = -1;
      feedback.focus({ preventScroll: true }); // it was on one of the buttons
      let all;
      try { all = JSON.parse(stored("quiz")); } catch { /* not ours */ }
      store("quiz", JSON.stringify({ ...all, [question.id.slice(5)]: found ? tries : 0 }));
      question.dispatchEvent(new Event("answered", { bubbles: true }));
    };

    form.addEventListener("submit", event => {
      event.preventDefault();
      const chosen = choices.filter(({ input }) => input.checked), good = chosen.filter(({ right }) => right);
      const wrong = chosen.filter(({ right }) => !right);
      const count = choices.filter(({ right }) => right).length;
      if (!chosen.length) {
        feedback.replaceChildren(made("p", "", "Choose an answer first."));
        return form.querySelector("input:enabled").focus();
      }
      tries += 1;
      for (const choice of wrong) {
        mark(choice, "wrong", "Not yet");
        choice.input.checked = false;
        choice.input.disabled = true;
      }
      if (!wrong.length && good.length === count) return end(true, wrong);
      if (tries > 1) return end(false, wrong);
      const found = count > 1 ? ` You have ${good.length} of the ${count} that are right.` : "";
      feedback.replaceChildren(paragraph("wrong", "Not yet.", ...reasons(wrong), found));
    });
    form.querySelector(".quiz-tell").addEventListener("click", () => end(false, []));
  }

  // Predictions: a reader may want to see all outputs at once.
  for (const box of document.querySelectorAll(".always input")) {
    const output = box.closest(".ask").querySelector("details");
    output.open = box.checked = stored("outputs") === "1";
    box.addEventListener("change", () => {
      store("outputs", box.checked ? "1" : "");
      output.open ||= box.checked;
    });
  }
}
