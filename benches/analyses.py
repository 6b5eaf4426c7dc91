#!/usr/bin/env python3
"""Wall time and peak memory of each analysis of a book, and of all of them in one process.

    analyses.py LOG PROGRAM [RUNS]

PROGRAM is the `patronage` binary, built for release. `--only` runs one analysis in a process of its own, which reads the log each time: the
first row is the reading with RFM, the cheapest book, and "beyond it" is the median less that of this row. The last rows are the whole book
without and with its report, each in one process.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

ANALYSES = ["abc", "xyz", "clv", "churn", "lifecycle", "clusters", "over_time", "dimensions"]


def run(program, log, options):
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        child = subprocess.Popen([program, "segment", log, "--out", folder + "/out", "--quiet", *options], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            sys.exit(f"{options} failed")
        return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    log, program = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    rows = [("reading, rfm", ["--only", "rfm", "--no-report"])]
    rows += [(name, ["--only", name, "--no-report"]) for name in ANALYSES]
    rows += [("all", ["--no-report"]), ("all, and report.html", [])]
    print("| analysis | wall s | beyond reading | CPU s | peak MB |\n|---|--:|--:|--:|--:|")
    base = None
    for name, options in rows:
        taken = [run(program, log, options) for _ in range(runs)]
        wall, cpu, memory = (statistics.median(column) for column in zip(*taken))
        base = wall if base is None else base
        print(f"| {name} | {wall:.2f} | {wall - base:.2f} | {cpu:.2f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
