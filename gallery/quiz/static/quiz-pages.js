// Pages of questions: one at a time, and the result at the end. Lists of quizzes: what was reached.
{
  const stored = () => { try { return JSON.parse(localStorage.getItem("quiz")) || {}; } catch { return {}; } };
  const made = (name, ...inside) => {
    const element = document.createElement(name);
    element.append(...inside);
    return element;
  };
  const link = (address, text) => Object.assign(made("a", text), { href: address });
  const button = (text, act) => {
    const element = Object.assign(made("button", text), { type: "button" });
    element.addEventListener("click", act);
    return element;
  };

  for (const place of document.querySelectorAll(".quiz-score")) {
    const all = stored(), ids = place.dataset.questions.split(" ");
    const answered = ids.filter(id => id in all).length, right = ids.filter(id => all[id]).length;
    if (answered) place.textContent = `; you have answered ${answered}, ${right} of them right`;
  }

  const steps = document.querySelector(".quiz-steps");
  if (steps) {
    const [previous, next] = steps.querySelectorAll("button"), said = steps.querySelector("p");
    const bar = steps.querySelector("progress"), questions = [...document.querySelectorAll(".quiz-question")];
    const count = questions.length, key = question => question.id.slice(5);
    const result = made("div");
    result.className = "quiz-result";
    result.tabIndex = -1;
    steps.parentNode.append(result);
    let at = 0;

    const numbered = some => some.flatMap((n, place) => [place ? ", " : " ", link("#" + questions[n].id, `question ${n + 1}`)]);
    const showResult = () => {
      const all = stored(), every = questions.map((_, n) => n), tries = n => all[key(questions[n])];
      const right = every.filter(tries), first = every.filter(n => tries(n) === 1), open = every.filter(n => tries(n) === undefined);
      const lessons = new Map();
      for (const n of every.filter(n => tries(n) !== undefined && tries(n) !== 1)) {
        const lesson = questions[n].querySelector(".quiz-settled a");
        lessons.set(lesson.href, [lesson, ...(lessons.get(lesson.href) || [lesson]).slice(1), n]);
      }
      result.replaceChildren(made("h2", "Your result"),
        made("p", `${right.length} of ${count} right, ${first.length} of them at the first try.`));
      if (lessons.size) result.append(made("p", "Worth reading again:"), made("ul", ...[...lessons.values()].map(([lesson, ...of]) =>
        made("li", link(lesson.href, lesson.textContent), ":", ...numbered(of)))));
      if (open.length) result.append(made("p", "Not answered yet:", ...numbered(open), "."));
      result.append(button("Start again", () => {
        for (const question of questions) delete all[key(question)];
        try { localStorage.setItem("quiz", JSON.stringify(all)); } catch { /* private window */ }
        location.replace(location.pathname);
      }));
    };
    const tell = () => {
      const all = stored(), right = questions.filter(question => all[key(question)]).length;
      said.textContent = (at < count ? `Question ${at + 1} of ${count}` : "Result") + (right ? `, ${right} right` : "");
    };
    const show = n => {
      at = Math.max(0, Math.min(n, count));
      questions.forEach((question, n) => question.classList.toggle("now", n === at));
      result.hidden = at < count;
      if (at === count) showResult();
      previous.disabled = !at;
      next.disabled = at === count;
      next.textContent = at === count - 1 ? "Result" : "Next";
      bar.value = at + 1;
      tell();
    };
    const go = n => {
      show(n);
      history.replaceState(null, "", "#" + (at < count ? questions[at].id : "result"));
    };
    const follow = () => {
      const name = decodeURIComponent(location.hash.slice(1)), target = document.getElementById(name);
      const question = target && (target.closest(".quiz-question") || target.querySelector(".quiz-question"));
      if (name === "result") show(count);
      else if (question) show(questions.indexOf(question));
      else return false;
      return true;
    };

    previous.addEventListener("click", () => go(at - 1));
    next.addEventListener("click", () => go(at + 1));
    addEventListener("hashchange", () => { if (follow()) steps.scrollIntoView(); });
    document.addEventListener("answered", event => {
      tell();
      event.target.querySelector("form").append(button(at === count - 1 ? "See the result" : "Next question", () => {
        go(at + 1);
        const shown = questions[at] || result;
        shown.tabIndex = -1;
        shown.focus({ preventScroll: true });
        steps.scrollIntoView({ block: "nearest" });
      }));
    });
    if (follow()) steps.scrollIntoView(); else show(0);
  }
}
