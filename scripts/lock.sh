#!/usr/bin/env bash
# Resolve the bounds of pyproject.toml into exact versions and hashes: requirements/*.txt.
#
#   lock.sh              keep what still fits, add what is missing
#   lock.sh --upgrade    take the newest of everything (options go to `uv pip compile`)
#
# Hashes pin the bytes wherever they come from, so no file names an index; the resolution is for
# Python 3.11, the oldest that Interlock supports, on every machine: what only some have wheels for
# keeps its marker (docs/adr/0005-hash-pinned-requirements.md).
set -euo pipefail
cd "$(dirname "$0")/.."

pin() {  # pin FILE SOURCE…: resolve the sources into requirements/FILE
    local file=requirements/$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
        --no-emit-index-url --custom-compile-command "make lock" --output-file "$file" "$@"
    echo "$file: $(grep -c == "$file") packages"
}

PATH=$PWD/.venv/bin:$PATH
pin dev.txt pyproject.toml --extra demo --extra lsp --group dev "$@"
# The others are subsets of the same resolution.
pin run.txt pyproject.toml --constraints requirements/dev.txt
pin build.txt --group build --constraints requirements/dev.txt
