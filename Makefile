# Everything runs from .venv, which is made and kept up to date by whatever needs it.
#
#   make run    set up, then Redis, a worker and the web server until Ctrl-C (PORT=8001 for another port)
#   make demo   set up, render one video without a person, check it
#   make test   lint, types, import walls, and all tests, on SQLite and on PostgreSQL
#   make lint   the first three of these

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
INSTALLED := .venv/installed
CHECKS := .venv/installed-checks

.PHONY: run demo test lint

run: $(INSTALLED)
	@exec $(BIN)/python manage.py quickstart --port $(PORT)

demo: $(INSTALLED)
	@$(BIN)/python manage.py demo

lint: $(CHECKS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

test: lint
	$(BIN)/python manage.py models pull --standard piper
	@# Two lanes, a core each. What the second prints is shown when both have ended.
	@log=$$(mktemp); \
	{ $(BIN)/pytest -p no:cacheprovider $(ENGINE_TESTS) && \
	  AVATARLAB_TEST_DATABASE=postgresql $(BIN)/pytest -p no:cacheprovider -m "not models" $(DATABASE_TESTS); } \
	  >$$log 2>&1 & \
	other=$$!; trap "kill $$other" INT TERM; \
	$(BIN)/pytest $(OTHER_TESTS); first=$$?; \
	wait $$other; second=$$?; \
	echo "The engines, and PostgreSQL:"; cat $$log; rm -f $$log; \
	exit $$((first | second))

ENGINE_TESTS := $(addprefix tests/,bench engines golden neural)
OTHER_TESTS := $(filter-out $(ENGINE_TESTS) tests/data,$(patsubst %/,%,$(wildcard tests/[a-z]*/)))
# What another database may answer otherwise; what comes out of models and files it does not change.
DATABASE_TESTS := $(addprefix tests/,accounts admin api rendering studio web)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Avatar Lab needs Python 3.11 or newer; this is %s. Say which to use: make PYTHON=python3.12 run" % sys.version.split()[0])'
	@$(PYTHON) -m venv .venv || \
		(echo "Python cannot make virtual environments here. On Debian or Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1)

$(INSTALLED): pyproject.toml | .venv/bin/python
	@echo "Installing into .venv."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# What `make test` needs beside the product: linters, test servers, browser driver, the engines' extras. Of these
# few modules are ever imported, so they are compiled when they are.
$(CHECKS): pyproject.toml | .venv/bin/python
	@echo "Installing into .venv, with what checks need."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'
	@touch $@ $(INSTALLED)
