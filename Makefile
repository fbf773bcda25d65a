# Every target uses the project's own environments (.venv, .tools); nothing has to be on the PATH.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export PYTHON
# If set, each of the hundreds of processes below would recompile all its imports.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
ENV ?= dev

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 24

.PHONY: help install up check test test-long fuzz explore test-iam edge build deploy promote verify destroy bench pictures clean

install:  ## create the environments; does nothing if they are up to date
	@tools/install.sh

up: install  ## run Graylane on this machine until Ctrl-C (http://localhost:8080)
	@$(BIN)/graylocal up $(ARGS)

check: install  ## check formatting, lint, types, the templates, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tools bench tests
	$(BIN)/lint-imports
	$(BIN)/python -m delivery validate
	$(BIN)/python -m pytest -q tests/test_generated.py

test: install  ## run unit, edge and template tests, and the main end-to-end tests on a local stack
	$(BIN)/python -m pytest -n 2 -m "not long"

test-long: install  ## run the other end-to-end tests: alarms, browser, documents, ramp plans, ... (half an hour)
	$(BIN)/python -m pytest -m long

test-iam: install  ## remove every policy statement, one by one, on the local stack (minutes)
	GRAYLANE_IAM=all $(BIN)/python -m pytest tests/e2e/test_iam.py

fuzz: install  ## run a million random events through the edge functions, with a new seed (FUZZ_SEED repeats one)
	FUZZ_EVENTS=$${FUZZ_EVENTS:-1000000} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} $(BIN)/python -m pytest -n auto tests/edge/test_fuzz.py

explore: install  ## run every pair of control plane actors, in as many orders as fit into an hour
	$(BIN)/python -m tests.explore run --groups --preemptions 3 --faults 1 --seconds $${EXPLORE_SECONDS:-9}

edge: install  ## build the edge functions from src/edge with terser (needs Node); ARGS=--anew only compares
	$(BIN)/python -m edge $(ARGS)

build: install  ## build the artifacts for ENV (dev) and its lanes, if something changed
	@$(BIN)/python -m delivery.artifacts --env $(ENV)

deploy: install  ## check, build, deploy ENV to AWS and upload its lanes' files
	@$(BIN)/python -m delivery deploy $(ENV)

promote: install  ## copy v2's code and site over v1's (then deploy prod, grayctl finish)
	@$(BIN)/python -m delivery promote

verify: install  ## run the end-to-end cases against the deployed ENV
	@$(BIN)/python -m delivery verify $(ENV)

destroy: install  ## delete ENV from AWS; asks first
	@$(BIN)/python -m delivery destroy $(ENV)

bench: install  ## run the benchmarks; each prints its table
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script; done

pictures: install  ## take the documents' screenshots again in a real browser (needs Chromium)
	@$(BIN)/python -m generate.screenshots

clean:  ## delete build output (keeps the environments)
	rm -rf .aws-sam .pytest_cache .mypy_cache .ruff_cache
