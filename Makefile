# All that is needed beforehand: Python 3.11 or later, and make.
# What was prepared is remembered by stamp files: the second time only what has changed is done.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= 2
# More for pytest, for example: make test ARGS="tests/companies -x"
ARGS ?=
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
LIBRARIES := app/static/vendor/.complete
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/messages.po))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run prepare test test-sqlite test-postgres check format messages lock clean distclean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: prepare ## Prepare what is missing, then serve on http://localhost:8080
	@$(BIN)/python run.py

prepare: $(INSTALLED) $(LIBRARIES) $(CATALOGUES) ## Prepare what « make run » needs, without serving

test: test-sqlite test-postgres ## Run the whole suite, on SQLite and on PostgreSQL

test-sqlite: $(INSTALLED_DEV) $(LIBRARIES) $(CATALOGUES) ## Run the suite on SQLite, with the browser's tests
	$(PYTEST)

# The browser's tests look at pages, which are the same on both, as is what asks for no database.
test-postgres: $(INSTALLED_DEV) $(LIBRARIES) $(CATALOGUES) ## Run the suite on a PostgreSQL started for it
	$(BIN)/python -m tests.postgres -- $(PYTEST) -m "not browser and not no_database"

check: $(INSTALLED_DEV) ## Check format, code, types, templates and translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint app/templates --lint --quiet
	$(BIN)/python tools/translations.py

format: $(INSTALLED_DEV) ## Put the code in the common format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: $(INSTALLED) ## Bring new labels into the translations
	$(BIN)/python tools/translations.py update

lock: $(INSTALLED_DEV) ## Write constraints.txt from what is installed
	$(BIN)/python -m pip freeze --exclude-editable --disable-pip-version-check > constraints.txt
	@touch $(INSTALLED) $(INSTALLED_DEV)

clean: ## Remove what was built (the data and the Python environment stay)
	rm -rf build node_modules app/static/vendor *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find app/translations -name '*.mo' -delete 2>/dev/null || true
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

distclean: clean ## Remove the Python environment too (the data stay)
	rm -rf $(VENV)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; none was found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) -e .
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP_INSTALL) -e '.[dev]'
	@touch $(INSTALLED) $@

$(LIBRARIES): package.json package-lock.json tools/libraries.py tools/vendor.py | $(INSTALLED)
	$(BIN)/python tools/libraries.py
	$(BIN)/python tools/vendor.py
	@touch $@

%.mo: %.po | $(INSTALLED)
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@
