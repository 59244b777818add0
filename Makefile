# `make run` starts pushtui on the lab, `make test` proves it; both set up what they need first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One more than the two cores that the tests are meant for: many of them wait for a server, a clock or a terminal.
JOBS ?= 3
# Hundreds of processes import the same modules: what one has compiled is kept for the others.
unexport PYTHONDONTWRITEBYTECODE
KERBEROS_TESTS := $(shell find tests -name 'test_*kerberos*.py') tests/end_to_end/test_sign_in_matrix.py

.DEFAULT_GOAL := help
.PHONY: help run test fault-matrix lint kerberos bench interop screenshots snapshots catalogue lock clean thorough

help:  ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run  ## Start pushtui on the lab
	@$(BIN)/pushtui lab $(ARGS)

test: $(VENV)/dev lint  ## Check the code and run the tests
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

thorough: $(VENV)/dev  ## Run what `make test` leaves out: whole runs on many labs, and many states drawn at random
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m thorough tests/end_to_end tests/scenarios $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fault-matrix: $(VENV)/dev  ## Strike every remote call of apply and undo with every fault, and start again (an hour and more)
	PUSHTUI_FAULT_MATRIX=whole $(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests/fault_matrix $(ARGS)

kerberos: $(VENV)/dev  ## Install Kerberos (a KDC, gssapi, krb5) and run the tests that want it
	@.ci/kerberos $(BIN)/python
	$(BIN)/python -m pytest -n $(JOBS) -m '' $(KERBEROS_TESTS) $(ARGS)

interop: $(VENV)/dev $(VENV)/psrp/bin/python  ## Check the lab's wire against the psrp client, in an environment of its own
	PUSHTUI_PSRP_PYTHON=$(CURDIR)/$(VENV)/psrp/bin/python $(BIN)/python -m pytest tests/interop $(ARGS)

bench: $(VENV)/dev  ## Measure what the product promises about speed (ten minutes on a quiet machine)
	$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: $(VENV)/dev  ## Make the pictures and the recording in screenshots/ from the real program
	$(BIN)/python screenshots/make.py

snapshots: $(VENV)/dev  ## Take the pictures anew that the tests compare every screen with; look at what changed before keeping it
	PUSHTUI_TAKE_SNAPSHOTS=yes $(BIN)/python -m pytest -q -n $(JOBS) tests/tui/test_snapshots.py $(ARGS)

catalogue: $(VENV)/dev  ## Bring the catalogues of words up to the code, and list what lacks a translation
	$(BIN)/python tests/catalogue.py

lock: $(VENV)/dev  ## Choose the newest versions that pyproject.toml allows, and write them down
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra lab --group build --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra lab --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--no-binary gssapi --no-binary krb5 --group pyproject.toml:kerberos --output-file requirements-kerberos.lock

clean:  ## Remove what the targets above made
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# An environment counts as made once its lock was installed: the marker is touched last.
$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "pushtui needs Python 3.11 or newer, and $(PYTHON) is not there: install it, or name yours with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "pushtui needs Python 3.11 or newer: name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make virtual environments: install its venv package (on Debian: python3-venv)"; rm -rf $(VENV); exit 1; }

$(VENV)/run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/dev: requirements-dev.lock | $(VENV)/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

$(VENV)/psrp/bin/python: | $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/psrp
	$(VENV)/psrp/bin/python -m pip install --quiet --disable-pip-version-check pypsrp==1.0.0b1
