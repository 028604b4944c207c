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

readonly driver="$ROOT/Benchmarks/streaming.py" rooms=20

clean_up() {
    trap '' INT TERM HUP
    close_stage
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# start_parts LIMITS: a Synapse that has counted nothing yet, and a bridge that has learned nothing.
start_parts() {
    start_synapse --limits "$1"
    if [[ ! -s $STAGE/config.toml ]]; then
        registered rialto >/dev/null
        write_configuration <<'TOML'
allow = ["@*:localhost"]

[telemetry]
log_level = "debug"
log_format = "json"
TOML
    fi
    start_bot
}

# ask N NAME: N people ask at once; prints a row.
ask() {
    "$SYSTEM_PYTHON" "$driver" ask "$HOMESERVER" "$STAGE/rooms.json" "$1" "$chunks" "$pace" "$STAGE/bridge.log" "$2"
}

# measure LIMITS N NAME: the same with fresh parts.
measure() {
    start_parts "$1"
    ask "$2" "$3"
    stop_stage
}

release_executable "$rialto"
"$ROOT/scripts/install-synapse"
open_stage streaming

say "Making $rooms rooms"
start_parts off
"$SYSTEM_PYTHON" "$driver" rooms "$HOMESERVER" "$PASSWORD" "$rooms" "$STAGE/rooms.json"
stop_stage

model="$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
cat <<REPORT
$chunks chunks, one each $pace ms; $(nproc) cores, ${model:-unknown processor}; $(uname --kernel-name --kernel-release --machine)

| limit | rooms | first text p50 (s) | p95 | last chunk to end p50 (s) | p95 | max | edits a reply | 429s |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
REPORT
for count in 1 5 20; do measure default "$count" "0.2/s, burst 10"; done
for count in 1 20; do measure off "$count" "none"; done
