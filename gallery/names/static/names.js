// The index of names: a field that leaves only what contains what is typed. What has it in its name
// comes first, with those that begin with it, then what has it in a chapter's title.
{
  const count = document.querySelector(".names-count"), all = count.textContent;
  const rows = [...document.querySelectorAll("dl.names > dt")].map((dt) => {
    const dd = dt.nextElementSibling, short = dt.querySelector("code").textContent.toLowerCase();
    const name = `${dt.id} ${short}`.toLowerCase();
    return { dt, dd, short, name, text: `${name} ${dt.textContent} ${dd.textContent}`.toLowerCase(), home: dt.parentNode };
  });
  const sections = rows.map((row) => row.home.closest("section"));
  const label = document.createElement("label"), found = document.createElement("dl");
  label.className = "names-filter";
  label.innerHTML = 'Filter by name or chapter <input type="search" autocomplete="off" spellcheck="false">';
  found.className = "names";
  count.before(label);
  count.after(found);
  count.setAttribute("role", "status");
  label.lastChild.oninput = (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (text) => words.every((word) => text.includes(word));
    const rank = (row) => !has(row.text) ? 3 : !has(row.name) ? 2 : row.short.startsWith(words[0]) ? 0 : 1;
    const left = words.length ? rows.filter((row) => (row.rank = rank(row)) < 3).sort((a, b) => a.rank - b.rank) : [];
    // Every row is at one place: among those that were found, or at home.
    for (const { dt, dd, home } of rows) home.append(dt, dd);
    for (const { dt, dd } of left) found.append(dt, dd);
    for (const section of sections) section.hidden = words.length;
    count.textContent = words.length ? `${left.length} of ${rows.length} names` : all;
  };
}
