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

work="" agent="" bridge=""

clean_up() {
    trap '' INT TERM HUP
    local pid
    for pid in $bridge $agent; do end_process "$pid" 15; done
    if [[ -n $work ]]; then
        "$ROOT/scripts/synapse" stop --directory "$work/synapse"
        rm -rf -- "$work"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# registered NAME: makes an account and prints its access token.
registered() {
    curl --silent --show-error --fail --json \
        "{\"username\": \"$1\", \"password\": \"$password\", \"auth\": {\"type\": \"m.login.dummy\"}}" \
        "$homeserver/_matrix/client/v3/register" | "$SYSTEM_PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'
}

write_configuration() {
    printf '%s' "$password" >"$work/password"
    cat >"$work/config.toml" <<TOML
[matrix]
homeserver = "$homeserver"
user_id = "@rialto:localhost"
password_file = "password"

[bridge]
allow = ["@alice:localhost"]
merge_messages = false

[agent]
url = "ws://127.0.0.1:$agent_port/agent_ws/"
listen = "127.0.0.1:$agent_port"
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

# talk TOKEN: three rooms with two questions each, all answered before it returns.
talk() {
    "$SYSTEM_PYTHON" - "$homeserver" "$1" <<'PYTHON'
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
work="$(mktemp -d "${TMPDIR:-/tmp}/rialto-idle.XXXXXX")"
port="$(free_port)"
agent_port="$(free_port)"
homeserver="http://127.0.0.1:$port"
password="$(head -c 24 /dev/urandom | base64 --wrap=0 | tr -d '+/=')"

say "Starting Synapse, the agent and the bridge"
"$ROOT/scripts/synapse" start --directory "$work/synapse" --port "$port" --owner $$
registered rialto >/dev/null
alice="$(registered alice)"
write_configuration
started agent agent "agent is listening"
agent=$pid
started bridge run "rialto is ready"
bridge=$pid
say "Three rooms talk for a moment"
talk "$alice"

# What the answers left to do (receipts, typing, housekeeping) is no idling yet.
sleep 5
say "Watching the idle bridge for $seconds s"
before="$(processor_ticks "$bridge")"
sleep "$seconds"
is_running "$bridge" || die "the bridge has ended"
after="$(processor_ticks "$bridge")"
resident="$(memory "$bridge" status VmRSS)"
peak="$(memory "$bridge" status VmHWM)"
own="$(memory "$bridge" status RssAnon)"
proportional="$(memory "$bridge" smaps_rollup Pss)"
threads="$(awk '$1 == "Threads:" { print $2 }' "/proc/$bridge/status")"
ticks_per_second="$(getconf CLK_TCK)"
milliseconds=$(((after - before) * 1000 / ticks_per_second))

model="$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
cat <<REPORT
executable       $rialto ($(($(stat --format %s "$(realpath -- "$rialto")") / 1000000)) MB)
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
