// Marks what was read to its end: a tick that has the page's name in data-page, or comes into what has.
{
  const stored = () => {
    try { return [].concat(JSON.parse(localStorage.read ?? "[]") ?? []); } catch { return []; }
  };
  const store = names => {
    try { localStorage.read = JSON.stringify(names); } catch { /* a private window */ }
    show();
  };
  const show = () => {
    const read = stored();
    document.querySelectorAll("[data-page]").forEach(at => {
      const is = read.includes(at.dataset.page);
      if (is && !at.matches(".i") && !at.querySelector(".i"))
        at.insertAdjacentHTML("beforeend", '<span class="i i-check" role="img" aria-label="read"></span>');
      const tick = at.matches(".i") ? at : at.querySelector(".i");
      if (tick) tick.hidden = !is;
    });
    document.querySelectorAll(".progress").forEach(said => {
      const lessons = [...document.querySelectorAll("ol.lessons > li")];
      const left = lessons.filter(one => one.querySelector("[data-page]")?.hidden);
      const minutes = left.reduce((sum, one) => sum + parseInt(one.querySelector(".minutes").textContent), 0);
      const done = said.firstChild.value = lessons.length - left.length;
      const words = said.children[1], all = said.dataset.all ??= words.textContent;
      words.textContent = done ? `${done} of ${lessons.length} read, ${minutes} minutes left` : all;
    });
    document.querySelectorAll("[data-forget]").forEach(button => {
      button.hidden = !read.length;
      button.onclick = () => store([]);
    });
  };
  const end = document.querySelector("[data-end]");
  if (end) {
    const observer = new IntersectionObserver(seen => {
      if (!seen.some(one => one.isIntersecting)) return;
      observer.disconnect();
      store([...new Set([...stored(), end.dataset.end])]);
    });
    document.querySelectorAll("#check-yourself, [data-end]").forEach(part => observer.observe(part));
  }
  show();
  addEventListener("storage", show);
  addEventListener("pageshow", show); // back from a lesson
}
