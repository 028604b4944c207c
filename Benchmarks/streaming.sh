#!/usr/bin/env bash
# How replies stream through a real Synapse: what a reader sees, and when, with and without its limit of messages.
#
#   Benchmarks/streaming.sh [--executable PATH] [--chunks N] [--pace MS] [--rooms N] [--only PART]
#
# It builds the release executable (or takes PATH), makes 20 rooms on a throwaway Synapse, and measures in four parts:
#   replies  people ask at once in 1, 5 and 20 rooms with Synapse's own limit, and in 1 and 20 without any
#   row      one person asks three times in a row, with Synapse's own limit
#   latency  what the bridge adds to chunks and ends, seen from both its sides, without any limit
#   memory   N rooms (500) with a question answered in each, without any limit
# Each part and each row has a fresh Synapse and bridge, so that the limit is untouched and nothing has been learned. It
# prints Markdown tables, and ends with exit code 1 when a figure misses its target.
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../scripts/lib.sh"

chunks=200 pace=50 rialto="" residents=500 only=""
while (($# > 0)); do
    case $1 in
        --executable) rialto="$(realpath -- "${2:?}")" ;;
        --chunks) chunks=${2:?} ;;
        --pace) pace=${2:?} ;;
        --rooms) residents=${2:?} ;;
        --only) only=${2:?} ;;
        *) die "Benchmarks/streaming.sh takes --executable PATH, --chunks N, --pace MS, --rooms N and --only PART, not '$1'" ;;
    esac
    shift 2
done
[[ $only =~ ^(replies|row|latency|memory)?$ ]] || die "there is no part '$only'"

readonly rooms=20

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

# driver COMMAND ARGUMENT…: the part in Python.
driver() { "$SYSTEM_PYTHON" -B "$ROOT/Benchmarks/streaming" "$@"; }

# wanted PART: whether it is to be measured.
wanted() { [[ -z $only || $only == "$1" ]]; }

# measure LIMITS N NAME: N people ask at once, with fresh parts; prints a row.
measure() {
    start_parts "$1"
    driver ask "$HOMESERVER" "$STAGE/rooms.json" "$2" "$chunks" "$pace" "$STAGE/bridge.log" "$3" "$figures"
    stop_stage
}

measure_replies() {
    cat <<REPORT

| limit | rooms | first text p50 (s) | p95 | last chunk to end p50 (s) | p95 | max | edits a reply | 429s |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
REPORT
    local count
    for count in 1 5 20; do measure default "$count" "0.2/s, burst 10"; done
    for count in 1 20; do measure off "$count" none; done
}

measure_row() {
    say "Three replies in a row"
    start_parts default
    driver row "$HOMESERVER" "$STAGE/rooms.json" 3 "$chunks" "$pace" "$STAGE/bridge.log" "$figures"
    stop_stage
}

measure_latency() {
    say "From chunks and ends to the homeserver"
    start_synapse --limits off
    driver latency "$HOMESERVER" "$STAGE/rooms.json" "$RIALTO" "$STAGE/config.toml" "$STAGE/latency" "$figures"
    stop_stage
}

measure_memory() {
    say "Making $residents rooms, with an answer in each"
    start_parts off
    driver memory "$HOMESERVER" "$PASSWORD" "$residents" "$BRIDGE_PID" "$figures"
    stop_stage
}

release_executable "$rialto"
"$ROOT/scripts/install-synapse"
open_stage streaming
readonly figures="$STAGE/figures"

say "Making $rooms rooms"
start_parts off
driver rooms "$HOMESERVER" "$PASSWORD" "$rooms" "$STAGE/rooms.json"
stop_stage

printf '%s chunks, one each %s ms; %s\n' "$chunks" "$pace" "$(machine)"
for part in replies row latency memory; do
    if wanted "$part"; then "measure_$part"; fi
done
driver table "$figures"
