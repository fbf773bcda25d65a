# Graylane: every target uses the project's own environments (.venv, .tools); nothing has to be on the PATH.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export PYTHON
# Where it is set, each of the hundreds of processes below compiles all it imports.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
ENV ?= dev

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 24

.PHONY: help install up check test test-long fuzz explore test-iam edge build deploy promote verify destroy bench pictures clean

install:  ## make the environments; does nothing when they are up to date
	@tools/install.sh

up: install  ## the whole of Graylane on this machine, until Ctrl-C (http://localhost:8080)
	@$(BIN)/graylocal up $(ARGS)

check: install  ## formatting, lint, types, the template, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tools bench tests
	$(BIN)/lint-imports
	$(BIN)/python -m delivery validate
	$(BIN)/python -m pytest -q tests/test_generated.py

test: install  ## unit, edge and template tests, and the main end-to-end tests on the local stack
	$(BIN)/python -m pytest -n 2 -m "not long"

test-long: install  ## the other end-to-end tests: alarms, browser, documents, ramp plans, ... (half an hour)
	$(BIN)/python -m pytest -m long

test-iam: install  ## every policy statement taken away, one by one, on the local stack (minutes)
	GRAYLANE_IAM=all $(BIN)/python -m pytest tests/e2e/test_iam.py

fuzz: install  ## a million random events through the edge functions, with a new seed (FUZZ_SEED repeats one)
	FUZZ_EVENTS=$${FUZZ_EVENTS:-1000000} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} $(BIN)/python -m pytest -n auto tests/edge/test_fuzz.py

explore: install  ## every pair of the control plane's actors, in every order that an hour allows
	$(BIN)/python -m tests.explore run --groups --preemptions 3 --faults 1 --seconds $${EXPLORE_SECONDS:-9}

edge: install  ## the edge functions, built from src/edge by terser (needs Node); ARGS=--anew writes nothing and compares
	$(BIN)/python -m edge $(ARGS)

build: install  ## artifacts for ENV (dev), if something changed
	@$(BIN)/python -m delivery.artifacts --env $(ENV)

deploy: install  ## check, build, deploy ENV to AWS and upload its lane's files
	@$(BIN)/python -m delivery deploy $(ENV)

promote: install  ## gray becomes stable: copy v2's code and site over v1's (then deploy prod, grayctl finish)
	@$(BIN)/python -m delivery promote

verify: install  ## run the end-to-end cases against the deployed ENV
	@$(BIN)/python -m delivery verify $(ENV)

destroy: install  ## remove ENV from AWS; asks first
	@$(BIN)/python -m delivery destroy $(ENV)

bench: install  ## the benchmarks, each prints its table
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script; done

pictures: install  ## the documents' screenshots, taken anew from a real browser (needs Chromium)
	@$(BIN)/python -m generate.screenshots

clean:  ## remove what was built (environments stay)
	rm -rf .aws-sam .graylane/artifacts .pytest_cache .mypy_cache .ruff_cache
