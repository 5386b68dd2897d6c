// The table of all lessons: filters by words, by chapter, and by what was not read yet.
const table = document.querySelector("table.all-lessons");
const chapters = [...table.tBodies];
const form = document.createElement("form");
form.className = "all-lessons-filters";
form.innerHTML = `<label>Filter <input type="search" autocomplete="off"></label>
<label>Chapter <select><option value="">all</option></select></label>
<label><input type="checkbox"> not read yet</label><span role="status"></span>`;
const [words, chapter, unread] = form.elements;
chapters.forEach((body, n) => chapter.add(new Option(body.rows[0].textContent, n)));
form.onsubmit = (event) => event.preventDefault();
form.oninput = () => {
  const wanted = words.value.toLowerCase().split(/\s+/);
  let left = 0, all = 0;
  chapters.forEach((body, n) => {
    const [heading, ...rows] = body.rows;
    let some = false;
    for (const row of rows) {
      const text = `${row.textContent} ${heading.textContent}`.toLowerCase();
      const shown = (!chapter.value || +chapter.value === n) && wanted.every((word) => text.includes(word))
        && !(unread.checked && row.querySelector("[data-page]:not([hidden])"));
      row.hidden = !shown;
      some ||= shown;
      left += shown;
      all += 1;
    }
    body.hidden = !some;
  });
  form.lastChild.textContent = left < all ? `${left} of ${all} lessons` : `${all} lessons`;
};
table.before(form);
form.oninput();
