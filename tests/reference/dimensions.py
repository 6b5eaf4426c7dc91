"""Reference values of tests/it/dimensions.rs: products of UCI Online Retail (CC BY 4.0), the first 50,999 order lines.

Run with the folder of the data:  python tests/reference/dimensions.py DATA   (pandas 2 or 3)
Plain group-bys over the rows with a customer; money in integer cents, so nothing is rounded.
"""

import itertools
import sys
from collections import Counter

import pandas as pd

lines = pd.read_csv(f"{sys.argv[1]}/online_retail_lines.csv", dtype=str, keep_default_na=False)
lines = lines[lines["CustomerID"].str.strip() != ""].copy()
# All quantities are whole and all prices of accepted rows have at most three decimal places.
lines["mills"] = lines["Quantity"].astype(int) * lines["UnitPrice"].map(lambda text: round(float(text) * 1000))
lines["product"] = lines["StockCode"].str.strip()
lines["day"] = lines["InvoiceDate"].str[:10]

orders = lines.groupby(["CustomerID", "InvoiceNo"]).agg(mills=("mills", "sum"))
orders["purchase"] = [(mills >= 0) and not number.startswith("C") for (_, number), mills in orders["mills"].items()]
lines = lines.merge(orders["purchase"].reset_index(), on=["CustomerID", "InvoiceNo"])
bought = lines[lines["purchase"]]

table = lines.groupby("product").agg(rows=("mills", "size"), mills=("mills", "sum"))
keys = bought["CustomerID"] + "|" + bought["InvoiceNo"]
table["orders"] = keys.groupby(bought["product"]).nunique()
table["customers"] = bought.groupby("product")["CustomerID"].nunique()
table["december"] = lines[lines["day"].str.startswith("2010-12")].groupby("product")["mills"].sum()
table = table.fillna(0).astype(int).reset_index()
table["rank"] = table["mills"].rank(ascending=False, method="min").astype(int)
table = table.sort_values(["mills", "product"], ascending=[False, True])
print("values", len(table), "mills", table["mills"].sum())
for row in table.head(5).itertuples():
    print("top", row.product, row.rank, row.rows, row.mills, row.orders, row.customers, row.december)
print("last", table.tail(1).to_dict("records"))

baskets = bought.groupby(["CustomerID", "InvoiceNo"])["product"].agg(lambda values: sorted(set(values)))
single, pairs = Counter(), Counter()
for basket in baskets:
    single.update(basket)
    pairs.update(itertools.combinations(basket, 2))
frequent = [(a, c, n) for (a, c), n in pairs.items() if n >= 20]
count = len(baskets)
frequent.sort(key=lambda pair: (-pair[2] * count / (single[pair[0]] * single[pair[1]]), -pair[2], pair[0], pair[1]))
print("baskets", count, "pairs of 20", len(frequent))
for a, c, n in frequent[:3]:
    print("pair", a, c, n, single[a], single[c], repr(n / count), repr(n / single[a]), repr(n * count / (single[a] * single[c])))

own = bought.groupby("CustomerID")["product"].agg(lambda values: sorted(set(values)))
single, pairs = Counter(), Counter()
for values in own:
    single.update(values)
    pairs.update(itertools.permutations(values, 2))
follows = {}
for (a, c), n in pairs.items():
    if n >= 20:
        follows.setdefault(a, []).append((n / single[a], c))
next_best = {}
for customer, values in own.items():
    best = [(-score, c) for a in values for score, c in follows.get(a, []) if c not in set(values)]
    next_best[customer] = min(best) if best else None
known = {customer: best for customer, best in next_best.items() if best}
print("next", len(next_best), len(known))
for customer in sorted(known)[:3]:
    print("next of", customer, known[customer][1], repr(-known[customer][0]))
