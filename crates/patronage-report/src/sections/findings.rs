//! What matters most, in sentences made from cells of the tables.

use crate::document::{Block, Finding};
use crate::view::{Shown, View};

use super::sentence::Sentence;

/// So many are read.
const MOST: usize = 5;

pub(super) fn blocks(view: &View<'_>) -> Vec<Block> {
    let findings = findings(view);
    if findings.is_empty() { Vec::new() } else { vec![Block::Findings(findings)] }
}

/// What matters most, at most five sentences.
pub(crate) fn findings(view: &View<'_>) -> Vec<Finding> {
    // In the order of what a reader should hear first; those that the book cannot support are skipped.
    let all: [fn(&View<'_>) -> Option<Finding>; 9] =
        [best_segment, at_risk, concentration, trend, growth, forecast, slipping, once_only, best_value];
    all.iter().filter_map(|finding| finding(view)).take(MOST).collect()
}

/// Whether a row counts one customer.
fn one(table: &Shown<'_>, row: usize) -> bool {
    table.number(row, "customers") == Some(1.0)
}

/// Whether a row counts anybody.
fn somebody(table: &Shown<'_>, row: usize) -> bool {
    table.number(row, "customers") > Some(0.0)
}

fn largest(numbers: &[Option<f64>]) -> Option<usize> {
    (0..numbers.len()).filter(|row| numbers[*row].is_some()).max_by(|a, b| {
        let (a, b) = (numbers[*a].unwrap_or_default(), numbers[*b].unwrap_or_default());
        // Of equal ones the first.
        a.total_cmp(&b).then(std::cmp::Ordering::Greater)
    })
}

fn best_segment(view: &View<'_>) -> Option<Finding> {
    let table = view.table("segments")?;
    let row = largest(&table.numbers("revenue"))?;
    let mut sentence = Sentence::new(view);
    let name = table.text(row, "name");
    let customers = sentence.cell(table, row, "customers")?;
    let share = sentence.cell(table, row, "customer_share")?;
    let revenue = sentence.cell(table, row, "revenue")?;
    let revenue_share = sentence.cell(table, row, "revenue_share")?;
    // Of one segment nothing is the most.
    table.numbers("customers").iter().flatten().filter(|customers| **customers > 0.0).nth(1)?;
    let (people, account) = if one(table, row) { ("customer", "accounts") } else { ("customers", "account") };
    let english =
        format!("{name} bring the most: {customers} {people}, {share} of all, {account} for {revenue} or {revenue_share} of the revenue.");
    let chinese = format!("“{name}”贡献最大：{customers} 位客户（占 {share}）贡献收入 {revenue}，占总收入的 {revenue_share}。");
    Some(sentence.finish(view.language(), english, chinese))
}

fn at_risk(view: &View<'_>) -> Option<Finding> {
    let table = view.table("churn")?;
    let row = table.texts("churn_class").iter().position(|class| class == "high")?;
    let mut sentence = Sentence::new(view);
    let customers = sentence.cell(table, row, "customers").filter(|_| somebody(table, row))?;
    let share = sentence.cell(table, row, "customer_share")?;
    let at_risk = sentence.cell(table, row, "value_at_risk").or_else(|| sentence.cell(table, row, "revenue"))?;
    let valued = table.number(row, "value_at_risk").is_some();
    let (what, what_zh) = if valued {
        ("of future value is at stake with them", "涉及的风险价值为")
    } else {
        ("is what they have spent so far", "其历史消费为")
    };
    let people = if one(table, row) { "customer" } else { "customers" };
    let within = view.churn_horizon();
    let likely = if one(table, row) { "is" } else { "are" };
    let english = format!("{customers} {people}, {share} of all, {likely} likely not to buy again {within}; {at_risk} {what}.");
    let chinese = format!("{customers} 位客户（占 {share}）{within}很可能不再购买，{what_zh} {at_risk}。");
    Some(sentence.finish(view.language(), english, chinese))
}

fn concentration(view: &View<'_>) -> Option<Finding> {
    let table = view.table("pyramid")?;
    let row = table.texts("layer").iter().position(|layer| layer == "top")?;
    let mut sentence = Sentence::new(view);
    if one(table, row) {
        let (share, revenue_share) = (sentence.cell(table, row, "customer_share")?, sentence.cell(table, row, "revenue_share")?);
        let english = format!("The best customer alone, {share} of all, brings {revenue_share} of the revenue.");
        let chinese = format!("仅最好的客户（占 {share}）就贡献了 {revenue_share} 的收入。");
        return Some(sentence.finish(view.language(), english, chinese));
    }
    let customers = sentence.cell(table, row, "customers").filter(|_| somebody(table, row))?;
    let share = sentence.cell(table, row, "customer_share")?;
    let revenue_share = sentence.cell(table, row, "revenue_share")?;
    let english = format!("The {customers} best customers, {share} of all, bring {revenue_share} of the revenue.");
    let chinese = format!("最好的 {customers} 位客户（占 {share}）贡献了 {revenue_share} 的收入。");
    Some(sentence.finish(view.language(), english, chinese))
}

/// The last row that tells of a complete period.
fn last_complete(view: &View<'_>, name: &str) -> Option<usize> {
    view.table(name)?.flags("complete").iter().rposition(|complete| *complete)
}

fn trend(view: &View<'_>) -> Option<Finding> {
    let table = view.table("trend")?;
    let row = last_complete(view, "trend")?;
    let mut sentence = Sentence::new(view);
    let period = table.text(row, "period");
    let revenue = sentence.cell(table, row, "revenue")?;
    let change = sentence.change(table, row, "revenue_change")?;
    let year = sentence.change(table, row, "revenue_change_year");
    let (year_en, year_zh) =
        year.map_or_else(Default::default, |year| (format!(", {year} on the same period of last year"), format!("，同比{year}")));
    let english = format!("Revenue in {period}, the last complete period, was {revenue}: {change} on the period before{year_en}.");
    let chinese = format!("最近一个完整期间 {period} 的收入为 {revenue}，环比{change}{year_zh}。");
    Some(sentence.finish(view.language(), english, chinese))
}

fn growth(view: &View<'_>) -> Option<Finding> {
    let table = view.table("growth")?;
    let row = last_complete(view, "growth")?;
    let mut sentence = Sentence::new(view);
    let period = table.text(row, "period");
    let new = sentence.cell(table, row, "new")?;
    let reactivated = sentence.cell(table, row, "reactivated")?;
    let churned = sentence.cell(table, row, "churned")?;
    let ratio = sentence.cell(table, row, "quick_ratio")?;
    let people = if table.number(row, "new") == Some(1.0) { "customer was" } else { "customers were" };
    let english = format!(
        "In {period}, {new} {people} new and {reactivated} came back, while {churned} of the period before did not buy: a quick ratio of {ratio}."
    );
    let chinese = format!("{period} 新增客户 {new} 位、唤回 {reactivated} 位，上期客户中 {churned} 位未再购买，速动比为 {ratio}。");
    Some(sentence.finish(view.language(), english, chinese))
}

fn forecast(view: &View<'_>) -> Option<Finding> {
    let table = view.table("models")?;
    let row = table.flags("chosen").iter().position(|chosen| *chosen)?;
    let mut sentence = Sentence::new(view);
    let model = table.text(row, "model");
    let expected = sentence.cell(table, row, "expected_purchases")?;
    let actual = sentence.cell(table, row, "actual_purchases")?;
    let english = format!("On the hold-out the model in use ({model}) expected {expected} purchases; {actual} happened.");
    let chinese = format!("在留出期内，所用模型（{model}）预期 {expected} 次购买，实际发生 {actual} 次。");
    Some(sentence.finish(view.language(), english, chinese))
}

/// Good customers who have gone quiet, where no churn analysis says it better.
fn slipping(view: &View<'_>) -> Option<Finding> {
    let table = view.table("segments")?;
    let row = table.texts("segment").iter().position(|key| key == "at_risk")?;
    let mut sentence = Sentence::new(view);
    let name = table.text(row, "name");
    let customers = sentence.cell(table, row, "customers").filter(|_| somebody(table, row))?;
    let revenue = sentence.cell(table, row, "revenue")?;
    let days = sentence.cell(table, row, "median_recency_days")?;
    let english = if one(table, row) {
        format!("{customers} customer is in “{name}”: it has brought {revenue} and has not bought for {days} days.")
    } else {
        format!(
            "{customers} customers are in “{name}”: they have brought {revenue} and half of them have not bought for {days} days or more."
        )
    };
    let chinese = format!("“{name}”有 {customers} 位客户，累计消费 {revenue}，其中一半已有 {days} 天以上未购买。");
    Some(sentence.finish(view.language(), english, chinese))
}

fn once_only(view: &View<'_>) -> Option<Finding> {
    let table = view.table("distributions")?;
    let (quantities, highs) = (table.texts("quantity"), table.numbers("high"));
    let row = (0..quantities.len()).find(|row| quantities[*row] == "orders" && highs[*row].is_some_and(|high| (high - 1.0).abs() < 0.5))?;
    let mut sentence = Sentence::new(view);
    let customers = sentence.cell(table, row, "customers").filter(|_| somebody(table, row))?;
    let have = if one(table, row) { "customer has" } else { "customers have" };
    let english = format!("{customers} {have} ordered only once: the second order is the one to win.");
    let chinese = format!("{customers} 位客户仅购买过一次：争取第二单是关键。");
    Some(sentence.finish(view.language(), english, chinese))
}

fn best_value(view: &View<'_>) -> Option<Finding> {
    let table = view.table("value_deciles")?;
    let mut sentence = Sentence::new(view);
    let customers = sentence.cell(table, 0, "customers")?;
    let value = sentence.cell(table, 0, "residual_value")?;
    let people = if one(table, 0) { "customer" } else { "customers" };
    let english = format!("The tenth of the customers with the most ahead of them, {customers} {people}, is expected to bring {value}.");
    let chinese = format!("未来价值最高的十分之一客户（{customers} 位）预计带来 {value}。");
    Some(sentence.finish(view.language(), english, chinese))
}
