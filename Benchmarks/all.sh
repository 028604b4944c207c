#!/usr/bin/env bash
# All figures that have targets, except those of the idle bot: Benchmarks/agent.sh, then Benchmarks/streaming.sh.
# It measures all of them even when one misses its target, and ends with exit code 1 then.
set -uo pipefail
here="$(dirname -- "${BASH_SOURCE[0]}")"
status=0
"$here/agent.sh" || status=1
"$here/streaming.sh" || status=1
exit "$status"
