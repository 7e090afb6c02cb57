# `make run` and `make test` need make and Python 3.11 or newer with venv; everything else is installed into .venv.
PYTHON ?= python3
WORKERS ?= 2
PYTEST_ARGS ?=
SEEDS ?= 20
BIN := .venv/bin

.PHONY: run test slow stonesoup bench validation docs lint schemas boosters clean
.DEFAULT_GOAL := run

# A fresh folder for each run: a folder that holds a run is never written to.
run: .venv/.installed
	@out=runs/joint-warning; n=2; \
	while [ -e "$$out" ]; do out=runs/joint-warning-$$n; n=$$((n + 1)); done; \
	$(BIN)/launchwatch run joint-warning --out "$$out"

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow" $(PYTEST_ARGS)

slow: .venv/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) -m slow $(PYTEST_ARGS)

lint: .venv/.installed-dev
	$(BIN)/ruff check
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports

docs: .venv/.installed-dev
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

schemas: .venv/.installed-dev
	$(BIN)/python tools/make_schemas.py

boosters: .venv/.installed-dev
	$(BIN)/python tools/make_booster_table.py

bench: .venv/.installed-dev
	$(BIN)/python -m benchmarks.flight
	$(BIN)/python -m benchmarks.tracking
	$(BIN)/python -m benchmarks.sensors
	$(BIN)/python -m benchmarks.imaging
	$(BIN)/python -m benchmarks.radar
	$(BIN)/python -m benchmarks.process
	$(BIN)/python -m benchmarks.raid

validation: .venv/.installed-dev
	$(BIN)/python tools/make_validation.py --seeds $(SEEDS)

clean:
	rm -rf .venv .venv-stonesoup build docs/_build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("LaunchWatch needs Python 3.11 or newer, this is %d.%d; say make PYTHON=python3.x" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

# Stone Soup is a peer and an oracle, in an environment of its own.
stonesoup: .venv-stonesoup/.installed
	.venv-stonesoup/bin/python -m pytest -q tests/unit/assembly/test_stonesoup.py

.venv-stonesoup/.installed: pyproject.toml
	$(PYTHON) -m venv .venv-stonesoup
	.venv-stonesoup/bin/python -m pip install --quiet --disable-pip-version-check -e '.[stonesoup]' hypothesis pytest pytest-socket
	@touch $@

.venv/.installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/.installed-dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ .venv/.installed
