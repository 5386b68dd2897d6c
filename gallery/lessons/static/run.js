// A run: its lines, its dots and its lanes are one thing. Pointing at one lights the others, a click or
// Enter pins it, Esc lets go. The scrubber moves through the run's own time, and Replay plays it.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const pressed = (button, yes) => button?.setAttribute("aria-pressed", yes);

function equip(run) {
  const slice = run.querySelector(".slice");
  const lines = [...run.querySelectorAll(".lines li[data-t]")];
  const lanes = [...run.querySelectorAll(".lane[data-l]")];
  const times = lines.map((line) => +line.dataset.t);
  const [from, to] = slice ? [+slice.dataset.from, +slice.dataset.to] : [0, 0];
  const places = to - from < 1000 ? 4 : to - from < 10000 ? 3 : 2;
  const count = `${lines.length} line${lines.length === 1 ? "" : "s"}`;
  const seconds = (time) => `${(time / 1e4).toFixed(places)} s`;
  const laneOf = (n) => lanes.find((lane) => lane.dataset.l === lines[n].dataset.l);
  const nameOf = (lane) => lane?.querySelector("b").textContent;
  const dots = []; // by line; a lane has one for each of its lines, in their order
  for (const lane of lanes) {
    const own = [...lines.keys()].filter((n) => lines[n].dataset.l === lane.dataset.l);
    lane.querySelectorAll("circle").forEach((dot, k) => { dots[own[k]] = dot; });
  }
  let pinned = null; // {n} a line, or {lane}
  const isIn = (what, n) => what && (what.n === n || (what.lane && what.lane === laneOf(n)));

  function light(what) {
    lines.forEach((line, n) => {
      line.classList.toggle("lit", !!isIn(what, n));
      dots[n]?.classList.toggle("lit", !!isIn(what, n));
    });
    const who = what && (what.lane ?? laneOf(what.n));
    lanes.forEach((lane) => lane.classList.toggle("lit", lane === who));
    slice?.classList.toggle("has-lit", !!who);
  }
  const rest = () => light(pinned);
  function pin(what) {
    pinned = pinned && pinned.n === what.n && pinned.lane === what.lane ? null : what;
    lines.forEach((line, n) => {
      line.classList.toggle("pin", !!isIn(pinned, n));
      pressed(line.querySelector(".at"), pinned?.n === n);
    });
    lanes.forEach((lane) => pressed(lane.querySelector("button"), !!pinned && pinned.lane === lane));
    rest();
    tell();
  }
  const points = (element, what) => {
    element.onmouseenter = () => light(what);
    element.onmouseleave = rest;
  };

  // The time at the end of a line is its button; together they are one stop of the Tab key.
  let before = "";
  lines.forEach((line, n) => {
    const time = seconds(times[n]);
    const button = make("button", { type: "button", className: "at", textContent: time, tabIndex: n ? -1 : 0 });
    button.classList.toggle("again", time === before);
    button.setAttribute("aria-label", `${time}, ${nameOf(laneOf(n)) ?? "main"}: pin this line`);
    pressed(button, false);
    before = time;
    line.append(button);
    points(line, { n });
    button.onfocus = () => light({ n });
    button.onblur = rest;
    line.onclick = (event) => {
      if (!event.target.closest("summary, a") && !String(getSelection())) pin({ n });
    };
    button.onkeydown = (event) => {
      const next = { ArrowDown: n + 1, ArrowUp: n - 1, Home: 0, End: lines.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const other = lines[Math.max(0, Math.min(lines.length - 1, next))].querySelector(".at");
      button.tabIndex = -1;
      other.tabIndex = 0;
      other.focus();
    };
    if (dots[n]) {
      points(dots[n], { n });
      dots[n].onclick = () => {
        pin({ n });
        line.scrollIntoView({ block: "nearest" });
      };
    }
  });
  for (const lane of lanes) {
    points(lane, { lane });
    if (!lines.some((line) => line.dataset.l === lane.dataset.l)) continue;
    const name = lane.querySelector("b");
    const button = make("button", { type: "button", title: "Pin this process's lines" }, ...name.childNodes);
    name.append(button);
    pressed(button, false);
    button.onclick = () => pin({ lane });
    button.onfocus = () => light({ lane });
    button.onblur = rest;
  }
  run.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pinned) pin(pinned);
  });
  let tell = () => {};
  if (!slice) return;

  // Replay
  const factor = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((n) => (to - from) * n >= 6e4) ?? 1000;
  let at = to, timer = 0, seen = 0, slow = to - from < 4000;
  const icon = make("span", { className: "i i-play" });
  const word = make("span", { textContent: "Replay" });
  const play = make("button", { type: "button" }, icon, word);
  const step = make("button", { type: "button", textContent: "Step" });
  const speed = make("button", { type: "button", hidden: factor === 1 });
  const status = make("span"); // no live region: it would talk all the time
  const scrubber = make("input", { type: "range", max: 1000, value: 1000 });
  scrubber.setAttribute("aria-label", "Moment of the run");
  slice.classList.add("equipped");
  slice.append(make("div", { className: "lane scrub" }, make("b"), scrubber),
    make("div", { className: "controls" }, play, step, speed, status));

  tell = () => {
    const shown = times.filter((time) => time <= at).length;
    const who = pinned && (pinned.lane ?? laneOf(pinned.n));
    status.textContent = pinned
      ? `Pinned: ${pinned.lane ? "" : `line ${pinned.n + 1}, `}${nameOf(who)}. Esc lets go.`
      : at < to ? `${seconds(at)}: ${shown} of ${count}` : `${count} in ${seconds(to - from)}`;
    speed.textContent = slow ? `Slowed ${factor}x` : "Speed: 1x";
  };
  function show(time) {
    at = Math.max(from, Math.min(to, time));
    const past = (n) => at >= to || times[n] <= at;
    lines.forEach((line, n) => {
      line.classList.toggle("later", !past(n));
      dots[n]?.classList.toggle("later", !past(n));
    });
    const part = (at - from) / (to - from);
    slice.classList.toggle("playing", at < to);
    slice.style.setProperty("--at", part);
    scrubber.value = part * 1000;
    scrubber.setAttribute("aria-valuetext", `${seconds(at)} of ${seconds(to)}`);
    tell();
  }
  const stop = () => {
    cancelAnimationFrame(timer);
    clearTimeout(timer);
    timer = 0;
    word.textContent = "Replay";
    icon.className = "i i-play";
  };
  const next = () => times.find((time) => time > at) ?? to;
  function frame(now) {
    show(at + (seen ? (now - seen) * 10 / (slow ? factor : 1) : 0));
    seen = now;
    if (at < to) timer = requestAnimationFrame(frame);
    else stop();
  }
  function hop() { // without motion: line by line
    show(next());
    if (at < to) timer = setTimeout(hop, slow ? 1500 : 500);
    else stop();
  }
  play.onclick = () => {
    if (timer) return stop();
    if (at >= to) show(from);
    seen = 0;
    word.textContent = "Pause";
    icon.className = "i i-pause";
    timer = calm.matches ? setTimeout(hop) : requestAnimationFrame(frame);
  };
  step.onclick = () => {
    stop();
    if (at >= to) show(from);
    show(next());
  };
  speed.onclick = () => {
    slow = !slow;
    tell();
  };
  scrubber.oninput = () => {
    stop();
    show(from + (to - from) * scrubber.value / 1000);
  };
  show(to);
}

// Each when it comes near: a page has many, under three start methods.
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    equip(target);
  }
}, { rootMargin: "50%" });
document.querySelectorAll(".variant").forEach((run) => near.observe(run));
