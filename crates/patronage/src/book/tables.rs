//! The tables beside the book.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use polars::prelude::*;

use crate::analysis::abc::concentration::Concentration;
use crate::analysis::abc::layers::LayersScores;
use crate::analysis::abc::xyz::XyzClass;
use crate::analysis::abc::{AbcClass, AbcScores};
use crate::analysis::rfm::{Axis, ReasonWords, RfmModel, RfmScores};
use crate::customers::Customers;
use crate::error::Result;
use crate::frames;
use crate::math::quantile;
use crate::money;

/// Tables while they are made.
pub(super) struct Tables<'a> {
    customers: &'a Customers,
    total: i128,
    tables: BTreeMap<String, DataFrame>,
}

/// One group of customers as a table row.
#[derive(Default)]
struct Group {
    rows: Vec<usize>,
    revenue: i128,
    orders: u64,
}

impl<'a> Tables<'a> {
    pub(super) fn new(customers: &'a Customers) -> Result<Self> {
        Ok(Self { customers, total: money::sum(customers.monetary().iter().copied())?, tables: BTreeMap::new() })
    }

    /// Tables that are made elsewhere.
    pub(super) fn add(&mut self, tables: Vec<(String, DataFrame)>) {
        self.tables.extend(tables);
    }

    pub(super) fn finish(self) -> BTreeMap<String, DataFrame> {
        self.tables
    }

    fn groups(&self, count: usize, of: impl Iterator<Item = usize>) -> Result<Vec<Group>> {
        let mut groups: Vec<Group> = (0..count).map(|_| Group::default()).collect();
        for (row, group) in of.enumerate() {
            let group = &mut groups[group];
            group.rows.push(row);
            group.revenue = money::add(group.revenue, self.customers.monetary()[row])?;
            group.orders += u64::from(self.customers.orders()[row]);
        }
        Ok(groups)
    }

    /// Columns `customers`, `orders`, `revenue` and shares of groups.
    fn sizes(&self, groups: &[Group]) -> Result<Vec<Column>> {
        let share = |part: f64, whole: f64| if whole == 0.0 { None } else { Some(part / whole) };
        let customer_share = |group: &Group| share(group.rows.len() as f64, self.customers.len() as f64);
        let revenue_share = |group: &Group| share(money::to_f64(group.revenue, 0), money::to_f64(self.total, 0));
        Ok(vec![
            Column::new("customers".into(), groups.iter().map(|group| group.rows.len() as u64).collect::<Vec<_>>()),
            Column::new("orders".into(), groups.iter().map(|group| group.orders).collect::<Vec<_>>()),
            frames::decimals("revenue", groups.iter().map(|group| group.revenue).collect(), self.customers.settings().scale)?,
            Column::new("customer_share".into(), groups.iter().map(customer_share).collect::<Vec<_>>()),
            Column::new("revenue_share".into(), groups.iter().map(revenue_share).collect::<Vec<_>>()),
        ])
    }

    /// `segments`, `rules` and `thresholds`.
    pub(super) fn rfm(&mut self, model: &RfmModel, scores: &RfmScores) -> Result<()> {
        let segments = scores.segments();
        let groups = self.groups(segments.len(), scores.segment().iter().map(|segment| usize::from(*segment)))?;
        let recency: Vec<f64> = self.customers.recency_days().map(f64::from).collect();
        let scale = self.customers.settings().scale;
        let median = |name: &str, value: &dyn Fn(usize) -> f64| {
            let medians: Vec<Option<f64>> = groups
                .iter()
                .map(|group| {
                    let mut values: Vec<f64> = group.rows.iter().map(|row| value(*row)).collect();
                    values.sort_by(f64::total_cmp);
                    (!values.is_empty()).then(|| quantile::type7(&values, 0.5).unwrap_or_default())
                })
                .collect();
            Column::new(name.into(), medians)
        };
        let text =
            |name: &str, of: fn(&crate::analysis::rfm::Segment) -> &str| frames::texts(name, segments.len(), segments.iter().map(of));
        let mut columns = vec![text("segment", |s| s.key()), text("name_en", |s| s.name_en()), text("name_zh", |s| s.name_zh())];
        columns.extend(self.sizes(&groups)?);
        columns.extend([
            median("median_recency_days", &|row| recency[row]),
            median("median_frequency", &|row| f64::from(self.customers.frequency()[row])),
            median("median_monetary", &|row| money::to_f64(self.customers.monetary()[row], scale)),
            text("action_en", |s| s.action_en()),
            text("action_zh", |s| s.action_zh()),
        ]);
        self.tables.insert("segments".to_owned(), frames::frame(segments.len(), columns)?);
        self.rules(scores)?;
        self.thresholds(model)
    }

