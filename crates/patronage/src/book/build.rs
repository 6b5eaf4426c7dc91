//! From a ledger to a book.

use polars::prelude::*;

use super::demand::demand;
use super::manifest::{AbcAnalysis, Analyses, Inputs, Manifest, Warning, XyzAnalysis};
use super::params::{Analysis, BookParams};
use super::value::values;
use super::{SegmentBook, tables, value_tables};
use crate::analysis::abc::AbcClass;
use crate::analysis::abc::concentration::Concentration;
use crate::analysis::abc::layers::Layers;
use crate::analysis::abc::xyz::XyzClass;
use crate::analysis::rfm::RfmScores;
use crate::customers::Customers;
use crate::error::{Error, ErrorKind, Result};
use crate::frames;
use crate::ingest::Ingested;
use crate::ledger::Ledger;
use crate::money;
use crate::time::day_number;

/// `as_of` may lie so many days beyond nearly all dates before it is remarked on.
const FAR: i32 = 30;

impl BookParams {
    /// Builds a book from what was read.
    ///
    /// # Errors
    /// When no customer has bought by the date, or an analysis fails.
    pub fn build(&self, read: &Ingested) -> Result<SegmentBook> {
        let mut book = self.build_from(&read.ledger)?;
        book.manifest.inputs = Inputs { files: read.inputs.clone() };
        book.manifest.columns = read.columns.clone();
        book.manifest.time_format = read.time_format.clone();
        book.manifest.audit = Some(read.audit.clone());
        Ok(book)
    }

    /// Builds a book from a ledger, such as a saved one.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_from(&self, ledger: &Ledger) -> Result<SegmentBook> {
        let customers = ledger.customers(&self.customers)?;
        if customers.is_empty() {
            let refunds = customers.refund_only();
            let why = if refunds > 0 {
                format!("no customer has a purchase; {refunds} have refunds only")
            } else {
                "no customer has a purchase".to_owned()
            };
            return Err(Error::fit(format!("{why} up to {}", customers.as_of()))
                .with_hint("a book needs at least one purchase; look at `patronage check`"));
        }
        let mut warnings = Vec::new();
        let mut analyses = Analyses::default();
        let mut built = tables::Tables::new(&customers)?;
        let mut columns = Vec::new();
        let mut reason = None;
        let mut rfm_segments = None;

        if self.only.contains(&Analysis::Rfm) {
            let (model, frozen) = match &self.frozen_rfm {
                Some(model) => (model.clone(), true),
                None => (self.rfm.clone().fit(&customers)?, false),
            };
            warnings
                .extend(model.notes().iter().filter(|_| !frozen).map(|note| Warning { about: "rfm".to_owned(), text: note.to_string() }));
            let scores = model.score(&customers)?;
            columns.extend(rfm_columns(&scores)?);
            reason = Some(gather("reason", scores.reasons(), scores.reason().iter().copied())?);
            built.rfm(&model, &scores)?;
            rfm_segments = Some((scores.segments().to_vec(), scores.segment().to_vec()));
            analyses.rfm = Some(model);
        }
        if self.only.contains(&Analysis::Abc) {
            let classes = self.abc.fit(&customers)?;
            let scores = classes.score(&customers)?;
            let letters = AbcClass::ALL.map(|class| class.to_string());
            columns.push(gather("abc", &letters, scores.classes().iter().map(|class| *class as u32))?);
            let (pyramid, hml) = (Layers::pyramid().fit(&customers)?, Layers::hml().fit(&customers)?);
            let concentration = Concentration::fit(&customers)?;
            built.abc(&scores)?;
            built.layers("pyramid", &pyramid.score(&customers)?)?;
            built.layers("hml", &hml.score(&customers)?)?;
            built.lorenz(&concentration)?;
            let top_20_percent_share = concentration.top_share(20.0)?;
            let (gini, eighty_twenty) = (concentration.gini(), concentration.eighty_twenty());
            analyses.abc = Some(AbcAnalysis { classes, pyramid, hml, gini, top_20_percent_share, eighty_twenty });
        }
        if self.only.contains(&Analysis::Xyz) {
            let model = self.xyz.fit()?;
            let demand = demand(ledger, &customers, self.customers.first_day(), self.xyz_period)?;
            let classes = model.score(&demand);
            let letters = [XyzClass::X, XyzClass::Y, XyzClass::Z].map(|class| class.to_string());
            columns.push(gather("xyz", &letters, classes.iter().map(|class| class.map(|class| class as u32)))?);
            built.xyz(&classes)?;
            analyses.xyz = Some(XyzAnalysis { model, period: self.xyz_period });
        }
        let mut ran: Vec<Analysis> = self.only.iter().copied().collect();
        if self.only.contains(&Analysis::Clv) {
            match values(ledger, &customers, &self.customers, &self.value) {
                Ok(mut values) => {
                    warnings.extend(values.warnings.drain(..).map(|text| Warning { about: "clv".to_owned(), text }));
                    columns.append(&mut values.columns);
                    let segments = rfm_segments.as_ref().map(|(segments, places)| (segments.as_slice(), places.as_slice()));
                    built.add(value_tables::tables(&values, segments)?);
                    analyses.clv = Some(values.analysis);
                }
                Err(error) if self.value_demanded || error.kind() == ErrorKind::Parameter => return Err(error),
                Err(error) => {
                    ran.retain(|analysis| *analysis != Analysis::Clv);
                    warnings.push(Warning { about: "clv".to_owned(), text: format!("customers are not valued: {error}") });
                }
            }
        }
        columns.extend(reason);

