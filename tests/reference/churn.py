"""Reference values of the churn tests, computed from the definitions with numpy, pandas and scikit-learn.

python tests/reference/churn.py examples/data/cdnow_sample.csv 1998-06-30 [online_retail_orders.csv 2011-12-09] ...

Written for Python 3.12, numpy 2, pandas 2 or later, scikit-learn 1.9.1. The values stand in
crates/patronage/src/analysis/churn/tests/ and tests/it/churn.rs.
"""

import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

HORIZON, QUANTILE, PENALTY = 90, 0.8, 1.0
NAMES = ["age", "repeat_days", "recent_days", "money", "usual_gap", "gap_variation", "overdue", "last_money", "money_trend",
         "refund_share", "one_purchase"]


def logit(x, y, penalty):
    model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=100_000, solver="newton-cholesky").fit(x, y)
    return model.intercept_[0], model.coef_[0]


def rule(gaps):
    """Pooled quantiles, and k by the variance components of a one-way layout of log gaps."""
    pooled = np.concatenate(gaps)
    own = [np.log(one) for one in gaps if len(one)]
    n = np.array([len(one) for one in own], float)
    means = np.array([one.mean() for one in own])
    within = sum(((one - one.mean()) ** 2).sum() for one in own) / (n.sum() - len(n))
    between = (n * (means - np.log(pooled).mean()) ** 2).sum() / (len(n) - 1)
    size = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    return np.quantile(pooled, QUANTILE), np.quantile(pooled, 0.5), within / ((between - within) / size)


def shrunk(own, p, population, k):
    if len(own) == 0:
        return population
    weight = len(own) / (len(own) + k)
    return population * np.exp(weight * np.log(np.quantile(own, p) / population))


def contrast(a, b):
    return (a - b) / (a + b) if a + b > 0 else 0.0


def frame(customers, cut, unit=None):
    """Features of the customers known at a day number, before standardising, and whether they bought nothing in the horizon after."""
    known = [(d[d <= cut], m[d <= cut], d, r[:, 1][r[:, 0] <= cut].sum()) for d, m, r in customers if d[0] <= cut]
    gaps = [np.diff(d) for d, *_ in known]
    limit, usual, k = rule(gaps)
    unit = unit or sum(m.sum() for _, m, *_ in known) / sum(len(d) for d, *_ in known)
    rows, labels = [], []
    for (d, m, later, refunded), own in zip(known, gaps):
        present, age, n = cut - d[-1], cut - d[0], len(d)
        money = [m[(d > cut - (w + 1) * HORIZON) & (d <= cut - w * HORIZON)].sum() for w in (0, 1)]
        mine = shrunk(own, QUANTILE, limit, k)
        rows.append([
            np.log1p(age), np.log1p(n - 1), np.log1p((d > cut - HORIZON).sum()), np.log1p(m.sum() / unit),
            np.log(shrunk(own, 0.5, usual, k)), np.log(own).std(ddof=1) if n > 2 else np.nan, np.log((present + 0.5) / mine),
            contrast(m[-1], m.mean()) if n > 1 else np.nan, contrast(*money) if age >= 2 * HORIZON else np.nan,
            -refunded / (m.sum() - refunded) if refunded < 0 else 0.0, float(n == 1)])
        labels.append(not ((later > cut) & (later <= cut + HORIZON)).any())
    return np.array(rows), np.array(labels), (float(limit), float(usual), float(k), float(unit)), np.array([np.log1p(cut - d[-1]) for d, *_ in known])


def scale(x, mean, deviation):
    deviation = np.where(deviation > 1e-12 * np.abs(mean), deviation, np.inf)
    return np.nan_to_num((x - mean) / deviation, nan=0.0)


def calibration_error(p, y):
    """Ten bins of equal size; equal predictions are shared out."""
    order = np.argsort(p, kind="stable")
    p, y = p[order], y[order].astype(float)
    for value in np.unique(p):
        y[p == value] = y[p == value].mean()
    edges, error = np.linspace(0, len(p), 11), 0.0
    for start, end in zip(edges[:-1], edges[1:]):
        share = np.clip(np.minimum(np.arange(len(p)) + 1, end) - np.maximum(np.arange(len(p)), start), 0, 1)
        error += abs((share * (p - y)).sum())
    return error / len(p)


