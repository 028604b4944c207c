#!/usr/bin/env bash
# How replies stream through a real Synapse: what a reader sees, and when, with and without its limit of messages.
#
#   Benchmarks/streaming.sh [--executable PATH] [--chunks N] [--pace MS]
#
# It builds the release executable (or takes PATH), makes 20 rooms on a throwaway Synapse, and lets their people ask at
# once: in 1, 5 and 20 rooms with Synapse's own limit, and in 1 and 20 without any; each time with a fresh Synapse and
# bridge, so that the limit is untouched and nothing has been learned. It prints a Markdown table.
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../scripts/lib.sh"

chunks=200 pace=50 rialto=""
while (($# > 0)); do
    case $1 in
        --executable) rialto="$(realpath -- "${2:?}")" ;;
        --chunks) chunks=${2:?} ;;
        --pace) pace=${2:?} ;;
        *) die "Benchmarks/streaming.sh takes --executable PATH, --chunks N and --pace MS, not '$1'" ;;
    esac
    shift 2
done

work="" agent="" bridge=""
readonly driver="$ROOT/Benchmarks/streaming.py" rooms=20

stop_parts() {
    local pid
    for pid in $bridge $agent; do end_process "$pid" 30; done
    agent="" bridge=""
    "$ROOT/scripts/synapse" stop --directory "$work/synapse"
}

clean_up() {
    trap '' INT TERM HUP
    [[ -n $work ]] || return 0
    stop_parts
    rm -rf -- "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

write_configuration() {
    printf '%s' "$password" >"$work/password"
    cat >"$work/config.toml" <<TOML
[matrix]
homeserver = "$homeserver"
user_id = "@rialto:localhost"
password_file = "password"

[bridge]
allow = ["@*:localhost"]

[agent]
url = "ws://127.0.0.1:$agent_port/agent_ws/"
listen = "127.0.0.1:$agent_port"

[telemetry]
log_level = "debug"
log_format = "json"
TOML
}

# started NAME COMMAND READY: starts a part of the program, waits until READY stands in its log, sets PID.
started() {
    local deadline=$((SECONDS + 60))
    setpriv --pdeathsig TERM -- "$rialto" "$2" --config "$work/config.toml" </dev/null >"$work/$1.log" 2>&1 &
    pid=$!
    until grep -q -- "$3" "$work/$1.log"; do
        if ! is_running "$pid" || ((SECONDS >= deadline)); then
            show_tail "$work/$1.log"
            die "rialto $2 did not get ready"
        fi
        sleep 0.1
    done
}

# start_parts LIMITS: a Synapse that has counted nothing yet, and a bridge that has learned nothing.
start_parts() {
    "$ROOT/scripts/synapse" start --directory "$work/synapse" --port "$port" --limits "$1" --owner $$
    if [[ ! -s $work/config.toml ]]; then
        curl --silent --show-error --fail --output /dev/null --json \
            "{\"username\": \"rialto\", \"password\": \"$password\", \"auth\": {\"type\": \"m.login.dummy\"}}" \
            "$homeserver/_matrix/client/v3/register"
        write_configuration
    fi
    started agent agent "agent is listening"
    agent=$pid
    started bridge run "rialto is ready"
    bridge=$pid
}

# ask N NAME: N people ask at once; prints a row.
ask() {
    "$SYSTEM_PYTHON" "$driver" ask "$homeserver" "$work/rooms.json" "$1" "$chunks" "$pace" "$work/bridge.log" "$2"
}

# measure LIMITS N NAME: the same with fresh parts.
measure() {
    start_parts "$1"
    ask "$2" "$3"
    stop_parts
}

if [[ -z $rialto ]]; then
    "$ROOT/scripts/build" release
    require_swift
    rialto="$("$SWIFT" build --configuration release --show-bin-path)/rialto"
fi
[[ -x $rialto ]] || die "there is no executable $rialto"
"$ROOT/scripts/install-synapse"

# What is set for another bot must not reach this one.
for name in "${!MATRIX_@}" "${!RIALTO_@}" AGENT_WS_URL; do unset "$name"; done

umask 077
work="$(mktemp -d "${TMPDIR:-/tmp}/rialto-streaming.XXXXXX")"
port="$(free_port)"
agent_port="$(free_port)"
homeserver="http://127.0.0.1:$port"
password="$(head -c 24 /dev/urandom | base64 --wrap=0 | tr -d '+/=')"

say "Making $rooms rooms"
start_parts off
"$SYSTEM_PYTHON" "$driver" rooms "$homeserver" "$password" "$rooms" "$work/rooms.json"
stop_parts

model="$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
cat <<REPORT
$chunks chunks, one each $pace ms; $(nproc) cores, ${model:-unknown processor}; $(uname --kernel-name --kernel-release --machine)

| limit | rooms | first text p50 (s) | p95 | last chunk to end p50 (s) | p95 | max | edits a reply | 429s |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
REPORT
for count in 1 5 20; do measure default "$count" "0.2/s, burst 10"; done
for count in 1 20; do measure off "$count" "none"; done
