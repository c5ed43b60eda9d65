# `make plan` prints the plan of a real customer; `make test` runs everything. Both need python3 (3.11 to 3.13),
# a C compiler and make. PYTHON=python3.12 chooses another Python, VENV=dir another folder.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# durable-rules ships as source only: without -O2 it is built unoptimised, and on Python 3.13 it needs the name
# of a function that Python dropped.
export CPPFLAGS := -DPyEval_CallObject=PyObject_CallObject -O2 $(CPPFLAGS)

.PHONY: plan test coverage install check lint bench nightly schemas clean

plan: $(VENV)/.installed
	@$(BIN)/sangdo plan 14911 --book examples/book

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p $(VENV)/typing && ln -sfn $(CURDIR) $(VENV)/typing/sangdo
	MYPYPATH=$(VENV)/typing $(BIN)/mypy -p sangdo.engine -p sangdo.commands -p sangdo.cli
	$(BIN)/lint-imports
	$(BIN)/sangdo fmt --check
	$(BIN)/sangdo test -q --coverage --threshold 100
	$(BIN)/sangdo analyze
	$(BIN)/sangdo trace --fail-orphans -f csv -o $(VENV)/clauses.csv
	$(BIN)/pytest -n 2 --dist loadgroup --durations=20

coverage: $(VENV)/.installed-dev
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

nightly: $(VENV)/.installed-dev
	$(BIN)/pytest --nightly tests/property tests/audit tests/bulk tests/verify/test_seeded_defects.py

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run.py

schemas: $(VENV)/.installed
	$(BIN)/sangdo schema --write rules/schemas

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@# Its pin on frozendict 1.2 cannot be met since Python 3.10; what it needs is in the group above.
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt --no-deps experta
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
