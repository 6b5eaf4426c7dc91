// What every chart must draw, worked out from the Parquet files of a book: `key of the chart → [{ x, y }, …]`, one for each series.
// Heat maps have `z`, flows have `links`. What is null is an empty field or a point that is not drawn.
import assert from "node:assert/strict";

const number = (text) => (text === "" || text === undefined ? null : Number(text));
const column = (rows, name) => rows.map((row) => number(row[name]));
const texts = (rows, name) => rows.map((row) => row[name]);
const grouped = (rows, name) => {
  const groups = new Map();
  for (const row of rows) { if (!groups.has(row[name])) groups.set(row[name], []); groups.get(row[name]).push(row); }
  return groups;
};
const sum = (values) => values.reduce((all, value) => all + value, 0);
const mean = (values) => (values.length ? sum(values) / values.length : null);

/** Whether a value lies in a bin that is called so: `≤14`, `14–28`, `>365`, `12+` or a number. A bin of money or days holds its upper end. */
const within = (name, value, { whole }) => {
  const bare = name.replaceAll(",", ""), bounds = bare.split("–").map(Number);
  if (bare.startsWith("≤")) return value <= Number(bare.slice(1));
  if (bare.startsWith(">")) return value > Number(bare.slice(1));
  if (bare.endsWith("+")) return value >= Number(bare.slice(0, -1));
  if (bounds.length === 1) return value === bounds[0];
  return whole ? value >= bounds[0] && value <= bounds[1] : value > bounds[0] && value <= bounds[1];
};
const counted = (names, values) => names.map((name) => values.filter((value) => within(name, value, { whole: false })).length);

/** A year earlier: 1998-03 of 1999-03. */
const yearBefore = (period) => `${Number(period.slice(0, 4)) - 1}${period.slice(4)}`;

const wanted = {
  segment_shares: ({ segments }) => ["revenue_share", "customer_share"].map((name) => ({ y: texts(segments, "name_en"), x: column(segments, name) })),
  segment_risk: ({ segments, customers }) => {
    const own = grouped(customers, "segment");
    return [{ y: texts(segments, "name_en"), x: segments.map((row) => sum(column(own.get(row.segment) ?? [], "value_at_risk"))) }];
  },
  rfm_heat: ({ customers }, [{ x, y }]) => [{
    z: y.map((f) => x.map((r) => mean(column(customers.filter((row) => `R${row.r_score}` === r && `F${row.f_score}` === f), "monetary")))),
  }],
  score_counts: ({ customers }, series) => ["r_score", "f_score", "m_score"].map((axis, place) => ({
    y: series[place].x.map((score) => customers.filter((row) => row[axis] === score).length),
  })),
  spread_recency: ({ customers }, [{ x }]) => [{ y: counted(x, column(customers, "recency_days")) }],
  spread_orders: ({ customers }, [{ x }]) => [{ y: counted(x, column(customers, "orders")) }],
  spread_money: ({ customers }, [{ x }]) => [{ y: counted(x, column(customers, "monetary")) }],
  lorenz: ({ lorenz }) => [{ x: column(lorenz, "customer_share"), y: column(lorenz, "revenue_share") }, { x: [0, 1], y: [0, 1] }],
  pyramid: ({ pyramid }) => ["revenue_share", "customer_share"].map((name) => ({ x: column(pyramid.slice().reverse(), name) })),
  value_deciles: ({ customers }) => {
    const values = column(customers, "residual_value").filter((value) => value !== null).sort((a, b) => b - a), many = values.length;
    return [{ y: Array.from({ length: 10 }, (_, tenth) => mean(values.slice(Math.floor((many * tenth) / 10), Math.floor((many * (tenth + 1)) / 10)))) }];
  },
  retention_value: ({ retention_value }) => [{ x: column(retention_value, "retention_change"), y: column(retention_value, "residual_value") }],
  alive_heat: (book, series) => means(book, series, "probability_alive"),
  purchases_heat: (book, series) => means(book, series, "expected_purchases"),
  tracking: ({ tracking }) => ["actual", "expected"].map((name) => ({ y: column(tracking, name) })),
  calibration: ({ calibration }) => ["expected", "actual"].map((name) => ({ y: column(calibration, name) })),
  churn_spread: ({ customers }) => {
    const risks = column(customers, "churn_probability").filter((risk) => risk !== null);
    return [{ y: Array.from({ length: 20 }, (_, bin) => risks.filter((risk) => Math.min(Math.floor(risk * 20 + 1e-12), 19) === bin).length) }];
  },
  churn_gain: ({ churn_gain }) => [...grouped(churn_gain, "method").values()].map((rows) => ({ x: column(rows, "contacted_share"), y: column(rows, "churners_share") })),
  churn_calibration: ({ churn_calibration }) => [{ x: [0, 1], y: [0, 1] },
    ...[...grouped(churn_calibration, "method").values()].map((rows) => ({ x: column(rows, "predicted"), y: column(rows, "actual") }))],
  trend: ({ trend }) => {
    const revenue = new Map(trend.map((row) => [row.period, number(row.revenue)])), before = trend.map((row) => revenue.get(yearBefore(row.period)) ?? null);
    const now = { x: texts(trend, "period"), y: column(trend, "revenue") };
    return before.filter((value) => value !== null).length > 1 ? [now, { x: now.x, y: before }] : [now];
  },
  growth: ({ growth }) => [...["retained", "reactivated", "new"].map((name) => ({ y: column(growth, name) })), { y: column(growth, "churned").map((lost) => -lost) }],
  cohorts: ({ cohorts }, [{ x, y }]) => {
    const retention = new Map(cohorts.map((row) => [`${row.cohort} +${row.period_index}`, number(row.retention)]));
    return [{ z: y.map((cohort) => x.map((index) => retention.get(`${cohort} ${index}`) ?? null)) }];
  },
  migration: ({ migration, segments }) => {
    const names = new Map(segments.map((row) => [row.segment, row.name_en]));
    return [{
      links: migration.filter((row) => row.form === "frozen" && Number(row.customers) > 0 && (row.from_segment || row.to_segment))
        .map((row) => [names.get(row.from_segment) ?? "new", names.get(row.to_segment) ?? "gone", Number(row.customers)]),
    }];
  },
  cluster_choice: ({ cluster_choice }) => [...grouped(cluster_choice, "method").values()].map((rows) => ({ x: column(rows, "k"), y: column(rows, "silhouette") })),
};

