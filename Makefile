# `make demo` and `make test` do all their own set-up; they need Python 3.11 or newer, make, and a package index.

PYTHON ?= $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
BIN := .venv/bin
TRIALS ?= 600
FIRST ?= 1000
PROCESSES ?= 2
WORKERS ?= 2

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test servers check reference faults bench lock clean

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: .venv/.made ## make .venv with everything in it

.venv/.made: requirements.txt core/pyproject.toml $(wildcard plugins/*/pyproject.toml) tools/environment.py
	$(PYTHON) tools/environment.py requirements.txt
	@touch $@

demo: setup ## run the main job on the example school
	$(BIN)/python examples/school/demo.py

test: check servers ## everything CI runs
	DSS_REQUIRE_SERVICES=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

servers: setup ## install PostgreSQL and MariaDB where they are missing, which tests start on loopback
	$(BIN)/python -m tools.servers

check: setup ## the part of `make test` that runs nothing: style, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

reference: setup ## bring the generated blocks of docs/reference/ up to date with the code
	$(BIN)/python -m tools.reference

faults: setup ## kill hundreds of runs, and compare what they come to (TRIALS=600, FIRST=1000: its first seed)
	$(BIN)/python -m tests.faults --trials $(TRIALS) --first $(FIRST) --processes $(PROCESSES)

bench: setup .venv/.made-bench ## the figures, measured side by side
	$(BIN)/python -m benchmarks

.venv/.made-bench: requirements-bench.txt .venv/.made
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

lock: setup ## make the lock files anew, keeping the versions that still fit (LOCK=--upgrade: the newest)
	$(BIN)/python tools/lock.py $(LOCK)

clean: ## remove what tests and builds leave behind (.venv stays)
	rm -rf .cache .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
