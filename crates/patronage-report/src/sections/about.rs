//! What was read, what was left out, and how good the data are.

use patronage::Result;
use patronage::book::Warning;

use crate::columns::Kind;
use crate::document::{Block, Cell, Fact, Heading, Table};
use crate::numbers::{cents, shown};
use crate::view::View;

#[expect(clippy::unnecessary_wraps, reason = "sections have one form")]
pub(super) fn blocks(view: &View<'_>) -> Result<Vec<Block>> {
    let manifest = view.book.manifest();
    let count = |count: u64| view.numbers.count(count as f64);
    let fact = |label: (&str, &str), value: String, note: String| Fact { label: view.say(label.0, label.1), value, note };
    let zone = &manifest.ledger.zone;
    let mut facts = vec![
        fact(("As of", "截止日期"), manifest.as_of.to_string(), view.language().pick(format!("days of {zone}"), format!("时区 {zone}"))),
        fact(("Customers", "客户数"), count(manifest.book_customers), String::new()),
        fact(("Orders", "订单数"), count(manifest.book_orders), String::new()),
        fact(("Revenue", "收入"), cents(&manifest.book_revenue), view.say("net of refunds", "已扣退款")),
    ];
    if let Some(audit) = &manifest.audit {
        let accepted = view.language().pick(
            format!("{} accepted, {} rejected", count(audit.rows_accepted), count(audit.rejected())),
            format!("接受 {}，拒绝 {}", count(audit.rows_accepted), count(audit.rejected())),
        );
        facts.push(fact(("Rows read", "读取行数"), count(audit.rows_in), accepted));
        let rejected = view.language().pick(format!("of {} read", cents(&audit.money_in)), format!("共读取 {}", cents(&audit.money_in)));
        facts.push(fact(("Money rejected", "拒绝金额"), cents(&audit.money_rejected), rejected));
        if let (Some(first), Some(last)) = (audit.first, audit.last) {
            facts.push(fact(
                ("Orders from", "订单期间"),
                format!("{first}"),
                view.language().pick(format!("to {last}"), format!("至 {last}")),
            ));
        }
    }
    if let Some(quality) = quality(view) {
        facts.push(quality);
    }
    let mut blocks = vec![Block::Facts(facts)];
    blocks.extend(
        view.shown("quality", &view.say("Quality of the data", "数据质量"), &["name", "measured", "level", "fix"])
            .map(|table| Block::Table(table.folded())),
    );
    blocks.extend(rejected(view).map(|table| Block::Table(table.folded())));
    blocks.extend(inputs(view).map(|table| Block::Table(table.folded())));
    let notes = notes(view);
    if !notes.is_empty() {
        blocks.push(Block::Heading(view.say("To know", "须知")));
        blocks.push(Block::List(notes));
    }
    Ok(blocks)
}

/// What a reader should know before believing the rest.
pub(crate) fn notes(view: &View<'_>) -> Vec<String> {
    let manifest = view.book.manifest();
    let count = |count: u64| view.numbers.count(count as f64);
    let mut notes: Vec<String> = Vec::new();
    if manifest.rows_after_as_of > 0 {
        let rows = count(manifest.rows_after_as_of);
        notes.push(
            view.language().pick(format!("Rows after that date, which were not used: {rows}."), format!("{rows} 行晚于截止日期，未使用。")),
        );
    }
    if manifest.rows_before_from > 0 {
        let rows = count(manifest.rows_before_from);
        notes.push(
            view.language()
                .pick(format!("Rows before the first day, which were not used: {rows}."), format!("{rows} 行早于起始日期，未使用。")),
        );
    }
    notes.extend(manifest.warnings.iter().map(|warning| remark(view, warning)));
    notes
}

/// A warning, after what it is about. Books of older versions have it in English only.
fn remark(view: &View<'_>, warning: &Warning) -> String {
    let (english, chinese) = match warning.about.as_str() {
        "as_of" => ("As of", "截止日期"),
        "rfm" => ("RFM", "RFM 分析"),
        "abc" => ("ABC", "ABC 分类"),
        "xyz" => ("XYZ", "XYZ 分类"),
        "clv" => ("Customer lifetime value", "客户终身价值"),
        "churn" => ("Churn", "流失风险"),
        "lifecycle" => ("Life cycle", "生命周期"),
        "clusters" => ("Clusters", "聚类"),
        "over_time" => ("Over time", "随时间变化"),
        "dimensions" => ("By dimension", "维度构成"),
        "pseudonyms" => ("Pseudonyms", "化名"),
        other => (other, other),
    };
    let text_zh = if warning.text_zh.is_empty() { &warning.text } else { &warning.text_zh };
    view.language().pick(format!("{english}: {}", warning.text), format!("{chinese}：{text_zh}"))
}

