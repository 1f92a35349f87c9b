# What one does here.  `make` alone prints this menu; the work is in scripts/.
# Every target first makes sure that .venv is there and up to date.

PYTHON ?=
export PYTHON
RUN   := .venv/bin
# The same samples on every run: what fails on one machine fails on all.
PYTEST := $(RUN)/python -m pytest --randomly-seed=2 --hypothesis-profile

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-prometheus test check fmt proto docs bench bench-quick torture lock

help:  ## this menu
	@sed -nE 's/^([a-z-]+):.*## /  make \1\t/p' Makefile | expand -t 25

setup:  ## build .venv from requirements/; says what the system lacks, as root gets it
	@scripts/setup.sh

demo: setup  ## watch a real nginx break and be healed, three times (under 2 minutes)
	@$(RUN)/interlock demo

demo-prometheus: setup  ## the same, seen through Prometheus and Alertmanager
	@scripts/need.sh prometheus prometheus-alertmanager
	@$(RUN)/interlock demo --prometheus

test: setup  ## every test, the long proofs in seeded samples (under 10 minutes)
	@scripts/need.sh strace
# Three for two cores: one of them waits for a service, most of the time.
	$(PYTEST) ci -n 3 --dist loadfile --no-loadscope-reorder

torture: setup  ## every test, the long proofs in full (hours)
	@scripts/need.sh strace
	INTERLOCK_TORTURE=1 $(PYTEST) torture --timeout 0

check: setup  ## style, types, imports, contract, docs; one alone: scripts/check.sh types
	@scripts/check.sh

fmt: setup  ## format the code and fix what can be fixed
	@$(RUN)/ruff format --quiet .
	@$(RUN)/ruff check --fix .
	@$(RUN)/buf format --write proto

proto: setup  ## write the Python beside the .proto files
	@scripts/proto.sh

docs: setup  ## build the documentation into build/docs
	@$(RUN)/sphinx-build --nitpicky --fail-on-warning --quiet docs build/docs
	@echo build/docs/index.html

bench: setup  ## every measurement against the floor
	@$(RUN)/python -m tests.bench.run

bench-quick: setup  ## the main ones in under 50 seconds, a JSON object a line
	@$(RUN)/python -m tests.bench.run --quick

lock: setup  ## resolve pyproject.toml into requirements/*.txt
	@scripts/lock.sh
