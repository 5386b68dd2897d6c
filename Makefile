# `make help` lists what can be made; README.md and CONTRIBUTING.md say the rest.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
GALLERY := $(BIN)/python -m gallery
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
PYTEST := $(BIN)/python -m pytest
# Tests of one file may share what takes its time, such as a browser; others stand alone.
EACH := -n 4 --dist worksteal
BY_FILE := -n 4 --dist loadfile --no-loadscope-reorder
# What `make test` runs by file; pyproject.toml says what these marks of tests mean.
SHARING := built_site or tiny_site or other_python
# passed(how, which): pass tests. What failed is run once more with nothing beside it, for tests of
# processes may fail where other tests kept the machine busy. What fails twice fails, as does a
# suite that could not end or left something behind: pytest's status is 1 for tests alone.
passed = $(PYTEST) $(1) -m "$(2)" || { [ $$? = 1 ] && echo "What failed is run again, alone:" && \
	$(PYTEST) -rA --last-failed --last-failed-no-failures none --maxfail 5 -m "$(2)"; }

.PHONY: help html check lint test each serve live page offline evidence links lighthouse soak bench requirements clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

html: $(VENV)/site.txt  ## Build the site into build/html (this is what `make` alone does)
	$(GALLERY) build
	@echo "The site is in build/html: open build/html/index.html, or run \`make serve\`."

page: $(VENV)/site.txt  ## Record one lesson and build its page, in a few seconds: L=chapter/lesson
	$(GALLERY) page $(L)

check: lint  ## Try a change in a minute: lint, and all tests that need no built site, browser or other Python
	$(PYTEST) $(EACH) -m "not ($(SHARING) or long or unchanged)"

lint: $(VENV)/test.txt
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint each html $(VENV)/npm.txt  ## Pass all tests: those of `make check`, then the others
	$(call passed,$(BY_FILE),$(SHARING))

each: $(VENV)/test.txt
	$(call passed,$(EACH),not ($(SHARING)))

serve: html  ## Show the site on 127.0.0.1; PORT=8000
	@echo "http://127.0.0.1:$(PORT)/ (end with Ctrl-C)"
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/html $(PORT)

live: $(VENV)/live.txt  ## Show the site and rebuild it when a file changes; PORT=8000
	$(BIN)/sphinx-autobuild -W --keep-going -n -c . -d build/html.doctrees --host 127.0.0.1 --port $(PORT) \
		--watch snippets --watch gallery $(foreach d,lessons quiz names evidence downloads,--ignore '*/docs/$d/*') docs build/html

# The zip is of a site of its own, which lists no zip of the site. The page of downloads lists it then.
offline: html  ## Put the whole site into one zip
	$(GALLERY) build --quiet --target build/offline --set for_offline_zip=1
	$(BIN)/python -m gallery.downloads.offline_zip build/offline build/multiprocessing-by-example-html.zip
	$(GALLERY) build --quiet

# The next build shows it. EVIDENCE has other options, such as --python PATH.
evidence: $(VENV)/test.txt  ## Run the lessons and their tests on every Python that is found; STRICT=1 fails if one fails
	$(GALLERY) evidence $(if $(STRICT),--strict) $(EVIDENCE)

links: $(VENV)/site.txt  ## Ask for every address that a page links to
	$(GALLERY) links

lighthouse: $(VENV)/test.txt html  ## Lighthouse's scores of a page of each kind, fetched by npx; PAGES="index.html ..."
	$(BIN)/python benchmarks/lighthouse.py $(PAGES)

soak: $(VENV)/site.txt  ## Record for minutes on a busy machine, and compare
	$(BIN)/python benchmarks/soak.py

bench: $(VENV)/bench.txt  ## Measure builds beside those of another tool
	$(BIN)/python benchmarks/bench.py

requirements: $(VENV)/uv.txt  ## Pin what requirements/*.in ask for; UPGRADE=1 upgrades all, UPGRADE=sphinx one package
	for name in site test live bench uv; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
			--fork-strategy fewest --generate-hashes --no-annotate --no-emit-index-url \
			--no-emit-find-links --custom-compile-command "make requirements" \
			$(if $(filter 1,$(UPGRADE)),--upgrade,$(addprefix --upgrade-package=,$(UPGRADE))) \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean:  ## Delete what was built
	rm -rf build docs/lessons docs/quiz docs/names docs/evidence docs/downloads

help:  ## List what can be made
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

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