/// The grade of the data, in books that have one.
fn quality(view: &View<'_>) -> Option<Fact> {
    let level = view.book.manifest().quality.as_ref()?.level;
    let number = level.number();
    let note = view.language().pick(format!("grade {number} of 4; 4 is best"), format!("{number} 级（共 4 级，4 级最好）"));
    Some(Fact { label: view.say("Data quality", "数据质量"), value: view.say(level.name_en(), level.name_zh()), note })
}

/// Rows that were rejected, by reason; none when all were accepted.
fn rejected(view: &View<'_>) -> Option<Table> {
    let audit = view.book.manifest().audit.as_ref().filter(|audit| audit.rejected() > 0)?;
    let heading = |name: &str, text: (&str, &str), kind| Heading { name: name.to_owned(), text: view.say(text.0, text.1), kind };
    let rows = audit.rows_rejected.iter().map(|(reason, rows)| {
        let word = reason_words(reason.word());
        vec![
            Cell { text: view.say(&word.0, word.1), number: None },
            Cell { text: view.numbers.count(*rows as f64), number: Some(*rows as f64) },
        ]
    });
    Some(Table {
        name: "manifest".to_owned(),
        caption: view.say("Rejected rows", "被拒绝的行"),
        columns: vec![heading("reason", ("reason", "原因"), Kind::Text), heading("rows", ("rows", "行数"), Kind::Count)],
        rows: rows.collect(),
        folded: false,
    })
}

fn reason_words(word: &str) -> (String, &'static str) {
    let chinese = match word {
        "ragged_row" => "字段数不符",
        "bad_encoding" => "编码错误",
        "missing_customer" => "缺少客户",
        "bad_time" => "时间无法识别",
        "time_out_of_range" => "时间超出范围",
        "bad_amount" => "金额无法识别",
        "zero_amount" => "金额为零",
        "excluded" => "在排除名单中",
        "duplicate" => "重复行",
        _ => "其他",
    };
    (word.replace('_', " "), chinese)
}

fn inputs(view: &View<'_>) -> Option<Table> {
    let files = &view.book.manifest().inputs.files;
    let heading = |name: &str, text: (&str, &str), kind| Heading { name: name.to_owned(), text: view.say(text.0, text.1), kind };
    let rows: Vec<Vec<Cell>> = files
        .iter()
        .map(|file| {
            let number = |number: u64| Cell { text: view.numbers.count(number as f64), number: Some(number as f64) };
            // The folder it came from is nobody's business.
            let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
            vec![Cell { text: shown(name), number: None }, number(file.rows), number(file.bytes)]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        name: "manifest".to_owned(),
        caption: view.say("Files", "输入文件"),
        columns: vec![
            heading("file", ("file", "文件"), Kind::Text),
            heading("rows", ("rows", "行数"), Kind::Count),
            heading("bytes", ("bytes", "字节数"), Kind::Count),
        ],
        rows,
        folded: false,
    })
}

#[cfg(test)]
mod tests {
    use patronage::book::Analysis;
    use patronage::{Ingest, SegmentBook};

    use crate::{Language, ReportOptions, markdown};

    fn to_know(book: &SegmentBook, language: Language) -> Vec<String> {
        let text = markdown(book, &ReportOptions::new().language(language)).expect("a report");
        let heading = language.pick("### To know", "### 须知");
        let (_, after) = text.split_once(heading).unwrap_or_else(|| panic!("{text}"));
        after.trim_start().lines().take_while(|line| line.starts_with("- ")).map(str::to_owned).collect()
    }

    #[test]
    fn what_to_know_is_said_in_the_language_of_the_report() {
        let log = "customer,date,amount\nann,2024-03-01,50\nbob,2024-02-05,20\n";
        let book = SegmentBook::params().only([Analysis::Rfm]).build(&Ingest::new().read_text(log).expect("a log")).expect("a book");
        let (english, chinese) = (to_know(&book, Language::English), to_know(&book, Language::Chinese));
        assert_eq!(english[0], "- RFM: there are 2 customers, fewer than scores");
        assert_eq!(chinese[0], "- RFM 分析：仅有 2 位客户，少于得分的档数");
        assert_eq!((english.len(), chinese.len()), (book.manifest().warnings.len(), english.len()));

        // A book of an older version says it in English only.
        let mut manifest = book.manifest().clone();
        manifest.warnings.truncate(1);
        manifest.warnings[0].text_zh.clear();
        let older = SegmentBook::from_parts(book.segments().clone(), book.tables().clone(), manifest).expect("a book");
        assert_eq!(to_know(&older, Language::Chinese), ["- RFM 分析：there are 2 customers, fewer than scores"]);
    }
}
