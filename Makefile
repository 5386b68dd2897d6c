# `make` builds the site, `make test` passes the tests; README.md says the rest.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
SPHINX := $(BIN)/sphinx-build -W --keep-going -n -c .
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes

.PHONY: html offline epub evidence test serve live links lighthouse soak bench requirements clean
.DELETE_ON_ERROR:

html: $(VENV)/site.txt
	$(SPHINX) docs build/html
	@echo "The site is in build/html: open build/html/index.html, or run \`make serve\`."

# The whole site as one file each. The page of downloads lists them once they are there.
offline: html
	$(BIN)/python -m gallery.downloads.offline build/html build/multiprocessing-by-example-html.zip
	$(SPHINX) -q docs build/html

epub: html
	$(SPHINX) -q -b epub -d build/doctrees-epub docs build/epub
	$(SPHINX) -q docs build/html
	@echo "The book is in build/epub."

test: $(VENV)/test.txt $(VENV)/npm.txt html
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# Runs the lessons and their tests on every Python that is found; the next build shows it.
# STRICT=1 fails when something did not work; EVIDENCE has other options, such as --python PATH.
evidence: $(VENV)/test.txt
	$(BIN)/python -m gallery.evidence $(if $(STRICT),--strict) $(EVIDENCE)

serve: html
	@echo "http://127.0.0.1:$(PORT)/ (end with Ctrl-C)"
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/html $(PORT)

live: $(VENV)/live.txt
	$(BIN)/sphinx-autobuild -W --keep-going -n -c . --host 127.0.0.1 --port $(PORT) \
		--watch snippets --watch gallery --ignore '*/docs/lessons/*' docs build/html

links: $(VENV)/site.txt
	$(BIN)/python -m gallery.links

# Lighthouse's scores of a page of each kind; npx fetches it. PAGES names other pages.
lighthouse: $(VENV)/test.txt html
	$(BIN)/python benchmarks/lighthouse.py $(PAGES)

soak: $(VENV)/site.txt
	$(BIN)/python benchmarks/soak.py

bench: $(VENV)/bench.txt
	$(BIN)/python benchmarks/bench.py

# The checker of HTML is Java's, and comes from npm. Without npm the tests say what they leave out.
$(VENV)/npm.txt: requirements/npm/package-lock.json $(VENV)/pyvenv.cfg
	@mkdir -p $(VENV)/npm && cp requirements/npm/*.json $(VENV)/npm
	@if command -v npm >/dev/null; then \
		npm ci --prefix $(VENV)/npm --ignore-scripts --no-audit --no-fund --silent && cp $< $@; \
	else echo "There is no npm: the pages' HTML will not be checked."; fi

# A file of what is installed, so that a changed requirement is installed anew.
$(VENV)/%.txt: requirements/%.txt $(VENV)/pyvenv.cfg
	$(PIP) -r $<
	@cp $< $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than Python 3.11; say which to use: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

requirements:
	$(PYTHON) -m pip install --quiet uv
	for name in site test live bench; do \
		$(PYTHON) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
			--fork-strategy fewest --generate-hashes --no-annotate --no-emit-index-url \
			--no-emit-find-links --custom-compile-command "make requirements" \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean:
	rm -rf build docs/lessons
