# `make` alone lists the targets. Nothing needs to be there but Python 3.11 or newer and Node.js 20 or newer.
#
# What is installed goes into .venv and node_modules only. A stamp file stands for each step that was done; a step is
# done again when a file that it reads is newer than its stamp.

# The Python to make .venv from; empty: the newest one found.
PYTHON ?=
# Where `make preview` serves.
PORT ?= 8000
# How many processes share the browser tests: each has a browser of its own, and more than four starve each other.
WORKERS ?= auto
# The engines of `make engines` and `make bench`: some of chromium, firefox, webkit; empty: all.
ENGINES ?=
# 1: `make lock` takes the newest versions that pyproject.toml allows, instead of keeping the locked ones.
UPGRADE ?=

UV := uv==0.13.9
bin := .venv/bin
pip := $(bin)/python -m pip --disable-pip-version-check --no-input -qq
python_set_up := .venv/.installed
node_set_up := node_modules/.installed
set_up := $(python_set_up) $(node_set_up)
runtime := build/.runtime
peers := bench/node_modules/.installed

.DELETE_ON_ERROR:
.PHONY: help preview test engines check docs wheel stranger browser bench format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

preview: $(set_up) $(runtime) ## Serve the examples on a community page, on http://127.0.0.1:8000/
	@$(bin)/widget preview examples --port $(PORT)

test: $(set_up) $(runtime) browser ## Run every test, those in a browser last
	@echo "Running the unit tests"
	@$(bin)/pytest tests/unit -n $(WORKERS) --maxprocesses=4 --dist worksteal
	@echo "Running the gateway's tests"
	@$(bin)/pytest tests/gateway -n $(WORKERS) --maxprocesses=4 --dist worksteal
	@echo "Running the browser tests"
	@$(bin)/pytest tests/browser examples -n $(WORKERS) --maxprocesses=4 --dist loadgroup
	@echo "Running the documentation's tests"
	@$(bin)/pytest tests/docs -n $(WORKERS) --maxprocesses=4 --dist loadgroup

engines: $(set_up) $(runtime) browser ## Run a smoke set in Chromium, Firefox and WebKit, and install them where it can
	@$(bin)/python -m tests.engines --install $(ENGINES)

check: $(set_up) ## Check format, lint and types
	@echo "Checking the Python code's format"
	@$(bin)/ruff format --quiet --check .
	@echo "Linting the Python code"
	@$(bin)/ruff check --quiet .
	@echo "Checking the Python code's types"
	@$(bin)/mypy --no-error-summary
	@echo "Checking the examples' types, as their authors' mypy and pyright do"
	@$(bin)/mypy --no-error-summary --config-file examples/pyproject.toml examples/widgets
	@told=$$(node_modules/.bin/pyright --project examples --pythonpath $(bin)/python --warnings) || \
		{ echo "$$told"; exit 1; }
	@echo "Checking the format of JavaScript, CSS and JSON, and linting them"
	@node_modules/.bin/biome ci --colors=off .
	@echo "Checking the JavaScript code's types"
	@node_modules/.bin/tsc
	@node_modules/.bin/tsc -p runtime

docs: $(set_up) $(runtime) ## Make the documentation's site, in build/docs/
	@$(bin)/sphinx-build --quiet --fail-on-warning --keep-going docs build/docs
	@echo "Open build/docs/index.html, or, with the gallery's live widgets:"
	@echo "  $(bin)/python -m http.server --bind 127.0.0.1 --directory build/docs"

wheel: $(set_up) $(runtime) ## Make the package that pip installs, in build/wheel/
	@rm -rf build/wheel
	@$(pip) wheel --no-deps --no-build-isolation --wheel-dir build/wheel .
	@ls build/wheel/*.whl

stranger: wheel browser ## Take a stranger's way from pip install to a published widget, without network, and time it
	@$(bin)/python tests/stranger.py build/wheel/*.whl $(if $(PYTHON),--python $(PYTHON)) --quiet

browser: $(python_set_up) ## Find a browser for the tests, or install one
	@$(bin)/python -m widget_workbench.browser --install

bench: $(set_up) $(runtime) $(peers) browser ## Measure the start, calls in the page and the gateway, rendering, and what a save takes
	@$(bin)/python -m bench.startup $(if $(ENGINES),--engines $(ENGINES))
	@echo
	@$(bin)/python bench/calls.py
	@echo
	@$(bin)/python -m bench.rendering $(ENGINES)
	@echo
	@$(bin)/python -m bench.saving
	@echo
	@$(bin)/python bench/gateway.py

format: $(set_up) ## Format the code, and mend what the linters can mend
	@$(bin)/ruff check --quiet --fix-only .
	@$(bin)/ruff format .
	@node_modules/.bin/biome check --write .

lock: $(python_set_up) ## Write requirements/dev.txt and package-lock.json anew (UPGRADE=1: newest versions)
	@$(pip) install $(UV)
	@$(bin)/uv pip compile --quiet pyproject.toml --group dev --output-file requirements/dev.txt \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
	@npm $(if $(UPGRADE),update,install) --package-lock-only --no-fund --no-audit --loglevel=error >/dev/null

clean: ## Remove all that these targets made
	rm -rf .venv node_modules bench/node_modules build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Python's packages: the locked ones by hash, then this project in place.

.venv/bin/python:
	@for python in $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python); do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$("$$python" --version)"; \
			exec "$$python" -m venv --clear .venv; \
		fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed, and" \
		"$(if $(PYTHON),PYTHON=$(PYTHON) is not one,none was found on PATH): install one" \
		"(Debian and Ubuntu: apt-get install python3 python3-venv), or run make PYTHON=/path/to/python" >&2; \
	exit 1

.venv/.locked: requirements/dev.txt | .venv/bin/python
	@echo "Installing the locked Python packages"
	@$(pip) install --no-compile --require-hashes -r requirements/dev.txt
	@touch $@

$(python_set_up): pyproject.toml hatch_build.py .venv/.locked
	@echo "Installing widget-workbench in place"
	@$(pip) install --no-deps --no-build-isolation --editable .
	@touch $@

# npm's packages: Pyodide's core, the tools that check JavaScript, and what drives two of the engines.

$(node_set_up): package.json package-lock.json .npmrc
	@version=$$(node --version 2>/dev/null) && command -v npm >/dev/null || { \
		echo "Node.js 20 or newer with npm is needed, and was not found: install it and put it on PATH" >&2; exit 1; }; \
	major=$${version#v}; \
	[ "$${major%%.*}" -ge 20 ] || { \
		echo "Node.js 20 or newer is needed, and $$(command -v node) is $$version: install a newer one" >&2; exit 1; }
	@echo "Installing the locked npm packages"
	@npm ci --no-fund --no-audit --loglevel=error >/dev/null
	@touch $@

# What the start is measured against; no test needs it.

$(peers): bench/package.json bench/package-lock.json bench/.npmrc $(node_set_up)
	@echo "Installing the benchmark's locked npm packages"
	@npm ci --prefix bench --ignore-scripts --no-fund --no-audit --loglevel=error >/dev/null
	@touch $@

# What Python widgets share in the browser, made from Pyodide's core and the package `widget`.

$(runtime): $(wildcard runtime/* widget/*.py static/loader/*.js widget_workbench/browser_python/*) widget_workbench/parts.py widget_workbench/runtime.py $(set_up)
	@echo "Making the runtime"
	@$(bin)/python -m runtime
	@touch $@