    /// `rules`: each distinct reason with its scores, its customers, and its words in both languages.
    fn rules(&mut self, scores: &RfmScores) -> Result<()> {
        let mut places = BTreeMap::new();
        for place in scores.reason().iter().map(|place| *place as usize) {
            places.entry(scores.reasons()[place].as_str()).or_insert((place, 0_u64)).1 += 1;
        }
        let mut rows: Vec<(&str, &ReasonWords, u64)> =
            places.into_iter().map(|(reason, (place, customers))| (reason, &scores.reason_words()[place], customers)).collect();
        rows.sort_by_key(|(_, words, _)| Reverse(words.scores));
        let score = |name: &str, axis: usize| {
            let scores: Vec<Option<u8>> = rows.iter().map(|(_, words, _)| words.scores.map(|scores| scores[axis])).collect();
            Column::new(name.into(), scores)
        };
        let count = rows.len();
        let segment = |words: &ReasonWords| scores.segments()[usize::from(words.segment)].key();
        let columns = vec![
            score("r_score", 0),
            score("f_score", 1),
            score("m_score", 2),
            frames::texts("segment", count, rows.iter().map(|(_, words, _)| segment(words))),
            Column::new("customers".into(), rows.iter().map(|(.., customers)| *customers).collect::<Vec<_>>()),
            frames::texts("reason", count, rows.iter().map(|(reason, ..)| *reason)),
            frames::texts("reason_en", count, rows.iter().map(|(_, words, _)| words.en.as_str())),
            frames::texts("reason_zh", count, rows.iter().map(|(_, words, _)| words.zh.as_str())),
        ];
        self.tables.insert("rules".to_owned(), frames::frame(count, columns)?);
        Ok(())
    }

    /// A table of named groups.
    fn sized(&mut self, table: &str, heading: &str, names: &[String], of: impl Iterator<Item = usize>) -> Result<()> {
        let groups = self.groups(names.len(), of)?;
        let mut columns = vec![frames::texts(heading, names.len(), names.iter().map(String::as_str))];
        columns.extend(self.sizes(&groups)?);
        self.tables.insert(table.to_owned(), frames::frame(names.len(), columns)?);
        Ok(())
    }

    /// `abc`.
    pub(super) fn abc(&mut self, scores: &AbcScores) -> Result<()> {
        let names = AbcClass::ALL.map(|class| class.to_string());
        self.sized("abc", "class", &names, scores.classes().iter().map(|class| *class as usize))
    }

    /// `pyramid` and `hml`.
    pub(super) fn layers(&mut self, table: &str, scores: &LayersScores) -> Result<()> {
        let names: Vec<String> = scores.layers().iter().map(|layer| layer.name.clone()).collect();
        self.sized(table, "layer", &names, scores.layer().iter().map(|layer| usize::from(*layer)))
    }

    /// `xyz`, with a row for customers of too few periods.
    pub(super) fn xyz(&mut self, classes: &[Option<XyzClass>]) -> Result<()> {
        let names = ["X", "Y", "Z", "too few periods"].map(str::to_owned);
        self.sized("xyz", "class", &names, classes.iter().map(|class| class.map_or(3, |class| class as usize)))
    }

