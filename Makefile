# make run    sets everything up, then flies the programme iss-to-ros and writes a report
# make full   adds what planning needs (OR-tools), clusters (Dask) and a second opinion on
#             sensitivity (SALib); the rest works without
# make test   sets everything up, then checks style, types, layers and runs every test
# make proof  the long proofs, resumable; figures go to docs/reference/proof.json
# make docs   writes the generated reference pages anew
# make validation  computes the validation rows anew and stores them for the reports
# make clean  removes the environment and everything built; keeps runs/
#
# Another interpreter: make run PYTHON=/path/to/python3.12
# More for the run:    make run ARGS="--replicas 50"

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)

BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install
LOCKED := --require-hashes --only-binary :all:
# pip shows its progress to a person and stays quiet in a log.
QUIET := if [ -t 1 ]; then quiet=; else quiet=--quiet; fi

# What has been set up is remembered by the checksum of what asked for it. Environments hold
# absolute paths, so a checkout that was moved gets a new one.
sum = $(shell { $(1); } | cksum | tr ' ' -)
MADE := .venv/.made-$(call sum,pwd)
BASE := .venv/.base-$(call sum,cat locks/base.txt)
PACKAGE := .venv/.package-$(call sum,cat pyproject.toml)
FULL := .venv/.full-$(call sum,cat locks/full.txt)
TEST := .venv/.test-$(call sum,cat locks/test.txt)

.PHONY: run full test proof docs validation setup setup-test clean
.DELETE_ON_ERROR:

run: setup
	$(BIN)/stationkeeper run iss-to-ros $(ARGS)

full: $(FULL) $(PACKAGE)

test: setup-test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --cov --cov-report= $(ARGS)
	$(BIN)/python -m coverage report

proof: setup-test
	$(BIN)/python -m benchmarks.proof $(ARGS); held=$$?; \
	$(BIN)/python -m docs.generate && exit $$held

validation: setup-test
	$(BIN)/stationkeeper validate --json > rows.partial || test $$? -eq 1
	mv rows.partial src/stationkeeper/validation/latest.json

docs: setup-test
	$(BIN)/python -m docs.generate

setup: $(PACKAGE)

setup-test: $(TEST) $(PACKAGE)

$(MADE):
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		python="$(PYTHON)"; python="$${python:-python3}"; \
		echo "Stationkeeper needs Python 3.11 or newer; $$python is: $$("$$python" --version 2>&1)" >&2; \
		echo "If one is installed elsewhere, name it: make run PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi
	@echo "Setting up .venv with $$("$(PYTHON)" --version), once."
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv || { \
		rm -rf .venv; \
		echo "This Python cannot make environments; on Debian and Ubuntu install python3-venv." >&2; \
		exit 1; \
	}
	@touch $@

$(BASE): | $(MADE)
	@echo "Fetching what a run needs (230 MB; 960 MB on the disk)."
	@$(QUIET); $(PIP) $$quiet $(LOCKED) -r locks/base.txt
	@rm -f .venv/.base-* .venv/.full-* .venv/.test-* && touch $@

$(FULL): | $(BASE)
	@echo "Fetching what planning, clusters and sensitivity need (36 MB; 138 MB on the disk)."
	@$(QUIET); $(PIP) $$quiet $(LOCKED) -r locks/full.txt
	@rm -f .venv/.full-* && touch $@

$(TEST): | $(FULL)
	@echo "Fetching what the tests need."
	@$(QUIET); $(PIP) $$quiet $(LOCKED) -r locks/test.txt
	@rm -f .venv/.test-* && touch $@

$(PACKAGE): | $(BASE)
	@$(QUIET); $(PIP) $$quiet --no-deps --no-index --no-build-isolation --editable .
	@rm -f .venv/.package-* && touch $@

clean:
	rm -rf .venv build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache .coverage .coverage.*
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
