//! A book on one screen: the account of the rows, the segments, what matters most, and what to know.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::columns;
use crate::grid::Grid;
use crate::numbers::{cents, shown};
use crate::sections::{findings, forecast_grade, notes, overview};
use crate::view::View;

/// Lines are no wider.
const WIDTH: usize = 100;
/// More warnings than this are counted.
const NOTES: usize = 3;
/// A map of more segments than this shows those with the most customers.
const SEGMENTS: usize = 14;

pub(crate) fn terminal(view: &View<'_>) -> String {
    let mut text = head(view);
    if let Some(segments) = view.table("segments") {
        let mut table = overview(view, segments);
        table.caption.clear();
        table.remove("action");
        for heading in &mut table.columns {
            heading.text = short(&heading.name, view);
        }
        let more = table.rows.len().saturating_sub(SEGMENTS);
        if more > 0 {
            let size = |row: &Vec<crate::document::Cell>| row.get(1).and_then(|cell| cell.number).unwrap_or_default();
            table.rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
            table.rows.truncate(SEGMENTS);
        }
        let _ = writeln!(text, "\n{}", Grid::from(&table).plain());
        if more > 0 {
            let _ = writeln!(text, "{}", view.language().pick(format!("… and {more} more"), format!("……另有 {more} 个")));
        }
    }
    let found = findings(view);
    if !found.is_empty() {
        text.push('\n');
    }
    for (number, finding) in (1..).zip(&found) {
        item(&mut text, &format!("{number} "), &finding.text);
    }
    for line in [abc(view), value(view), stages(view)].into_iter().flatten() {
        item(&mut text, "· ", &line);
    }
    let notes = notes(view);
    if !notes.is_empty() {
        let _ = writeln!(text, "\n{}", view.say("To know", "须知"));
    }
    for note in notes.iter().take(NOTES) {
        item(&mut text, "- ", note);
    }
    if let Some(more) = notes.len().checked_sub(NOTES).filter(|more| *more > 0) {
        let line =
            view.language().pick(format!("- {more} more in the report and the manifest"), format!("- 另有 {more} 项，见报告与 manifest"));
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Headings that leave room for their columns.
fn short(column: &str, view: &View<'_>) -> String {
    match column {
        "name" => view.say("segment", "分群"),
        "customer_share" | "revenue_share" => view.say("share", "占比"),
        "median_recency_days" => view.say("days silent", "沉默天数"),
        "residual_value" => view.say("to come", "剩余价值"),
        "value_at_risk" => view.say("at risk", "风险价值"),
        _ => columns::heading(column, view.language()),
    }
}

/// What was read, and what became of it.
fn head(view: &View<'_>) -> String {
    let manifest = view.book.manifest();
    let count = |count: u64| view.numbers.count(count as f64);
    let (customers, orders, revenue) = (count(manifest.book_customers), count(manifest.book_orders), cents(&manifest.book_revenue));
    let mut text = match view.language() {
        crate::Language::English => {
            format!("Customer segments as of {}\n{customers} customers · {orders} orders · revenue {revenue}\n", manifest.as_of)
        }
        crate::Language::Chinese => format!("客户分群，截至 {}\n{customers} 位客户 · {orders} 笔订单 · 收入 {revenue}\n", manifest.as_of),
    };
    if let Some(audit) = &manifest.audit {
        let (rows, accepted, rejected, money) =
            (count(audit.rows_in), count(audit.rows_accepted), count(audit.rejected()), cents(&audit.money_rejected));
        let line = view.language().pick(
            format!("{rows} rows read, {accepted} accepted, {rejected} rejected with money {money}"),
            format!("读取 {rows} 行，接受 {accepted} 行，拒绝 {rejected} 行，金额 {money}"),
        );
        let _ = writeln!(text, "{line}");
    }
    let zone = &manifest.ledger.zone;
    let mut about = vec![view.language().pick(format!("days are those of {zone}"), format!("日期按 {zone}"))];
    if let Some(grade) = &manifest.quality {
        let fix = grade.to_fix().next().map(|check| view.say(check.kind.name_en(), check.kind.name_zh()));
        let (level, level_zh) = (grade.level.name_en().to_lowercase(), grade.level.name_zh());
        let fix = fix.map_or_else(String::new, |fix| {
            view.language().pick(format!("; to mend first: {}", fix.to_lowercase()), format!("，首先改进：{fix}"))
        });
        about.push(view.language().pick(format!("data quality: {level}{fix}"), format!("数据质量：{level_zh}{fix}")));
    }
    let largest = manifest.audit.as_ref().and_then(|audit| audit.largest_customer.as_ref()).filter(|_| !view.options.aggregate_only);
    if let Some(largest) = largest {
        let (id, share) = (shown(&largest.customer_id), view.numbers.percent(largest.share));
        about.push(view.language().pick(format!("most orders: `{id}`, {share}"), format!("订单最多：`{id}`，{share}")));
    }
    item(&mut text, "", &about.join(" · "));
    text
}

/// A line of its own, wrapped where it is too long; what follows stands below what it begins with.
fn item(text: &mut String, begin: &str, line: &str) {
    let indent = begin.width();
    let mut width = indent;
    text.push_str(begin);
    for (place, word) in pieces(line).enumerate() {
        if place > 0 && width + word.trim_end().width() > WIDTH {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            width = indent;
        }
        text.push_str(word);
        width += word.width();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// Where a line may break: after a space, and after the punctuation of Chinese.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive([' ', '，', '。', '；', '：', '、'])
}

fn abc(view: &View<'_>) -> Option<String> {
    let table = view.table("abc")?;
    let part = |row: usize| {
        let (customers, share) = (table.number(row, "customers").filter(|count| *count > 0.0)?, table.number(row, "revenue_share")?);
        let (class, customers, share) = (table.text(row, "class"), view.numbers.count(customers), view.numbers.percent(share));
        Some(view.language().pick(format!("{class} {customers} ({share} of revenue)"), format!("{class} {customers} 位（收入 {share}）")))
    };
    let parts: Vec<String> = (0..table.height()).filter_map(part).collect();
    (!parts.is_empty()).then(|| format!("ABC{}{}", view.say(": ", "："), parts.join(view.language().pick(", ", "；"))))
}

/// What is to come, from which model, and how far to trust it.
fn value(view: &View<'_>) -> Option<String> {
    let analysis = view.book.manifest().analyses.clv.as_ref()?;
    let total = |name: &str| {
        let numbers = view.customer_numbers(name)?;
        Some(view.numbers.count(numbers.into_iter().flatten().sum::<f64>()))
    };
    let days = view.numbers.number(analysis.terms.horizon_days.unwrap_or_default());
    let (purchases, model) = (total("expected_purchases")?, analysis.model.model);
    let (grade, grade_zh) = forecast_grade(view)
        .map_or_else(Default::default, |grade| (format!(", forecast grade {}", grade.value), format!("，预测评级 {}", grade.value)));
    let (money, money_zh) =
        total("residual_value").map_or_else(Default::default, |money| (format!(", residual value {money}"), format!("，剩余价值 {money}")));
    Some(view.language().pick(
        format!("next {days} days: {purchases} purchases expected{money} ({model}{grade})"),
        format!("未来 {days} 天：预期 {purchases} 次购买{money_zh}（{model}{grade_zh}）"),
    ))
}

fn stages(view: &View<'_>) -> Option<String> {
    let table = view.table("lifecycle")?;
    let part = |row: usize| {
        let customers = table.number(row, "customers").filter(|count| *count > 0.0)?;
        let (name, customers) = (table.text(row, "name").to_lowercase(), view.numbers.count(customers));
        Some(view.language().pick(format!("{customers} {name}"), format!("{name} {customers}")))
    };
    let parts: Vec<String> = (0..table.height()).filter_map(part).collect();
    (!parts.is_empty())
        .then(|| view.language().pick(format!("life cycle: {}", parts.join(", ")), format!("生命周期：{}", parts.join("，"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_and_nothing_is_lost() {
        for line in ["word ".repeat(60), "很长的一句话，".repeat(30), "x".repeat(150)] {
            let mut text = String::new();
            item(&mut text, "- ", line.trim_end());
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines.iter().all(|line| line.width() <= WIDTH || !line.trim_start_matches(['-', ' ']).contains(' ')), "{text}");
            assert!(lines.iter().skip(1).all(|line| line.starts_with("  ")));
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>();
            assert_eq!(letters(&text), letters(&line));
        }
    }
}
