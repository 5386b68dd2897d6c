// Which start method's recordings a page shows, decided before anything of it is drawn.
(() => {
  const root = document.documentElement, page = document.querySelector("meta[name=start]");
  const methods = page ? page.content.split(" ") : ["fork", "forkserver", "spawn"];
  const stored = (...method) => { // asked for, or given
    try {
      return localStorage[method.length ? "setItem" : "getItem"]("start", ...method);
    } catch { /* a private window */ }
  };
  function choose(method) {
    if (!methods.includes(method)) return false;
    root.dataset.start = method;
    const radio = document.getElementById(`start-${method}`);
    if (radio) radio.checked = true;
    return true;
  }
  // What is above changes its height: a box stays where it is on the screen.
  function change(method, box) {
    const top = () => box ? box.getBoundingClientRect().top : 0, before = top();
    stored(method);
    choose(method);
    scrollBy({ top: top() - before, behavior: "instant" });
  }
  root.classList.replace("no-js", "js"); // the theme does that after the first paint
  const asked = new URLSearchParams(location.search).get("start");
  if (choose(asked)) stored(asked);
  else choose(stored()) || choose(page?.dataset.opens) ||
    choose(/Mac|Win|iPhone|iPad/.test(navigator.platform) ? "spawn" : "fork") || choose(methods[0]);

  addEventListener("storage", (event) => event.key === "start" && choose(event.newValue));
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "start") return;
    const boxes = [...document.querySelectorAll(".cell, .pair, #the-whole-run")];
    change(target.value, boxes.find((box) => box.getBoundingClientRect().bottom > 150));
  });
  document.addEventListener("click", ({ target }) => {
    const method = target.dataset.show, box = target.closest(".recorded");
    if (!method) return;
    change(method, target.closest(".cell, .pair") || box);
    box.querySelector(`[data-start=${method}] [data-show]`)?.focus({ preventScroll: true });
  });
  document.addEventListener("DOMContentLoaded", () => {
    choose(root.dataset.start); // its radio button is there now
    document.querySelectorAll("[data-show]").forEach((word) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.show = button.textContent = word.dataset.show;
      word.replaceWith(button);
    });
  });
})();
