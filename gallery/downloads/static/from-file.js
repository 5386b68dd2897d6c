// A browser does not let a page that was opened from a file fetch other files. Sphinx's search
// fetches the pages that it found to show a summary of each: without summaries it works.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