    /// `lorenz`: a hundred steps.
    pub(super) fn lorenz(&mut self, concentration: &Concentration) -> Result<()> {
        let points = concentration.lorenz(100);
        let columns = vec![
            Column::new("customer_share".into(), points.iter().map(|point| point.0).collect::<Vec<_>>()),
            Column::new("revenue_share".into(), points.iter().map(|point| point.1).collect::<Vec<_>>()),
        ];
        self.tables.insert("lorenz".to_owned(), frames::frame(points.len(), columns)?);
        Ok(())
    }

    fn thresholds(&mut self, model: &RfmModel) -> Result<()> {
        let (mut axes, mut numbers, mut cuts) = (Vec::new(), Vec::new(), Vec::new());
        for axis in Axis::ALL {
            for (number, cut) in (1_u32..).zip(model.axis(axis).thresholds().unwrap_or_default()) {
                axes.push(axis.to_string());
                numbers.push(number);
                cuts.push(cut);
            }
        }
        let columns = vec![
            frames::texts("axis", axes.len(), axes.iter().map(String::as_str)),
            Column::new("cut".into(), numbers),
            Column::new("threshold".into(), cuts),
        ];
        self.tables.insert("thresholds".to_owned(), frames::frame(axes.len(), columns)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rfm::{Rfm, SegmentMap};
    use crate::book::{Analysis, BookParams, SegmentBook};
    use crate::ingest::Ingest;

    fn book(params: BookParams) -> SegmentBook {
        let log = "customer,date,amount\nann,2024-03-01,50\nann,2024-03-20,70\nbob,2024-01-05,20\ncy,2024-01-05,20\ndee,2023-11-30,9\n";
        params.only([Analysis::Rfm]).build(&Ingest::new().read_text(log).expect("a log")).expect("a book")
    }

    fn texts(frame: &DataFrame, name: &str) -> Vec<String> {
        let column = frame.column(name).and_then(|column| column.str().cloned()).expect("a column of texts");
        column.iter().map(|text| text.expect("a text").to_owned()).collect()
    }

    fn scores(frame: &DataFrame) -> Vec<Vec<Option<u8>>> {
        let of = |name: &str| frame.column(name).and_then(|column| column.u8().cloned()).expect("scores").iter().collect::<Vec<_>>();
        let (r, f, m) = (of("r_score"), of("f_score"), of("m_score"));
        (0..frame.height()).map(|row| vec![r[row], f[row], m[row]]).collect()
    }

    #[test]
    fn every_reason_stands_once_among_the_rules() {
        let book = book(SegmentBook::params());
        let rules = &book.tables()["rules"];
        let (reasons, own) = (texts(rules, "reason"), texts(book.segments(), "reason"));
        let customers: Vec<u64> =
            rules.column("customers").and_then(|column| column.u64().cloned()).expect("counts").iter().flatten().collect();
        for (reason, customers) in reasons.iter().zip(&customers) {
            assert_eq!(own.iter().filter(|other| *other == reason).count() as u64, *customers, "{reason}");
            assert_eq!(reasons.iter().filter(|other| *other == reason).count(), 1, "{reason}");
        }
        assert_eq!(customers.iter().sum::<u64>(), 4, "bob and cy share one: {reasons:?}");
        assert_eq!(customers.len(), 3);
        let scores = scores(rules);
        assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
        assert_eq!(scores[0], [Some(5), Some(5), Some(5)]);
        assert_eq!(texts(rules, "segment")[0], "champions");
        assert!(reasons[0].contains("→ champions; up") && texts(rules, "reason_en")[0].contains("→ Champions; up"));
        assert!(texts(rules, "reason_zh")[0].contains("→ 冠军客户；上升"), "{:?}", texts(rules, "reason_zh"));
    }

    #[test]
    fn rules_without_scores_say_none() {
        let book = book(SegmentBook::params().rfm(Rfm::params().map(SegmentMap::eight_value())));
        let rules = &book.tables()["rules"];
        assert!(scores(rules).concat().iter().all(Option::is_none));
        let reasons = texts(rules, "reason");
        assert!(reasons.windows(2).all(|pair| pair[0] < pair[1]), "{reasons:?}");
    }
}
