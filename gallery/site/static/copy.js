// Buttons that copy: the code of a block, and the page as Markdown.
// (sphinx-copybutton does the first with six times the bytes.)
{
  // Where a page is not allowed the clipboard (http without a certificate), as in the old days.
  const byHand = text => {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done ? Promise.resolve() : Promise.reject();
  };
  const write = text => navigator.clipboard
    ? navigator.clipboard.writeText(text).catch(() => byHand(text)) : byHand(text);

  const button = (name, words, text, otherwise = () => {}) => {
    const made = document.createElement("button"), said = document.createElement("span");
    const say = (word, good) => {
      said.textContent = word;
      made.ariaLabel = word || "Copy";
      made.classList.toggle("success", good);
    };
    made.type = "button";
    made.className = name;
    made.innerHTML = '<span class="i i-copy"></span>';
    made.append(said);
    say(words, false);
    made.onclick = () => text().then(write).then(() => say("Copied", true), () => {
      say("Not copied", false);
      otherwise();
    }).then(() => setTimeout(say, 2000, words, false));
    return made;
  };

  document.querySelectorAll(".highlight > pre").forEach(code => {
    code.after(button("copybtn", code.closest(".cell, .cmd") ? "Copy" : "", async () => {
      const whole = code.cloneNode(true);
      whole.querySelectorAll(".linenos, .gp, .go").forEach(part => part.remove());
      return whole.textContent;
    }));
  });
  const link = document.querySelector("[data-copy]");
  link?.replaceWith(button("as-md", "Copy as Markdown", async () => (await fetch(link.href)).text(),
    () => { location = link.href; })); // where a page may not fetch, as one from a file
}
