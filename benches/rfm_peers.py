#!/usr/bin/env python3
"""The RFM job, file to file, by patronage, DuckDB and polars, in one run.

    rfm_peers.py INPUT.parquet|INPUT.csv PATRONAGE [--runs 5] [--tools duckdb,polars]

INPUT has the columns customer_id, order_id, ts and amount; PATRONAGE is the release binary. Needs the Python packages
duckdb and polars. The tools take turns; the first round warms the page cache and is not counted. Printed: median (least,
most) of wall and processor seconds and the peak of memory of the whole process, and the median of the pairwise ratios of
wall time to that of the first peer.

The job: as of 2025-01-01, per customer the days since the last purchase (amount > 0), the number of purchases and the net
money; NTILE(5) of each, ties by customer id; one of ten segments by recency and frequency; written as Parquet. patronage
does more: it counts orders rather than rows (order ids are in the log), audits and hashes the input, keeps money exact,
and writes first and last days, refunds and a reason beside.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SEGMENTS = {
    "hibernating": ((1, 2), (1, 2)), "at_risk": ((1, 2), (3, 4)), "cant_lose": ((1, 2), (5, 5)), "about_to_sleep": ((3, 3), (1, 2)),
    "need_attention": ((3, 3), (3, 3)), "loyal": ((3, 4), (4, 5)), "promising": ((4, 4), (1, 1)), "new": ((5, 5), (1, 1)),
    "potential_loyalists": ((4, 5), (2, 3)), "champions": ((5, 5), (4, 5)),
}


def segment_of(r, f):
    return next(name for name, (rs, fs) in SEGMENTS.items() if rs[0] <= r <= rs[1] and fs[0] <= f <= fs[1])


def duckdb_job(source, target):
    import duckdb
    cases = " ".join(f"WHEN {10 * r + f} THEN '{segment_of(r, f)}'" for r in range(1, 6) for f in range(1, 6))
    table = f"read_csv('{source}')" if source.endswith(".csv") else f"'{source}'"
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.cpu_count()}")
    connection.execute(f"""
        COPY (
            WITH customers AS (
                SELECT customer_id, count(*) FILTER (amount > 0) AS frequency, sum(amount) AS monetary,
                       date_diff('day', (max(ts) FILTER (amount > 0))::DATE, DATE '2025-01-01') AS recency_days
                FROM {table} GROUP BY customer_id HAVING count(*) FILTER (amount > 0) > 0),
            scores AS (
                SELECT *, ntile(5) OVER (ORDER BY recency_days DESC, customer_id) AS r,
                       ntile(5) OVER (ORDER BY frequency, customer_id) AS f, ntile(5) OVER (ORDER BY monetary, customer_id) AS m
                FROM customers)
            SELECT *, CASE r * 10 + f {cases} END AS segment FROM scores) TO '{target}' (FORMAT parquet)""")


def polars_job(source, target):
    import datetime
    import polars as pl
    log = pl.scan_csv(source, try_parse_dates=True) if source.endswith(".csv") else pl.scan_parquet(source)
    bought = pl.col("amount") > 0
    customers = (
        log.group_by("customer_id")
        .agg(last=pl.col("ts").filter(bought).max(), frequency=bought.sum(), monetary=pl.col("amount").sum())
        .filter(pl.col("frequency") > 0)
        .with_columns(recency_days=(pl.lit(datetime.date(2025, 1, 1)) - pl.col("last").dt.date()).dt.total_days())
        .sort("customer_id")
        .collect(engine="streaming"))
    share, larger = divmod(len(customers), 5)
    border = larger * (share + 1)

    def ntile(column, descending):
        rank = pl.col(column).rank("ordinal", descending=descending).cast(pl.Int64) - 1
        return pl.when(rank < border).then(rank // (share + 1)).otherwise(larger + (rank - border) // share) + 1

    names = {10 * r + f: segment_of(r, f) for r in range(1, 6) for f in range(1, 6)}
    scores = customers.with_columns(r=ntile("recency_days", True), f=ntile("frequency", False), m=ntile("monetary", False))
    scores.with_columns(segment=(pl.col("r") * 10 + pl.col("f")).replace_strict(names, return_dtype=pl.String)).write_parquet(target)


JOBS = {"duckdb": duckdb_job, "polars": polars_job}


def measure(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)} failed: {message.decode()[-500:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("patronage")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tools", default="duckdb,polars")
    parser.add_argument("--job", nargs=2, metavar=("TOOL", "OUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job:
        return JOBS[arguments.job[0]](arguments.input, arguments.job[1])

    folder = pathlib.Path(tempfile.mkdtemp())
    ours = [arguments.patronage, "segment", arguments.input, "--quiet", "--only", "rfm", "--scoring", "sql_ntile", "--map", "rf_ten", "--as-of", "2025-01-01", "--out"]
    commands = {tool: [sys.executable, __file__, arguments.input, "-", "--job", tool, str(folder / f"{tool}.parquet")] for tool in arguments.tools.split(",")}
    commands["patronage"] = [*ours, str(folder / "patronage")]
    commands["patronage --no-order"] = [*ours, str(folder / "rows"), "--no-order"]
    results = {name: [] for name in commands}
    for run in range(arguments.runs + 1):
        for name, command in commands.items():
            result = measure(command)
            if run:
                results[name].append(result)

    first = next(iter(results.values()))
    print(f"{pathlib.Path(arguments.input).name}: {pathlib.Path(arguments.input).stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores, median of {arguments.runs}\n")
    print("| tool | wall s | CPU s | peak MB | wall ratio |\n|---|--:|--:|--:|--:|")
    for name, runs in results.items():
        def cell(index):
            values = [run[index] for run in runs]
            return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"
        ratio = statistics.median(run[0] / other[0] for run, other in zip(runs, first))
        print(f"| {name} | {cell(0)} | {cell(1)} | {max(run[2] for run in runs):.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
