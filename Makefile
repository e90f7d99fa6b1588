# Works on a fresh machine with Python 3.11+, make and git; the rest is installed here, and said so.
# Everything goes into .venv and web/node_modules, except Debian's browser package when run as root.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WEB_SOURCES := $(shell find web -name node_modules -prune -o -type f -print 2>/dev/null)
CATALOGUES := $(shell find src -name '*.po' 2>/dev/null)
TAUGHT := $(shell find corpus training src/warmlist/understanding/lexicon \
	src/warmlist/understanding/concepts src/warmlist/understanding/model \
	src/warmlist/understanding/normalise.py \
	\( -path corpus/unseen -o -name __pycache__ -o -name '*.npz' \) -prune -o -type f -print 2>/dev/null)

export PYTHONUNBUFFERED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test test-setup check bench spark build assets model docs clean lock
.DEFAULT_GOAL := help

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

demo: $(VENV)/ready $(VENV)/assets $(VENV)/model  ## a sample shop in a private database, and its queue
	$(BIN)/warmlist demo

test: test-setup  ## every test
	$(BIN)/pytest -n auto --dist loadgroup

test-setup: $(VENV)/ready $(VENV)/assets $(VENV)/model
	@$(BIN)/python tests/support/browsers.py

check: $(VENV)/ready  ## lint, format, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/ready $(VENV)/assets $(VENV)/model  ## benchmarks: a table, and bench/results/*.json
	$(BIN)/python -m bench

spark: $(VENV)/ready  ## Apache Spark (450 MB; needs Java 17), so that its tests and benchmarks run too
	$(PYTHON) -m venv $(VENV)/spark
	$(VENV)/spark/bin/pip install --no-deps pyspark==4.2.0

build: $(VENV)/ready  ## dist/*.whl, with the assets inside
	$(BIN)/python -m build --no-isolation --wheel

assets: $(VENV)/ready  ## styles, scripts and catalogues of the pages
	$(BIN)/python tools/assets.py
	@touch $(VENV)/assets

model: $(VENV)/ready  ## the model that reads messages, from the corpus: a minute or two
	$(BIN)/python -m training
	@touch $(VENV)/model

docs: $(VENV)/ready  ## the generated parts of docs/reference, from the code and the pack
	$(BIN)/python tools/reference.py

clean:  ## remove what was built, not what was installed
	rm -rf build dist src/warmlist/web/static src/warmlist/web/manifest.json $(VENV)/assets $(VENV)/model
	rm -f src/warmlist/understanding/model/*.npz
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src -name '*.mo' -delete

lock: $(VENV)/ready  ## write the lock files again from pyproject.toml and web/package.json
	$(BIN)/python tools/lock.py

$(VENV)/assets: $(VENV)/ready $(WEB_SOURCES) $(CATALOGUES) tools/assets.py
	$(BIN)/python tools/assets.py
	@touch $@

$(VENV)/model: $(VENV)/ready $(TAUGHT)
	@echo 'model: learning to read from the corpus, a minute or two'
	$(BIN)/python -m training
	@touch $@

$(VENV)/ready: requirements/dev.txt pyproject.toml tools/install.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Warmlist needs Python 3.11 or newer; choose one with make PYTHON=...")'
	@test -x $(BIN)/python || { echo "install: making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python tools/install.py
	@touch $@
