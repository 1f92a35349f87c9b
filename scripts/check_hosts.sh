#!/usr/bin/env bash
# No file of the repository says where packages come from: that is the machine's business.
# Requirement files hold pins, the machines they are for, and hashes only; nothing holds an index option or a registry's host.
set -uo pipefail
cd "$(dirname "$0")/.."

bad=$(
    grep -HnEv '^(#.*|[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ :/]+( ; [A-Za-z0-9_.'"'"'<>=! ]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?)$' requirements/*.txt
    grep -HnE '://' requirements/*.txt
    git grep -nIE -e '--(extra-)?index-url[ =]|--find-links[ =]|^index-url|\[\[tool\.uv\.index' -- ':!scripts/check_hosts.sh'
    git grep -nIiE -e '(pypi|pythonhosted|npmjs|crates|golang|deb\.debian)\.(org|io|com|net)' -- ':!scripts/check_hosts.sh'
)
[ -z "$bad" ] && exit 0
echo "these lines say where packages come from:"
echo "$bad"
exit 1
