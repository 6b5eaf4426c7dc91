"""Growth, cohorts, trend, new customers and gaps by plain pandas, for tests/it/over_time.rs.

    python tests/reference/over_time.py DATA tests/reference

DATA is the folder of `rfm_orders.csv`, `online_retail_lines.csv` and `online_retail_orders.csv`; the CDNOW sample is the
one in examples/data. Money is in minor units, integers throughout. Nothing here is shared with the library: orders are
sums of lines by customer and invoice, everything else is set arithmetic and groupby on calendar months.
Made with Python 3.11 and pandas 3.1.
"""

import csv
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

DATA, OUT = Path(sys.argv[1]), Path(sys.argv[2])
BUNDLED = Path(__file__).parents[2] / "examples" / "data"


def cents(text, scale):
    value = Decimal(text).scaleb(scale)
    assert value == value.to_integral_value(), text
    return int(value)


def one_row_an_order(path, customer, date, amount, scale, order=None):
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    money = [cents(text, scale) for text in table[amount]]
    rows = pd.DataFrame({"customer": table[customer], "day": pd.to_datetime(table[date]).dt.normalize(), "money": money})
    if order is not None:
        # One customer's order is one row in this file; make sure of it.
        assert not pd.DataFrame({"c": table[customer], "o": table[order]}).duplicated().any()
    rows["refund"] = rows["money"] < 0
    return rows


def lines(path):
    """Lines of invoices: those of a customer and invoice are one order, on the day of its first line."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table = table[table["CustomerID"].str.strip() != ""]
    money = [cents(str(Decimal(q) * Decimal(p)), 2) for q, p in zip(table["Quantity"], table["UnitPrice"])]
    table = pd.DataFrame({"customer": table["CustomerID"].str.strip(), "order": table["InvoiceNo"],
                          "time": pd.to_datetime(table["InvoiceDate"]), "money": money})
    orders = table.groupby(["customer", "order"], as_index=False).agg(time=("time", "min"), money=("money", "sum"))
    orders["day"] = orders["time"].dt.normalize()
    orders["refund"] = orders["order"].str.startswith("C") | (orders["money"] < 0)
    return orders[["customer", "day", "money", "refund"]]


SETS = {
    "cdnow": (lambda: one_row_an_order(BUNDLED / "cdnow_sample.csv", "customer_id", "date", "amount", 2), "1998-06-30"),
    "rfm_orders": (lambda: one_row_an_order(DATA / "rfm_orders.csv", "customer_id", "order_date", "revenue", 0), "2006-12-31"),
    "online_retail_lines": (lambda: lines(DATA / "online_retail_lines.csv"), "2011-01-10"),
    "online_retail_orders": (
        lambda: one_row_an_order(DATA / "online_retail_orders.csv", "customer_id", "date", "amount", 2, "order_id"), "2011-12-09"),
}

growth, cohorts, trend, newcomers, gaps = [], [], [], [], []
for name, (read, as_of) in SETS.items():
    orders, as_of = read(), pd.Timestamp(as_of)
    assert orders["day"].max() <= as_of
    orders["month"] = orders["day"].dt.to_period("M")
    months = pd.period_range(orders["month"].min(), as_of.to_period("M"), freq="M")
    bought = orders[~orders["refund"]]
    spent = bought.groupby(["customer", "month"])["money"].sum()
    first = bought.groupby("customer")["month"].min()
    active = {month: set(bought.loc[bought["month"] == month, "customer"]) for month in months}
    seen, before, money_before = set(), set(), {}
    for month in months:
        now = active[month]
        money = spent.xs(month, level="month").to_dict() if now else {}
        retained, churned = now & before, before - now
        change = [money[c] - money_before[c] for c in retained]
        growth.append([name, str(month), len(now), len(now - seen), len(retained), len((now & seen) - before), len(churned),
                       sum(money.values()), sum(money[c] for c in now - seen), sum(money[c] for c in (now & seen) - before),
                       sum(money[c] for c in retained), sum(c for c in change if c > 0), -sum(c for c in change if c < 0),
                       sum(money_before[c] for c in churned), (month.end_time.normalize() <= as_of)])
        seen, before, money_before = seen | now, now, money
    with_cohort = bought.assign(cohort=bought["customer"].map(first))
    with_cohort["index"] = [(m - c).n for m, c in zip(with_cohort["month"], with_cohort["cohort"])]
    cells = with_cohort.groupby(["cohort", "index"]).agg(
        customers=("customer", "nunique"), orders=("customer", "size"), revenue=("money", "sum"))
    sizes = first.value_counts()
    for cohort in sorted(sizes.index):
        cumulative = 0
        for index in range((months[-1] - cohort).n + 1):
            row = cells.loc[(cohort, index)] if (cohort, index) in cells.index else {"customers": 0, "orders": 0, "revenue": 0}
            cumulative += int(row["revenue"])
            cohorts.append([name, str(cohort), index, int(sizes[cohort]), int(row["customers"]), int(row["orders"]),
                            int(row["revenue"]), cumulative])
    for month in months:
        own = orders[orders["month"] == month]
        trend.append([name, str(month), int(own.loc[~own["refund"], "money"].sum()), int(own.loc[own["refund"], "money"].sum()),
                      int((~own["refund"]).sum()), own.loc[~own["refund"], "customer"].nunique()])
    for grain, code in (("year", "Y"), ("quarter", "Q"), ("month", "M")):
        counts = bought.groupby("customer")["day"].min().dt.to_period(code).value_counts()
        for period in pd.period_range(orders["day"].min(), as_of, freq=code):
            label = str(period) if grain != "quarter" else f"{period.year}-Q{period.quarter}"
            newcomers.append([name, grain, label, int(counts.get(period, 0))])
    for kind, rows in (("days", bought.drop_duplicates(["customer", "day"])), ("orders", bought)):
        days = rows.sort_values(["customer", "day"]).groupby("customer")["day"].diff().dropna().dt.days.to_numpy()
        gaps.append([name, kind, len(days), int((days == 0).sum()), repr(float(days.mean()))]
                    + [repr(float(q)) for q in np.quantile(days, [0.5, 0.8, 0.9, 0.95])])


def write(file, header, rows):
    with open(OUT / f"over_time_{file}.csv", "w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([header.split(), *rows])


write("growth", "data period active new retained reactivated churned revenue new_revenue reactivated_revenue retained_revenue "
                "expansion contraction churned_revenue complete", growth)
write("cohorts", "data cohort period_index cohort_size customers orders revenue cumulative_revenue", cohorts)
write("trend", "data period purchased refunded orders customers", trend)
write("new_customers", "data grain period new_customers", newcomers)
write("gaps", "data kind count zero_gaps mean p50 p80 p90 p95", gaps)
