// A run's lines, each in its time. data-fork etc.: its length, the stretch to play and the
// steps between lines, in tenths of ms. A timeline plays all transcripts of its run.
document.querySelectorAll("[data-run]").forEach((group, _, groups) => {
  const root = document.documentElement, run = `[data-run="${group.dataset.run}"]`;
  const own = (group.matches(".timeline") ? root : group).querySelectorAll(`${run} .lines li`);
  const byTime = (a, b) => a.at - b.at;
  const bar = document.createElement("div");
  let whole, from, to, steps, lines, lanes, slow, speed, next, at, seen, state = "Replay";

  bar.className = "replay";
  bar.innerHTML = "<button></button><button>Step</button><button></button>" +
    "<button>Show all</button><span></span>";
  const [play, step, pace, rest, clock] = bar.children;
  const field = group.querySelector("fieldset");
  if (field) field.after(bar); else group.append(bar);

  function tell() {
    rest.hidden = clock.hidden = state === "Replay";
    play.textContent = state;
    pace.textContent = `Speed ${speed}`;
    clock.textContent = `${(at / 1e4).toFixed(3)} s`;
    lanes?.style.setProperty("--at", rest.hidden ? "" : `${at / whole * 100}%`);
  }
  function go(now) {
    if (rest.hidden) {
      groups.forEach((other) => other.end());
      lines.sort(byTime).forEach((li) => li.classList.add("later"));
      next = 0;
      at = from;
    }
    state = now;
    seen = performance.now();
    tell();
  }
  function show(time) {
    at = time;
    while (lines[next]?.at <= at) lines[next++].classList.remove("later");
    if (at < to) tell(); else group.end();
  }
  function tick(now) {
    if (state !== "Pause") return;
    requestAnimationFrame(tick);
    show(at + (now - seen) * speed * 10);
    seen = now;
  }
  group.end = () => {
    state = "Replay";
    lines.forEach((li) => li.classList.remove("later"));
    tell();
  };
  play.onclick = () => {
    go(state === "Pause" ? "Continue" : "Pause");
    requestAnimationFrame(tick);
  };
  step.onclick = () => {
    go("Continue");
    show(lines[next]?.at ?? to);
  };
  pace.onclick = () => {
    speed = speed < 1 ? 1 : slow;
    tell();
  };
  rest.onclick = () => {
    group.end();
    step.focus();
  };
  function choose() { // a start method
    if (lines) group.end();
    const start = (group.querySelector(".only") || root).dataset.start;
    [whole, from, to, ...steps] = (group.dataset[start] || "").split(" ").map(Number);
    lines = [...own].filter((li) => !li.closest(`.variant:not([data-start=${start}])`));
    lanes = root.querySelector(`.timeline${run} [data-start=${start}] .lanes`);
    at = 0;
    steps.forEach((step, n) => lines[n].at = at += step);
    if (lines.some((li, n) => li.at < lines[n - 1]?.at))
      lines.sort(byTime).forEach((li) => li.parentNode.append(li));
    bar.hidden = !lines[1];
    slow = Math.min(0.5, ((to - from) / 5e4).toPrecision(1));
    speed = to - from < 4000 ? slow : 1;
    tell();
  }
  choose();
  new MutationObserver(choose).observe(root, { attributeFilter: ["data-start"] });
});
