# Two commands matter: `make run` answers the main question, `make test` checks everything.
#
#   make run                       compare the payment rules of 2018 with shared savings
#   make run ARGS="--seeds 5"      the same with five replicates
#   make test ARGS="tests/payment" part of the tests
#   make run PYTHON=python3.13     with an interpreter of your choice

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := agents sim calibration experiments
PYTHONS := $(or $(PYTHON),python3 python3.11 python3.12 python3.13)
ARGS ?=

.DEFAULT_GOAL := run
.DELETE_ON_ERROR:
.PHONY: run test lint bench docs dev soak lock clean

run: .stamps/run
	@$(BIN)/tvaers compare denmark-2018 shared-savings --seeds 20 $(ARGS)

test: .stamps/dev
	@$(BIN)/python -m pytest $(ARGS)

lint: .stamps/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .stamps/run
	@$(BIN)/tvaers bench $(ARGS)

# Writes what is generated from the code, then checks every link.
docs: .stamps/dev
	@$(BIN)/tvaers describe > .stamps/odd.md && mv .stamps/odd.md docs/odd.md
	@$(BIN)/python -m sim.contract_page > .stamps/contracts.md && mv .stamps/contracts.md docs/built-in-contracts.md
	@$(BIN)/python -m sim.indicator_page > .stamps/indicators.md && mv .stamps/indicators.md docs/indicators.md
	@$(BIN)/python -m sim.scenario_page > .stamps/scenarios.md && mv .stamps/scenarios.md docs/scenario-keys.md
	@$(BIN)/python -m sim.contract_keys_page > .stamps/keys.md && mv .stamps/keys.md docs/contract-keys.md
	@$(BIN)/python -m pytest -q tests/docs

dev: .stamps/dev
	@$(BIN)/pre-commit install

# The long forms of the tests (hours), and the battery of randomness tests where dieharder is installed.
soak: .stamps/dev
	@$(BIN)/python -m pytest -m soak $(ARGS)
	@if command -v dieharder >/dev/null; then \
	    for layout in persons days decisions; do \
	        $(BIN)/python tests/randomness/stream.py $$layout | dieharder -g 200 -a | tee results/dieharder-$$layout.txt; \
	    done; \
	else echo "dieharder is not installed: the battery of docs/chance.md was left out"; fi

# Chooses new versions of everything; needs uv. Commit both files together.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --group build
lock:
	@$(LOCK) $(ARGS) --output-file requirements.lock pyproject.toml
	@$(LOCK) $(ARGS) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean:
	@rm -rf $(VENV) .stamps build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

# ---- setting up, once ----------------------------------------------------------------------------------------------

# An environment made by uv holds no pip. Byte code is compiled on installing: without it the first import takes three
# times as long.
define install
if [ -x $(BIN)/pip ]; \
then $(BIN)/python -m pip --quiet --disable-pip-version-check install --compile $(1); \
else uv pip install --quiet --python $(BIN)/python --compile-bytecode $(1); fi
endef

.stamps/dev: requirements-dev.lock .stamps/run
	@echo "Installing the tools for testing (requirements-dev.lock)"
	@$(call install,--no-deps --require-hashes -r requirements-dev.lock)
	@touch $@

.stamps/run: requirements.lock pyproject.toml $(BIN)/python
	@echo "Installing the libraries (requirements.lock); this takes a minute or two"
	@$(call install,--no-deps --require-hashes -r requirements.lock)
	@$(call install,--no-deps --no-build-isolation --editable .)
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@echo "Compiling the simulated day, once"
	@$(BIN)/python -m experiments.warm_up
	@mkdir -p .stamps
	@touch $@

# The first that works: uv, venv, virtualenv.
$(BIN)/python:
	@rm -rf $(VENV) .stamps; \
	python=; \
	for name in $(PYTHONS); do \
	    if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if command -v uv >/dev/null && uv venv --quiet --python "$${python:->=3.11}" $(VENV); then with=uv; \
	elif [ -n "$$python" ] && "$$python" -m venv $(VENV) >/dev/null 2>&1; then with="$$python -m venv"; \
	elif rm -rf $(VENV); [ -n "$$python" ] && virtualenv --quiet --python "$$python" $(VENV) 2>/dev/null; then with=virtualenv; \
	else \
	    rm -rf $(VENV); \
	    echo "No Python 3.11 with venv was found. Type: sudo apt-get install -y python3 python3-venv (or install uv)" >&2; \
	    exit 2; \
	fi; \
	echo "Made $(VENV) with $$with"
