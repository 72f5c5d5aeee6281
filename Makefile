# Two commands matter: `make run` and `make test`. Each sets up what it needs, once.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := .make

.PHONY: help run test lint bench lock assets format clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

# compiled once, since some machines keep Python from writing what it compiles, and every command would again
$(STAMP)/venv: requirements/run.lock requirements/dev.lock pyproject.toml
	@mkdir -p $(STAMP)
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q service
	@touch $@

lock: ## pin every dependency with its hashes (no addresses)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml -o requirements/run.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --extra dev pyproject.toml requirements/build.in -o requirements/dev.lock

-include frontend.mk

run: $(STAMP)/venv $(STAMP)/assets ## set everything up and serve the demonstration on http://127.0.0.1:8000
	$(BIN)/xuanshu demonstrate

test: $(STAMP)/venv $(STAMP)/assets $(STAMP)/browser test-frontend ## set up what the tests need and run them all
	$(BIN)/pytest -n 2 --dist loadgroup

lint: $(STAMP)/venv ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)/venv ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)/venv ## measure beside a peer or a limit, in one run
	$(BIN)/python -m bench

# a browser for the tests in tests/e2e: the system's, installed where that is possible; without one they say so
$(STAMP)/browser:
	@mkdir -p $(STAMP)
	@sh tests/find_browser.sh
	@touch $@

clean: ## remove everything that the other commands made
	rm -rf $(VENV) $(STAMP) frontend/node_modules service/web/static/dist var