        let mut segments = customer_columns(&customers)?;
        segments.extend(columns);
        let segments = frames::frame(customers.len(), segments)?;
        let mut manifest = self.manifest(ledger, &customers, analyses, warnings)?;
        manifest.ran = ran;
        Ok(SegmentBook { segments, tables: built.finish(), manifest })
    }

    fn manifest(&self, ledger: &Ledger, customers: &Customers, analyses: Analyses, mut warnings: Vec<Warning>) -> Result<Manifest> {
        let settings = *customers.settings();
        let window = ledger.window(day_number(settings.as_of), self.customers.first_day())?;
        if let Some(nearly_all) = window.nearly_all.filter(|day| day_number(settings.as_of) - day > FAR) {
            let last = crate::time::date_of(nearly_all);
            warnings.push(Warning {
                about: "as_of".to_owned(),
                text: format!(
                    "{} lies more than {FAR} days after {last}, by which 99.9 % of the orders were placed: is a date in the file wrong?",
                    settings.as_of
                ),
            });
        }
        Ok(Manifest {
            patronage: env!("CARGO_PKG_VERSION").to_owned(),
            inputs: Inputs::default(),
            as_of: settings.as_of,
            from: self.customers.first_day().map(crate::time::date_of),
            columns: crate::ingest::Assignments::default(),
            time_format: crate::ingest::TimeFormat::default(),
            ledger: ledger.settings().clone(),
            customers: settings,
            ran: self.only.iter().copied().collect(),
            analyses,
            audit: None,
            book_customers: customers.len() as u64,
            book_revenue: money::to_text(money::sum(customers.monetary().iter().copied())?, settings.scale),
            book_orders: customers.orders().iter().map(|orders| u64::from(*orders)).sum(),
            rows_after_as_of: window.rows_after,
            rows_before_from: window.rows_before,
            warnings,
            files: std::collections::BTreeMap::new(),
        })
    }
}

/// The columns that every book has.
fn customer_columns(customers: &Customers) -> Result<Vec<Column>> {
    const MODEL_COLUMNS: [&str; 4] = ["repeat_purchases", "first_to_last", "age", "mean_repeat_value"];
    let frame = customers.frame()?;
    Ok(frame.into_columns().into_iter().filter(|column| !MODEL_COLUMNS.contains(&column.name().as_str())).collect())
}

fn rfm_columns(scores: &RfmScores) -> Result<Vec<Column>> {
    let keys: Vec<String> = scores.segments().iter().map(|segment| segment.key().to_owned()).collect();
    let mut columns = vec![
        Column::new("r_score".into(), scores.recency()),
        Column::new("f_score".into(), scores.frequency()),
        Column::new("m_score".into(), scores.monetary()),
        // As text: a code is three digits, not a number to add up.
        gather("rfm_code", &(0..1000).map(|code| format!("{code:03}")).collect::<Vec<_>>(), scores.codes().map(u32::from))?,
    ];
    if let Some(weighted) = scores.weighted() {
        columns.push(Column::new("weighted_score".into(), weighted));
    }
    columns.push(gather("segment", &keys, scores.segment().iter().map(|segment| u32::from(*segment)))?);
    Ok(columns)
}

/// A column of few distinct texts, by their positions.
fn gather<P: Into<Option<u32>>>(name: &str, texts: &[String], positions: impl Iterator<Item = P>) -> Result<Column> {
    let distinct = StringChunked::from_iter_values(name.into(), texts.iter().map(String::as_str));
    let positions: IdxCa = positions.map(Into::into).collect_ca(name.into());
    distinct
        .take(&positions)
        .map(|column| column.into_series().into_column())
        .map_err(|error| Error::write(format!("a table could not be assembled: {error}")))
}