/** Means of customers by their orders (up) and days of silence (across). */
function means({ customers }, [{ x, y }], name) {
  const told = customers.filter((row) => row[name] !== "");
  return [{
    z: y.map((orders) => x.map((days) => mean(column(told.filter((row) =>
      within(orders, Number(row.orders), { whole: true }) && within(days, Number(row.recency_days), { whole: true })), name)))),
  }];
}

/** Those of a value's rows that have the most revenue. */
const composition = (rows) => {
  const most = rows.filter((row) => row.revenue !== "").sort((a, b) => b.revenue - a.revenue).slice(0, 15).reverse();
  return [{ y: most.map((row) => row.value || "(none)"), x: column(most, "revenue") }];
};

const same = (found, right, what) => {
  if (Array.isArray(right)) {
    assert.equal(found?.length, right.length, what);
    right.forEach((value, place) => same(found[place], value, `${what} ${place}`));
  } else if (typeof right === "number") {
    assert.ok(typeof found === "number" && Math.abs(found - right) <= 1e-9 * Math.max(1, Math.abs(right)), `${what}: ${found} is not ${right}`);
  } else assert.equal(found ?? null, right, what);
};

/** Every chart of the page against the files of its book; how many there were. `table` gives the rows of a table by its name. */
export const compare = async (page, table) => {
  const drawn = await page.evaluate(() => [...document.querySelectorAll(".plot")].map((plot) => [plot.parentElement.id.replace(/^chart-/, ""),
    plot.data.map(({ x, y, z, name, node, link }) => ({ x, y, z, name,
      links: link?.value.map((many, place) => [node.label[link.source[place]], node.label[link.target[place]], many]) }))]));
  const customers = await table("segments"), book = { customers };
  const needed = ["segments", "lorenz", "pyramid", "retention_value", "tracking", "calibration", "churn_gain", "churn_calibration", "trend", "growth", "cohorts", "migration",
    "cluster_choice"];
  for (const name of needed) book[name] = await table(`tables/${name}`).catch(() => []);
  // Bars across begin below.
  book.segments = book.segments.filter((row) => Number(row.customers) > 0).reverse();
  const wrong = [];
  const check = async ([key, series]) => {
    // A picture of some customers: each point is one of its cluster.
    if (key === "cluster_scatter") {
      const known = new Set(customers.map((row) => `${row.cluster} ${Number(row.recency_days)} ${Number(row.monetary).toFixed(4)}`));
      for (const { name, x, y } of series) x.forEach((days, place) => assert.ok(known.has(`${parseInt(name, 10)} ${days} ${y[place].toFixed(4)}`), `${name}: ${days}, ${y[place]}`));
      assert.ok(sum(series.map(({ x }) => x.length)) > 100);
      return;
    }
    const right = key.startsWith("composition_") ? composition(await table(`tables/${key}`)) : wanted[key]?.(book, series);
    assert.ok(right, `${key}: nothing to compare it with`);
    assert.equal(series.length, right.length, `${key}: series`);
    right.forEach((parts, place) => { for (const [part, values] of Object.entries(parts)) same(series[place][part], values, `${key} ${place} ${part}`); });
  };
  for (const chart of drawn) await check(chart).catch((error) => wrong.push(error.message));
  assert.deepEqual(wrong, []);
  return drawn.length;
};
