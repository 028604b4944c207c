#!/usr/bin/env bash
# What the agent's own parts do: the fold of events, the event log, and the way of a chunk to the agent connection.
#
#   Benchmarks/agent.sh [fold] [log] [connection]
#
# It builds Benchmarks/RialtoBenchmarks in release and measures the parts that are named, or all of them. It prints a
# Markdown table, and ends with exit code 1 when a figure misses its target.
# shellcheck source=scripts/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../scripts/lib.sh"

require_swift
scripts/install-packages
# Linked as the executable is, so that both share what is built.
build=(build --configuration release --static-swift-stdlib --product RialtoBenchmarks)
step "Building the benchmarks (release)" "$SWIFT" "${build[@]}"
program="$("$SWIFT" "${build[@]}" --show-bin-path)/RialtoBenchmarks"

# Beside what was built, as the system's directory for temporary files may be in memory, where nothing waits for a disk.
mkdir -p .build/benchmarks
machine
exec "$program" --directory .build/benchmarks "$@"
