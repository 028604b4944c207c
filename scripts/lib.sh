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

# machine: prints what figures were measured on, in one line.
machine() {
    local model
    model="$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
    printf '%s cores, %s; %s; load %s\n' "$(nproc)" "${model:-unknown processor}" \
        "$(uname --kernel-name --kernel-release --machine)" "$(cut -d ' ' -f 1 /proc/loadavg)"
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

# login_shell_swift: the Swift that a login shell has on its PATH, where the system's profile puts one there.
login_shell_swift() {
    bash -lc 'command -v swift' 2>/dev/null </dev/null | tail -n 1
}

# swift_candidates: prints where a Swift may be, the likeliest first.
swift_candidates() {
    if [[ -n ${SWIFT:-} ]]; then
        printf '%s\n' "$SWIFT"
        return
    fi
    local home
    command -v swift || true
    for home in ${SWIFT_HOME:+"$SWIFT_HOME"}; do printf '%s\n' "$home/usr/bin/swift" "$home/bin/swift"; done
    for home in "${SWIFTLY_BIN_DIR:-}" "${SWIFTLY_HOME_DIR:+$SWIFTLY_HOME_DIR/bin}" \
        "${HOME:+$HOME/.local/share/swiftly/bin}" "${HOME:+$HOME/.swiftly/bin}"; do
        if [[ -n $home ]]; then printf '%s\n' "$home/swift"; fi
    done
    login_shell_swift || true
}

# require_swift: sets SWIFT to a Swift that is new enough, or says at once how to get one.
# A SWIFT that is set already is the only one looked at.
require_swift() {
    local candidate version found=""
    while read -r candidate; do
        [[ -n $candidate ]] || continue
        version="$(swift_version "$candidate")" || continue
        if version_suffices "$version"; then
            SWIFT=$candidate
            export SWIFT
            return 0
        fi
        found+=" $candidate is $version;"
    done < <(swift_candidates)
    cat >&2 <<MESSAGE
error: Swift $SWIFT_MAJOR.$SWIFT_MINOR or newer is needed${SWIFT:+ at SWIFT=$SWIFT};${found:- none was found;} nothing was installed or changed.

Get it in one of these ways, then run this again:
  - swiftly, Swift's own installer: follow https://www.swift.org/install/linux, then 'swiftly install $SWIFT_MAJOR.$SWIFT_MINOR'
  - the toolchain for Debian 12 from the same page: unpack it, and put its usr/bin on the PATH or set SWIFT_HOME to it
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

# forget_settings: what is set for another bot must not reach one that a script starts.
forget_settings() {
    local name
    for name in "${!MATRIX_@}" "${!RIALTO_@}" AGENT_WS_URL; do unset "$name"; done
}

# --- A bot of a script's own, which leaves nothing behind: used by the benchmarks.

# release_executable [PATH]: sets RIALTO to the executable at PATH, or to a release build made now.
release_executable() {
    RIALTO=${1:-}
    if [[ -z $RIALTO ]]; then
        "$ROOT/scripts/build" release
        require_swift
        RIALTO="$("$SWIFT" build --configuration release --show-bin-path)/rialto"
    fi
    [[ -x $RIALTO ]] || die "there is no executable $RIALTO"
}

# open_stage NAME: makes a directory, and sets STAGE to it, and HOMESERVER, HOMESERVER_PORT, AGENT_PORT and PASSWORD.
open_stage() {
    forget_settings
    umask 077
    STAGE="$(mktemp -d "${TMPDIR:-/tmp}/rialto-$1.XXXXXX")"
    HOMESERVER_PORT="$(free_port)"
    AGENT_PORT="$(free_port)"
    HOMESERVER="http://127.0.0.1:$HOMESERVER_PORT"
    PASSWORD="$(head -c 24 /dev/urandom | base64 --wrap=0 | tr -d '+/=')"
}

# close_stage: ends what start_bot and start_synapse have started, and removes the directory.
close_stage() {
    [[ -n ${STAGE:-} ]] || return 0
    stop_stage
    rm -rf -- "$STAGE"
}

# stop_stage: ends what start_bot and start_synapse have started; the data stays.
stop_stage() {
    local pid
    for pid in ${BRIDGE_PID:-} ${AGENT_PID:-}; do end_process "$pid" 30; done
    BRIDGE_PID="" AGENT_PID=""
    "$ROOT/scripts/synapse" stop --directory "$STAGE/synapse"
}

# start_synapse [OPTION…]: starts the stage's homeserver, which ends with the script.
start_synapse() {
    "$ROOT/scripts/synapse" start --directory "$STAGE/synapse" --port "$HOMESERVER_PORT" --owner $$ "$@"
}

# registered NAME: makes an account and prints its access token.
registered() {
    curl --silent --show-error --fail --json \
        "{\"username\": \"$1\", \"password\": \"$PASSWORD\", \"auth\": {\"type\": \"m.login.dummy\"}}" \
        "$HOMESERVER/_matrix/client/v3/register" |
        "$SYSTEM_PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

# write_configuration: a configuration for the bot @rialto, with more of [bridge] and further sections from standard input.
# What a room is told once, and not for any answer, is left out of what is measured.
write_configuration() {
    printf '%s' "$PASSWORD" >"$STAGE/password"
    local more
    more="$(cat)"
    cat >"$STAGE/config.toml" <<TOML
[matrix]
homeserver = "$HOMESERVER"
user_id = "@rialto:localhost"
password_file = "password"

[platform]
backend = "$BACKEND"

[agent]
url = "ws://127.0.0.1:$AGENT_PORT/agent_ws/"
listen = "127.0.0.1:$AGENT_PORT"

[bridge]
typed_commands = false
$more
TOML
}

# start_part NAME COMMAND READY: starts a part of the program, waits until READY stands in its log, sets PART_PID.
start_part() {
    local deadline=$((SECONDS + 60))
    setpriv --pdeathsig TERM -- "$RIALTO" "$2" --config "$STAGE/config.toml" </dev/null >"$STAGE/$1.log" 2>&1 &
    PART_PID=$!
    until grep -qs -- "$3" "$STAGE/$1.log"; do
        if ! is_running "$PART_PID" || ((SECONDS >= deadline)); then
            show_tail "$STAGE/$1.log"
            die "rialto $2 did not get ready"
        fi
        sleep 0.1
    done
}

# Where the bot's answers come from: an agent of its own process, or the one in the bridge's ("embedded").
BACKEND=socket

# start_bot: starts the bridge, and the agent where it is another process, and sets AGENT_PID and BRIDGE_PID.
start_bot() {
    if [[ $BACKEND == socket ]]; then
        start_part agent agent "agent is listening"
        AGENT_PID=$PART_PID
    fi
    start_part bridge run "rialto is ready"
    BRIDGE_PID=$PART_PID
}
