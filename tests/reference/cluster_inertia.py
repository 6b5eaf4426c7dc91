"""Inertias and silhouettes of k-means by scikit-learn: the reference of the cluster tests.

usage: cluster_inertia.py ORDERS CUSTOMER DATE AMOUNT
e.g.   cluster_inertia.py examples/data/cdnow_sample.csv customer_id date amount

Customers are taken at the last date of the file; recency in days, frequency in rows, money net, each ln(1 + x) (its mirror
image below zero), less the median, by the interquartile range (the defaults of NumPy's quantiles, which are type 7).
Prints the least inertia of 50 starts for k = 2..8, and the silhouette of all customers for the best partition.
"""

import sys

import numpy as np
import pandas as pd
import sklearn
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

path, customer, date, amount = sys.argv[1:5]
orders = pd.read_csv(path, dtype={customer: str}, parse_dates=[date])
as_of = orders[date].max()
groups = orders.groupby(customer)
table = np.column_stack([
    (as_of - groups[date].max()).dt.days.to_numpy(float),
    groups.size().to_numpy(float),
    groups[amount].sum().round(2).to_numpy(),
])
logs = np.sign(table) * np.log1p(np.abs(table))
low, middle, high = np.quantile(logs, [0.25, 0.5, 0.75], axis=0)
scaled = (logs - middle) / (high - low)
print(f"scikit-learn {sklearn.__version__}, {len(table)} customers, as of {as_of.date()}")
print("quartiles of the logarithms", low.tolist(), middle.tolist(), high.tolist())
for k in range(2, 9):
    model = KMeans(k, n_init=50, random_state=0, max_iter=1000, tol=1e-8).fit(scaled)
    print(k, repr(float(model.inertia_)), repr(float(silhouette_score(scaled, model.labels_))))
