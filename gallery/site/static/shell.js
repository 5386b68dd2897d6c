// What the shell does beyond HTML: the theme's button, the marks of where one is, keys, and what scrolls.
{
  const all = css => [...document.querySelectorAll(css)], one = css => document.querySelector(css);

  // The first press changes what is seen.
  const theme = one(".theme-toggle"), chosen = document.body.dataset;
  const themes = matchMedia("(prefers-color-scheme: dark)").matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  const tell = () => { theme.title = `Theme: ${chosen.theme}`; theme.ariaLabel = `${theme.title}. Change`; };
  theme.onclick = () => {
    chosen.theme = themes[(themes.indexOf(chosen.theme) + 1) % 3];
    try { localStorage.setItem("theme", chosen.theme); } catch { /* no storage here */ }
    tell();
  };
  tell();

  // The heading that the reader is below: of the sections in the upper part of the window, the last.
  const links = new Map(all(".toc-tree a[href^='#']").map(link => [link.hash.slice(1), link]));
  const seen = new Set();
  const spy = new IntersectionObserver(entries => {
    entries.forEach(entry => seen[entry.isIntersecting ? "add" : "delete"](entry.target));
    const here = parts.findLast(part => seen.has(part));
    links.forEach((link, id) => { link.ariaCurrent = id === here?.id ? "true" : null; });
  }, { rootMargin: "-80px 0px -66%" });
  const parts = all("article section[id]").filter(part => links.has(part.id));
  parts.forEach(part => spy.observe(part));

  // In a long chapter, the page's own line.
  const side = one(".sidebar-drawer"), line = side.querySelector("li [aria-current]");
  if (line) side.scrollTop = line.offsetTop - side.clientHeight / 2;

  // What is wider than its place can be scrolled by key. Told once laid out, and at each change of width.
  const sizes = new ResizeObserver(entries => {
    const wide = entries.map(({ target }) => target.scrollWidth > target.clientWidth);
    entries.forEach(({ target }, n) => { // after all was read: the browser lays out once
      if (wide[n]) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    });
  });
  all("pre, .lines, .table-wrapper").forEach(part => sizes.observe(part));

  const turn = { ArrowLeft: "prev", ArrowRight: "next" };
  addEventListener("keydown", event => {
    const { key, target } = event, ctrl = event.ctrlKey || event.metaKey;
    if (event.altKey || event.defaultPrevented) return;
    if (key === "/" && !ctrl && !target.matches("textarea, select, input:not([type=radio], [type=checkbox])") || key === "k" && ctrl) {
      event.preventDefault();
      (document.getElementById("search-field") || one(".find input")).focus();
    } else if (turn[key] && !ctrl && !event.shiftKey && target === document.body) {
      const link = one(`link[rel=${turn[key]}]`);
      if (link) location.href = link.href;
    }
  });
}
