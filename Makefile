# Everything a contributor runs. Needs Python 3.11 or newer, git and make.
#
#   make install           a virtual environment in .venv with all that is pinned in constraints.txt
#   make demo              train, evaluate, export and predict on 336,776 flights
#   make test              the tests but the slow ones        make test-all   all of them
#   make lint              ruff and mypy                      make bench      against the original
#   make bench-census      one model by estimax, plain JAX, Keras and the original
#
# Another interpreter: make PYTHON=python3.12 install

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
INSTALLED := .venv/.installed
ORIGINAL_PYTHON ?= python3.11
ORIGINAL ?= .venv-original/bin/python
ORIGINAL_INSTALLED := .venv-original/.installed
KERAS_INSTALLED := .venv-keras/.installed

.PHONY: help install demo test test-all lint bench bench-census bench-original bench-keras

help:
	@sed -n 's/^#   /  /p' Makefile

install: $(INSTALLED)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "estimax needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 install" >&2; exit 1; }
	@echo "making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# One dot a package; pip's own words are kept in a file and shown when it fails. The pins hold for what pip builds with
# too: older versions of pip take them from the first variable, newer ones from the second.
$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@printf 'installing into .venv, a minute or two the first time '
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	  $(BIN)/python -m pip install --disable-pip-version-check --no-input -e '.[dev,demo,board]' 2>&1 \
	  | tee .venv/install.log \
	  | while read -r line; do case "$$line" in Collecting*) printf .;; "Installing collected"*) printf ' unpacking';; esac; done \
	  || { printf '\n' >&2; tail -n 40 .venv/install.log >&2; exit 1; }
	@echo ' done'
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/python examples/flights.py

test: $(INSTALLED)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m 'not slow'

test-all: $(INSTALLED)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict -p estimax

bench: $(INSTALLED)
	$(BIN)/python benchmarks/compare.py --original $(ORIGINAL) $(BENCH)

# Leaves out Keras and the original where they are not there: `make bench-keras bench-original` makes them.
bench-census: $(INSTALLED)
	$(BIN)/python benchmarks/census.py $(BENCH)

# The original, to compare with: TensorFlow 2.15.1, the last that runs tf.estimator, needs Python 3.9 to 3.11.
bench-original: $(ORIGINAL_INSTALLED)

$(ORIGINAL_INSTALLED):
	@echo 'installing tensorflow-cpu 2.15.1 into .venv-original'
	@$(ORIGINAL_PYTHON) -m venv .venv-original || { rm -rf .venv-original; exit 1; }
	@echo '*' > .venv-original/.gitignore
	@.venv-original/bin/python -m pip install --disable-pip-version-check --no-input -q 'tensorflow-cpu==2.15.1'
	@touch $@

# Keras 3 on the same versions of JAX and NumPy, to compare with.
bench-keras: $(KERAS_INSTALLED)

$(KERAS_INSTALLED): constraints.txt
	@echo 'installing keras into .venv-keras'
	@$(PYTHON) -m venv .venv-keras || { rm -rf .venv-keras; exit 1; }
	@echo '*' > .venv-keras/.gitignore
	@.venv-keras/bin/python -m pip install --disable-pip-version-check --no-input -q -c constraints.txt \
	  'keras==3.15.1' jax numpy pyarrow pyfarmhash
	@touch $@
