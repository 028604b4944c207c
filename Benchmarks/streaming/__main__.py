"""The driver of Benchmarks/streaming.sh, which runs it as `python3 Benchmarks/streaming COMMAND ARGUMENT…`."""

import sys

import figures
import latency
import matrix
import memory
import replies
import row

COMMANDS = {
    "rooms": matrix.make_rooms,
    "ask": replies.ask,
    "row": row.measure,
    "latency": latency.measure,
    "memory": memory.measure,
    "table": figures.print_table,
}

if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
    sys.exit(f"error: expected one of {', '.join(COMMANDS)}")
sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
