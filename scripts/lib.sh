# shellcheck shell=bash
# What the scripts share. Sourced, never run: `source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"`.
# It leaves the shell in strict mode, in the repository's root, with ROOT set to it.

set -euo pipefail

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
cd -- "$ROOT"

# Servers of tests and demo are on loopback: no proxy may come between.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"
export no_proxy="$NO_PROXY"

readonly SWIFT_MAJOR=6 SWIFT_MINOR=3
readonly SYSTEM_PYTHON=/usr/bin/python3
readonly SYNAPSE_ENVIRONMENT="$ROOT/.tools/synapse"
readonly SYNAPSE_REQUIREMENT="matrix-synapse==1.163.2"
export SYNAPSE_ENVIRONMENT SYNAPSE_REQUIREMENT SYSTEM_PYTHON

say() { printf '==> %s\n' "$*" >&2; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# elapsed SECONDS: "7 s" or "12 min 3 s".
elapsed() {
    if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); fi
}

# as_root COMMAND…: runs it as root, directly or through sudo.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "'$*' needs root: run this as root, or install sudo"
    fi
}

# Says every 30 s that a step still runs; ends by itself when the script is gone.
heartbeat() {
    local title=$1 script=$2 begin=$SECONDS pause=
    trap 'kill "$pause" 2>/dev/null; exit 0' TERM INT
    while kill -0 "$script" 2>/dev/null; do
        sleep 30 >/dev/null 2>&1 &
        pause=$!
        wait "$pause" || true
        say "$title: still at it after $(elapsed $((SECONDS - begin)))"
    done
}

# step TITLE COMMAND…: runs it with its output passed through, says how long it took, keeps its exit code.
step() {
    local title=$1 begin=$SECONDS status=0 beat
    shift
    say "$title"
    heartbeat "$title" $$ </dev/null &
    beat=$!
    "$@" || status=$?
    kill "$beat" 2>/dev/null || true
    wait "$beat" 2>/dev/null || true
    if ((status == 0)); then
        say "$title: done in $(elapsed $((SECONDS - begin)))"
    else
        say "$title: failed after $(elapsed $((SECONDS - begin))) (exit code $status)"
    fi
    return "$status"
}

# quietly FILE COMMAND…: appends its output to the log FILE and shows the end of it only on failure.
quietly() {
    local file=$1 status=0
    shift
    mkdir -p -- "$(dirname -- "$file")"
    printf '$ %s\n' "$*" >>"$file"
    "$@" >>"$file" 2>&1 </dev/null || status=$?
    if ((status != 0)); then show_tail "$file"; fi
    return "$status"
}

# show_tail FILE [LINES]: the end of a log file, to the terminal.
show_tail() {
    printf -- '--- the end of %s\n' "$1" >&2
    if [[ -s $1 ]]; then tail -n "${2:-40}" -- "$1" >&2; else printf '(empty)\n' >&2; fi
    printf -- '---\n' >&2
}

# swift_version PROGRAM: prints "6.3"; fails when the program is no working Swift.
swift_version() {
    local text
    text="$("$1" --version 2>/dev/null </dev/null)" || return 1
    [[ $text =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || return 1
    printf '%s.%s' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

# version_suffices "6.3": whether it is new enough.
version_suffices() {
    local major=${1%%.*} minor=${1#*.}
    ((major > SWIFT_MAJOR || (major == SWIFT_MAJOR && minor >= SWIFT_MINOR)))
}

# require_swift: sets SWIFT to a Swift that is new enough, or says at once how to get one.
# A SWIFT that is set already is the only one looked at.
require_swift() {
    local candidate version found=""
    local -a candidates
    if [[ -n ${SWIFT:-} ]]; then
        candidates=("$SWIFT")
    else
        candidates=(
            "$(command -v swift || true)"
            /usr/bin/swift
            "${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}/swift"
            /opt/swift/usr/bin/swift
        )
    fi
    for candidate in "${candidates[@]}"; do
        [[ -n $candidate ]] || continue
        version="$(swift_version "$candidate")" || continue
        if version_suffices "$version"; then
            SWIFT=$candidate
            export SWIFT
            return 0
        fi
        found+=" $candidate is $version;"
    done
    cat >&2 <<MESSAGE
error: Swift $SWIFT_MAJOR.$SWIFT_MINOR or newer is needed${SWIFT:+ at SWIFT=$SWIFT};${found:- none was found;} nothing was installed or changed.

Get it in one of these ways, then run this again:
  - swiftly, Swift's own installer: follow https://www.swift.org/install/linux, then 'swiftly install $SWIFT_MAJOR.$SWIFT_MINOR'
  - the toolchain for Debian 12 from the same page: unpack it and put its usr/bin on the PATH
  - a toolchain that is elsewhere: SWIFT=/path/to/usr/bin/swift make ...
MESSAGE
    exit 1
}

# free_port: a TCP port of the loopback interface that nobody uses now.
free_port() {
    "$SYSTEM_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# port_is_open PORT: whether somebody listens there on loopback.
port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# end_process PID [SECONDS]: asks it to end, insists after the limit, returns when it is gone.
end_process() {
    local pid=$1 deadline=$((SECONDS + ${2:-10}))
    kill -TERM "$pid" 2>/dev/null || return 0
    while is_running "$pid"; do
        if ((SECONDS >= deadline)); then kill -KILL "$pid" 2>/dev/null || true; fi
        sleep 0.05
    done
}

# is_running PID: whether it lives; a process that only waits to be reaped does not.
is_running() {
    local state
    [[ -r /proc/$1/stat ]] || return 1
    state="$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)" || return 1
    [[ -n $state && $state != Z && $state != X ]]
}

# swift_sources: sets SOURCES to what is formatted and linted.
swift_sources() {
    local path
    SOURCES=()
    for path in Package.swift Sources Tests Benchmarks; do
        if [[ -e $path ]]; then SOURCES+=("$path"); fi
    done
}
