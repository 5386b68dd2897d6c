"""The quiz: questions as data, answers that a run has settled, and the page that asks them."""
