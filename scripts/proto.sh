#!/usr/bin/env bash
# Write the Python beside the .proto files.
#
#   proto.sh            lint, format, generate
#   proto.sh --check    lint; fail when formatting or generating would change a file, or when the
#                       contract breaks those who speak the released one
#
# Package path and Python path are the same (interlock/v1 = interlock.v1), so what protoc writes
# needs no rewriting.  Message files get no gRPC module, because it would be empty.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH

generate() {  # generate FOLDER
    python -m grpc_tools.protoc -Iproto --python_out="$1" --mypy_out=quiet:"$1" proto/interlock/v1/*.proto
    python -m grpc_tools.protoc -Iproto --grpc_python_out="$1" --mypy_grpc_out=quiet:"$1" \
        proto/interlock/v1/*_service.proto
}

# What senders and readers rely on: the last release, or what has landed while there is none.
promised() {
    local ref
    for ref in "$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null)" origin/main main; do
        [ -n "$ref" ] && git cat-file -e "$ref:proto/buf.yaml" 2>/dev/null && git rev-parse "$ref" && return
    done
    return 1
}

unchanged() {
    local ref
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    generate "$scratch"
    diff -rq --exclude='*.proto' --exclude=__init__.py --exclude=__pycache__ "$scratch/interlock/v1" proto/interlock/v1
    if ref=$(promised); then
        buf breaking proto --against ".git#ref=$ref,subdir=proto"
    else
        echo "no contract on main yet: nothing to break"
    fi
}

buf lint proto
if [ "${1:-}" = --check ]; then
    buf format --diff --exit-code proto
    unchanged
else
    buf format --write proto
    generate proto
fi
