#!/usr/bin/env bash
# See that the system has what the arguments name.  Root gets what is missing from Debian; anyone
# else is told what to install.
#
#   need.sh compiler headers venv strace …
#
# `headers` and `venv` are those of $PYTHON; any other word is a command, and the package that
# carries it has the same name.
set -euo pipefail
PYTHON=${PYTHON:-python3}

has() {
    case $1 in
        compiler) command -v cc ;;
        headers) "$PYTHON" -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("include"), "Python.h").stat()' ;;
        venv) "$PYTHON" -c 'import ensurepip' ;;
        prometheus-alertmanager) command -v "$1" || command -v alertmanager ;;  # Debian's name, its own
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

packages() {
    local version
    version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
    case $1 in
        compiler) echo gcc libc6-dev ;;
        headers) echo "python$version-dev" ;;
        venv) echo "python$version-venv" ;;
        *) echo "$1" ;;
    esac
}

missing=() install=()
for thing in "$@"; do
    has "$thing" && continue
    missing+=("$thing")
    # shellcheck disable=SC2207  # package names hold no spaces
    install+=($(packages "$thing"))
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "setup: this machine has no ${missing[*]}; on Debian, as root:" >&2
    echo "    apt-get install ${install[*]}" >&2
    exit 1
fi
echo "setup: no ${missing[*]} here; running apt-get install ${install[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=120 update -qq
# Debian starts a service as soon as it is installed, and at every boot.  Nobody asked for that:
# whoever needs the program starts it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
apt-get -o DPkg::Lock::Timeout=120 install -qq --no-install-recommends "${install[@]}" >/dev/null
for thing in "${missing[@]}"; do
    systemctl disable --quiet "$thing" >/dev/null 2>&1 || true
    has "$thing" || { echo "setup: $thing is still missing after installing ${install[*]}" >&2; exit 1; }
done
