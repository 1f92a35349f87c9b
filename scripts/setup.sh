#!/usr/bin/env bash
# Build .venv from the hash-pinned files in requirements/; do nothing when it is up to date.
#
# Needs Python 3.11 or 3.12 with venv, and a C compiler with Python's headers, because durable-rules
# comes as source only (need.sh gets or names them).  Nothing is built with unpinned tools: what
# builds is in requirements/build.txt, and pip's own build isolation, which would fetch, is off.
set -euo pipefail
cd "$(dirname "$0")/.."
exec 9<scripts/setup.sh
flock 9  # two makes at once: the second waits, then finds the work done

say() { echo "setup: $*"; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3.12 python3; do
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null &&
            command -v "$candidate" && return
    done
    return 1
}

# What .venv was made from; a moved folder or another Python counts as another environment.
environment() { { cat requirements/*.txt scripts/setup.sh; "$PYTHON" -VV; pwd; } | sha256sum; }
project() { { environment; cat pyproject.toml; } | sha256sum; }
made_from() { [ "$(cat ".venv/$1.made-from" 2>/dev/null)" = "$($1)" ]; }
done_with() { "$1" >".venv/$1.made-from"; }

pinned() { .venv/bin/python -m pip install -qq --no-deps --require-hashes --no-build-isolation \
    --only-binary :all: --no-binary durable-rules,forbiddenfruit "$@"; }

if ! PYTHON=$(find_python); then
    scripts/need.sh python3
    PYTHON=$(find_python) || {
        say "Interlock runs on Python 3.11 and 3.12 (durable-rules cannot be loaded by later ones), and there is neither" >&2
        say "install one, or name it: make setup PYTHON=/path/to/python3.11" >&2
        exit 1
    }
fi
export PYTHON

if ! made_from environment; then
    scripts/need.sh compiler headers venv
    say "$("$PYTHON" -V) at $PYTHON; $(grep -c == requirements/dev.txt) pinned packages into .venv (about a minute, durable-rules is compiled)"
    rm -rf .venv
    "$PYTHON" -m venv .venv
    pinned -r requirements/build.txt
    pinned -r requirements/dev.txt
    done_with environment
fi
if ! made_from project; then
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
    done_with project
    say "ready in $SECONDS s: .venv/bin/interlock"
fi
