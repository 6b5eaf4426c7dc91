#!/usr/bin/env python3
"""Fits and answers of the customer-base models by patronage and by lifetimes, in one run.

    clv_peers.py BENCH [--sizes 100000,1000000] [--models bg-nbd,mbg-nbd,pareto-nbd] [--cdnow SUMMARY.csv]

BENCH is the program of `cargo bench --bench clv --no-run`. Needs Python with lifetimes 0.11.3, pandas and numpy. Worlds are
BG/NBD customers seen for 20 to 40 weeks at times that are not rounded, so that all rows differ; CDNOW is the table that
`patronage customers examples/data/cdnow_sample.csv --as-of 1997-09-30 --out cdnow.csv` writes. lifetimes runs each fit once
(Pareto/NBD on samples above --pareto-most is left out: it takes minutes), patronage several times, and the median counts.
"""
import argparse
import json
import subprocess
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


def world(customers):
    rng = np.random.default_rng(1)
    rate, leave = rng.gamma(0.6, 1 / 4.4, customers), rng.beta(0.8, 2.5, customers)
    age = 40 - rng.uniform(0, 20, customers)
    x, t_x, now, live = np.zeros(customers, int), np.zeros(customers), np.zeros(customers), np.arange(customers)
    while live.size:
        now[live] += rng.exponential(1, live.size) / rate[live]
        live = live[now[live] <= age[live]]
        x[live] += 1
        t_x[live] = now[live]
        live = live[rng.random(live.size) >= leave[live]]
    return pd.DataFrame({"repeat_purchases": x, "first_to_last": t_x, "age": age})


def lifetimes_seconds(model, table):
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
    fitter = {"bg-nbd": BetaGeoFitter, "mbg-nbd": ModifiedBetaGeoFitter, "pareto-nbd": ParetoNBDFitter}[model]()
    x, t_x, age = (table[name].to_numpy(float) for name in ("repeat_purchases", "first_to_last", "age"))
    start = time.perf_counter()
    fitter.fit(x, t_x, age)
    fit = time.perf_counter() - start
    start = time.perf_counter()
    fitter.conditional_probability_alive(x, t_x, age)
    fitter.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, age)
    return fit, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--models", default="bg-nbd,mbg-nbd,pareto-nbd")
    parser.add_argument("--cdnow")
    parser.add_argument("--pareto-most", type=int, default=100_000)
    arguments = parser.parse_args()
    tables = [("CDNOW", pd.read_csv(arguments.cdnow))] if arguments.cdnow else []
    tables += [(f"{int(size):,}", world(int(size))) for size in arguments.sizes.split(",") if size]
    print("| customers | model | fit ms: patronage | lifetimes | ratio | score ms: patronage | lifetimes | ratio | year's discounted purchases ms |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, table in tables:
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            table[["repeat_purchases", "first_to_last", "age"]].to_csv(file.name, index=False)
            for model in arguments.models.split(","):
                out = subprocess.run([arguments.bench, file.name, model], check=True, capture_output=True, text=True).stdout
                ours = json.loads(out.strip().splitlines()[-1])
                cells = [ours["fit_s"] * 1e3, None, None, ours["score_s"] * 1e3, None, None, ours["year_s"] * 1e3]
                if model != "pareto-nbd" or len(table) <= arguments.pareto_most:
                    fit, score = lifetimes_seconds(model, table)
                    cells[1:3], cells[4:6] = [fit * 1e3, fit / ours["fit_s"]], [score * 1e3, score / ours["score_s"]]
                print(f"| {name} | {model} | " + " | ".join("–" if cell is None else f"{cell:.3g}" if cell < 100 else f"{cell:.0f}" for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
