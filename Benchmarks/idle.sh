#!/usr/bin/env bash
# What the daemon costs while nobody talks to it: resident memory and processor time of `rialto run`.
#
#   Benchmarks/idle.sh [--seconds N] [--executable PATH]
#
# It builds the release executable (or takes PATH), starts a throwaway Synapse, `rialto agent` and `rialto run`, lets
# three rooms talk for a moment, and then watches `rialto run` for N seconds (60). Exit code 1 when the memory is 40 MB
# or more, or the processor time more than 0.5 % of one core.
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../scripts/lib.sh"

readonly limit_megabytes=40 limit_permille=5
seconds=60 rialto=""
while (($# > 0)); do
    case $1 in
        --seconds) seconds=${2:?} ;;
        --executable) rialto="$(realpath -- "${2:?}")" ;;
        *) die "Benchmarks/idle.sh takes --seconds N and --executable PATH, not '$1'" ;;
    esac
    shift 2
done

clean_up() {
    trap '' INT TERM HUP
    close_stage
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# talk TOKEN: three rooms with two questions each, all answered before it returns.
talk() {
    "$SYSTEM_PYTHON" - "$HOMESERVER" "$1" <<'PYTHON'
import json, sys, time, urllib.parse, urllib.request

homeserver, token = sys.argv[1:]
bot = "@rialto:localhost"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    request = urllib.request.Request(homeserver + "/_matrix/client/v3/" + path, data, headers, method=method)
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def wait(what, condition):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("error: waited 60 s in vain for " + what)
        time.sleep(0.2)


def finished(room):
    events = call("GET", f"rooms/{urllib.parse.quote(room)}/messages?dir=b&limit=100")["chunk"]
    endings = [event for event in events if "tokens_used" in event["content"].get("io.rialto.reply", {})]
    return sum(event["content"]["msgtype"] == "m.text" for event in endings)


rooms = []
for _ in range(3):
    body = {"preset": "trusted_private_chat", "is_direct": True, "invite": [bot]}
    rooms.append(call("POST", "createRoom", body)["room_id"])
for room in rooms:
    members = f"rooms/{urllib.parse.quote(room)}/joined_members"
    wait("the bot to join", lambda: bot in call("GET", members)["joined"])
for number in range(2):
    for room in rooms:
        path = f"rooms/{urllib.parse.quote(room)}/send/m.room.message/q{number}"
        call("PUT", path, {"msgtype": "m.text", "body": "What news on the Rialto?"})
for room in rooms:
    wait("the answers", lambda: finished(room) == 2)
PYTHON
}

# processor_ticks PID: what it has used so far, user and system, in clock ticks.
processor_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# memory PID FILE FIELD: a field of a file in /proc, in bytes; what the kernel calls kB are 1024 of them.
memory() { awk -v field="$3:" '$1 == field { print $2 * 1024 }' "/proc/$1/$2"; }

# megabytes BYTES: "31.4".
megabytes() { printf '%d.%d' $(($1 / 1000000)) $(($1 % 1000000 / 100000)); }

release_executable "$rialto"
"$ROOT/scripts/install-synapse"

open_stage idle
BACKEND=embedded
say "Starting Synapse and the bot"
start_synapse
registered rialto >/dev/null
alice="$(registered alice)"
write_configuration <<'TOML'
allow = ["@alice:localhost"]
merge_messages = false
TOML
start_bot
say "Three rooms talk for a moment"
talk "$alice"

# What the answers left to do (receipts, typing, housekeeping) is no idling yet.
sleep 5
say "Watching the idle bridge for $seconds s"
before="$(processor_ticks "$BRIDGE_PID")"
sleep "$seconds"
is_running "$BRIDGE_PID" || die "the bridge has ended"
after="$(processor_ticks "$BRIDGE_PID")"
resident="$(memory "$BRIDGE_PID" status VmRSS)"
peak="$(memory "$BRIDGE_PID" status VmHWM)"
own="$(memory "$BRIDGE_PID" status RssAnon)"
proportional="$(memory "$BRIDGE_PID" smaps_rollup Pss)"
threads="$(awk '$1 == "Threads:" { print $2 }' "/proc/$BRIDGE_PID/status")"
ticks_per_second="$(getconf CLK_TCK)"
milliseconds=$(((after - before) * 1000 / ticks_per_second))

model="$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
cat <<REPORT
executable       $RIALTO ($(($(stat --format %s "$(realpath -- "$RIALTO")") / 1000000)) MB)
machine          $(nproc) cores, ${model:-unknown processor}
system           $(uname --kernel-name --kernel-release --machine)
Swift            $("${SWIFT:-swift}" --version 2>/dev/null | grep -o 'Swift version [^ ]*' | head -n 1 || printf unknown)
resident memory  $(megabytes "$resident") MB (VmRSS; $(megabytes "$peak") MB at its peak)
of it its own    $(megabytes "$own") MB (RssAnon); the rest is mapped from program and libraries
its fair share   $(megabytes "$proportional") MB (PSS; files that others map too count in part)
threads          $threads
processor time   $milliseconds ms in $seconds s: $(awk -v used="$milliseconds" -v span="$seconds" 'BEGIN { printf "%.3f", used / span / 10 }') % of one core
REPORT

status=0
if ((resident >= limit_megabytes * 1000000)); then
    say "too much memory: $(megabytes "$resident") MB, and less than $limit_megabytes MB are wanted"
    status=1
fi
# Used milliseconds against the permille of as many seconds.
if ((milliseconds > seconds * limit_permille)); then
    say "too much processor time: $milliseconds ms, and at most $((seconds * limit_permille)) ms are wanted"
    status=1
fi
exit "$status"
