//! What a reader of a book should know, in both languages.

use std::fmt;

/// Something to know about a part of a book. `Display` says it in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// In English.
    pub en: String,
    /// In Chinese; messages of errors within it stay in English.
    pub zh: String,
}

impl Remark {
    pub(super) fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use crate::book::{BookParams, SegmentBook, Warning};
    use crate::customers::CustomersParams;
    use crate::ingest::{CustomerList, Ingest};
    use crate::time::{Period, date_of};
    use crate::words::numbers;

    const FEW: &str = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\ncy,2024-02-05,20\n";

    fn warnings(params: &BookParams, log: &str) -> Vec<Warning> {
        let read = Ingest::new().read_text(log).unwrap_or_else(|error| panic!("{error}"));
        let book = params.build(&read).unwrap_or_else(|error| panic!("{error}"));
        book.manifest().warnings.clone()
    }

    /// A list with a row without an id, and a column that tells people apart.
    fn list() -> CustomerList {
        let rows: Vec<String> = (0..300).map(|number| format!("c{number},name {number}")).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list.csv");
        std::fs::write(&file, format!("customer,name\n{}\n,nobody\n", rows.join("\n"))).expect("a small file");
        Ingest::new().read_customers(&file).expect("a list")
    }

    /// Days on which forty customers spend less and less.
    fn falling() -> String {
        let mut log = "customer,date,amount\n".to_owned();
        for day in 0..500_u32 {
            let date = date_of(19_000 + i32::try_from(day).expect("small"));
            writeln!(log, "c{},{date},{}.50", day % 40, 1_000 - day).expect("text");
        }
        log
    }

    #[test]
    fn every_warning_is_said_in_both_languages() {
        let params = SegmentBook::params;
        let partly = "customer,date,order,amount,category,cost,discount\n\
            ann,2024-01-05,1,60.00,tea,40.00,0.06\nann,2024-01-05,1,20.00,,12.5,0.1\nbob,2024-01-20,2,30.00,tea,,0.1\n";
        let late = CustomersParams::new().as_of("2026-01-01".parse().expect("a date"));
        let found = [
            warnings(&params(), "customer,date,amount\nann,2024-03-01,5\n"),
            warnings(&params().list(list()), FEW),
            warnings(&params(), partly),
            warnings(&params().grain(Period::Day), &falling()),
            warnings(&params().customers(late), FEW),
        ]
        .concat();
        let mut about: Vec<&str> = found.iter().map(|warning| warning.about.as_str()).collect();
        about.sort_unstable();
        about.dedup();
        assert_eq!(about, ["as_of", "churn", "clusters", "clv", "dimensions", "lifecycle", "over_time", "rfm"], "{found:#?}");
        let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for warning in &found {
            assert!(chinese(&warning.text_zh) && !chinese(&warning.text), "{warning:?}");
            assert_eq!(numbers(&warning.text), numbers(&warning.text_zh), "{warning:?}");
        }
        for text in [
            "仅有 1 位客户",
            "客户名单中有 1 行没有客户",
            "3 行中有 1 行没有品类",
            "毛利仅依据 3 行中的 2 行",
            "按日划分将超过 400 个",
            "连续",
            "2026-01-01",
        ] {
            assert!(found.iter().any(|warning| warning.text_zh.contains(text)), "{text}: {found:#?}");
        }
    }
}
