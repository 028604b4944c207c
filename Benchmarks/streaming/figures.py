"""Figures against their targets: collected in a file of JSON lines while the benchmark goes on, printed at its end."""

import json
import statistics


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(values):
    """The usual summary of some times in seconds."""
    p50, p95 = statistics.median(values) * 1000, percentile(values, 0.95) * 1000
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {max(values) * 1000:.1f} ms"


def note(path, what, measured, target="", is_met=None):
    """Keeps one figure; without a target it only explains others."""
    with open(path, "a", encoding="utf-8") as file:
        print(json.dumps([what, measured, target, is_met]), file=file)


def print_table(path):
    """Prints all figures and returns the exit code: 1 when a target is missed."""
    with open(path, encoding="utf-8") as file:
        figures = [json.loads(line) for line in file]
    words = {True: "yes", False: "**no**", None: ""}
    print("\n| figure | measured | target | met |\n| --- | --- | --- | --- |")
    for what, measured, target, is_met in figures:
        print(f"| {what} | {measured} | {target} | {words[is_met]} |")
    missed = [what for what, _, _, is_met in figures if is_met is False]
    print(f"\n{len(missed)} of {sum(figure[3] is not None for figure in figures)} targets missed.")
    return 1 if missed else 0