def lift(score, y):
    """Churners in the top tenth; equal scores share."""
    left, found = 0.1 * len(y), 0.0
    for value in np.unique(score)[::-1]:
        group = score == value
        taken = min(left, group.sum())
        found, left = found + y[group].mean() * taken, left - taken
    return found / (0.1 * len(y)) / y.mean()


def report(name, score, p, y):
    print(f"  {name:<12} auc {roc_auc_score(y, score):.9f} lift {lift(score, y):.9f} error {calibration_error(p, y):.9f} "
          f"brier {brier_score_loss(y, p):.9f}")


def calibrated(train, y, test):
    mean, deviation = train.mean(), train.std()
    b0, (b1,) = logit(((train - mean) / deviation)[:, None], y, 1.0)
    return 1 / (1 + np.exp(-(b0 + b1 * (test - mean) / deviation)))


def orders(path):
    table = pd.read_csv(path, dtype={"customer_id": str})
    table["day"] = (pd.to_datetime(table["date"]) - pd.Timestamp("1970-01-01")).dt.days
    keys = ["customer_id", "order_id"] if "order_id" in table else ["customer_id"]
    if "order_id" in table:
        table = table.groupby(keys, as_index=False).agg(day=("day", "min"), amount=("amount", "sum"))
    bought = table[table.amount >= 0].groupby(["customer_id", "day"], as_index=False).amount.sum()
    back = dict(list(table[table.amount < 0].groupby("customer_id")))
    empty = np.zeros((0, 2))
    return [(g.day.to_numpy(), g.amount.to_numpy(), back[i][["day", "amount"]].to_numpy() if i in back else empty)
            for i, g in bought.groupby("customer_id")]


def small():
    """The frame of `as_scikit_learn_does`: 40 rows by formula."""
    i = np.arange(40)
    x = np.column_stack([np.sin(i), (i * 7 % 11) / 5 - 1, (i % 3) - 1.0])
    y = (np.sin(i) + (i * 7 % 11) / 10 + np.cos(3 * i)) > 0.4
    for penalty in (1.0, 0.01):
        print("small", penalty, int(y.sum()), *logit(x, y, penalty))
    p = np.round(1 / (1 + np.exp(-x[:, 0])), 1)
    report("small", p, p, y)


def main():
    small()
    for path, date in zip(sys.argv[1::2], sys.argv[2::2]):
        customers, today = orders(path), (pd.Timestamp(date) - pd.Timestamp("1970-01-01")).days
        print(path, len(customers))
        x1, y1, rule1, r1 = frame(customers, today - 2 * HORIZON)
        # The unit of money belongs to the classifier: that of its training.
        x2, y2, rule2, r2 = frame(customers, today - HORIZON, rule1[3])
        final, *_ = frame(customers, today - HORIZON)
        print("  customers", len(y1), len(y2), "churn rates", y1.mean(), y2.mean())
        print("  rules", rule1, rule2)
        moments = [(np.nanmean(x, axis=0), np.nanstd(x, axis=0)) for x in (x1, final)]
        b0, b = logit(scale(x1, *moments[0]), y1, PENALTY)
        p = 1 / (1 + np.exp(-(b0 + scale(x2, *moments[0]) @ b)))
        overdue = NAMES.index("overdue")
        report("recency", r2, calibrated(r1, y1, r2), y2)
        report("overdue", x2[:, overdue], calibrated(x1[:, overdue], y1, x2[:, overdue]), y2)
        report("classifier", p, p, y2)
        b0, b = logit(scale(final, *moments[1]), y2, PENALTY)
        print("  intercept", b0)
        for name, value, mean, deviation in zip(NAMES, b, *moments[1]):
            print(f"  {name:<14} {value:.9f} {mean:.9f} {deviation:.9f}")


if __name__ == "__main__":
    main()
