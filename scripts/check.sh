#!/usr/bin/env bash
# Everything that can be checked without running the service, one line a check.
#
#   check.sh              all of them; says at the end which failed
#   check.sh types docs   only these
set -uo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH

style() { ruff check --quiet . && ruff format --check --quiet .; }
types() { mypy && mypy scripts; }
imports() { lint-imports --no-cache; }
dead() { vulture; }
dependencies() { deptry .; }
spelling() { codespell; }
project() { validate-pyproject pyproject.toml && towncrier build --draft --version next; }
contract() { scripts/proto.sh --check; }
docs() { sphinx-build --nitpicky --fail-on-warning --quiet docs build/docs; }
glossary() { python scripts/check_glossary.py; }
hosts() { scripts/check_hosts.sh; }

[ $# -gt 0 ] || set -- style types imports dead dependencies spelling project contract docs glossary hosts
failed=()
for check in "$@"; do
    started=$SECONDS
    if output=$("$check" 2>&1); then
        printf 'check: %-13s ok %4d s\n' "$check" $((SECONDS - started))
    else
        printf 'check: %-13s FAILED\n%s\n' "$check" "$output"
        failed+=("$check")
    fi
done
[ ${#failed[@]} -eq 0 ] || { echo "check: failed: ${failed[*]}"; exit 1; }
