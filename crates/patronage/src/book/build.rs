//! From a ledger to a book.

use polars::prelude::*;

use super::attributes::compositions;
use super::changes::changes;
use super::churn::churn_risk;
use super::cluster::clusters;
use super::demand::demand;
use super::dimensions::dimensions;
use super::lifecycle::lifecycle;
use super::manifest::{AbcAnalysis, Analyses, Inputs, Manifest, Warning, XyzAnalysis};
use super::over_time::RfmInUse;
use super::params::{Analysis, BookParams};
use super::part::{Part, Sources};
use super::privacy::comparable;
use super::remark::Remark;
use super::value::{Values, values};
use super::{SegmentBook, measures, tables, value_tables};
use crate::analysis::abc::AbcClass;
use crate::analysis::abc::concentration::Concentration;
use crate::analysis::abc::layers::Layers;
use crate::analysis::abc::xyz::XyzClass;
use crate::analysis::quality::{Evidence, Grade};
use crate::analysis::rfm::RfmScores;
use crate::customers::Customers;
use crate::error::{Error, ErrorKind, Result};
use crate::frames;
use crate::ingest::{Audit, Ingested};
use crate::ledger::{Ledger, Store};
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
        let mut book = self.assemble(&read.ledger, Some(&read.audit))?;
        book.manifest.inputs.files.clone_from(&read.inputs);
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
        self.assemble(ledger, None)
    }

    /// Builds a book from a saved ledger, with the audits of its loads.
    ///
    /// # Errors
    /// As [`build`](Self::build), and when the ledger cannot be read.
    pub fn build_saved(&self, store: &Store) -> Result<SegmentBook> {
        let ledger = store.ledger()?;
        let audit = store.audit(&ledger)?;
        let mut book = self.assemble(&ledger, audit.as_ref())?;
        book.manifest.audit = audit;
        Ok(book)
    }

    fn assemble(&self, ledger: &Ledger, audit: Option<&Audit>) -> Result<SegmentBook> {
        if let Some(previous) = &self.previous {
            comparable(&previous.manifest, None)?;
        }
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
        let sources = Sources::new(ledger, &customers, &self.customers);
        let mut building = Building {
            params: self,
            sources: &sources,
            tables: tables::Tables::new(&customers)?,
            columns: Vec::new(),
            reason: None,
            scores: None,
            values: None,
            analyses: Analyses::default(),
            warnings: Vec::new(),
            ran: Vec::new(),
        };
        for analysis in &self.only {
            building.run(*analysis)?;
        }
        let Building { tables, mut columns, reason, analyses, warnings, ran, .. } = building;
        columns.extend(reason);
        let mut tables = tables.finish();
        let grade = self.grade(ledger, audit)?;
        tables.insert("quality".to_owned(), measures::quality(&grade)?);

        let mut segments = customer_columns(&customers)?;
        segments.extend(columns);
        let segments = frames::frame(customers.len(), segments)?;
        if let Some(previous) = &self.previous {
            tables.insert("changes".to_owned(), changes(previous, &segments)?);
        }
        let mut manifest = self.manifest(ledger, &customers, analyses, warnings)?;
        manifest.ran = ran;
        manifest.previous = self.previous.as_ref().map(|book| book.manifest.as_of);
        manifest.quality = Some(grade);
        manifest.inputs.customers = self.list.as_ref().map(|list| list.file().clone());
        Ok(SegmentBook { segments, tables, manifest })
    }

    fn grade(&self, ledger: &Ledger, audit: Option<&Audit>) -> Result<Grade> {
        let totals = audit.map_or_else(|| ledger.totals(), |audit| Ok(audit.totals()))?;
        let grade = Grade::of(Evidence { audit, totals: &totals, order_ids: ledger.has_order_ids() });
        let previous = self.previous.as_ref().map(|book| &book.manifest);
        Ok(match previous.and_then(|manifest| manifest.quality.as_ref().map(|grade| (grade, manifest.as_of))) {
            Some((before, as_of)) => grade.after(before, as_of),
            None => grade,
        })
    }

    fn manifest(&self, ledger: &Ledger, customers: &Customers, analyses: Analyses, mut warnings: Vec<Warning>) -> Result<Manifest> {
        let settings = *customers.settings();
        let window = ledger.window(day_number(settings.as_of), self.customers.first_day())?;
        if let Some(nearly_all) = window.nearly_all.filter(|day| day_number(settings.as_of) - day > FAR) {
            let last = crate::time::date_of(nearly_all);
            let as_of = settings.as_of;
            let remark = Remark::new(
                format!(
                    "{as_of} lies more than {FAR} days after {last}, by which 99.9 % of the orders were placed: is a date in the file wrong?"
                ),
                format!("截止日期 {as_of} 比 {last} 晚 {FAR} 天以上，而 99.9 % 的订单不晚于该日：文件中是否有错误的日期？"),
            );
            warnings.push(Warning::new("as_of", remark));
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
            previous: None,
            pseudonyms: None,
            quality: None,
            warnings,
            files: std::collections::BTreeMap::new(),
        })
    }
}

/// A book while it is made.
struct Building<'a> {
    params: &'a BookParams,
    sources: &'a Sources<'a>,
    tables: tables::Tables<'a>,
    columns: Vec<Column>,
    /// Comes last.
    reason: Option<Column>,
    scores: Option<RfmScores>,
    values: Option<Values>,
    analyses: Analyses,
    warnings: Vec<Warning>,
    ran: Vec<Analysis>,
}

impl Building<'_> {
    fn run(&mut self, analysis: Analysis) -> Result<()> {
        let outcome = match analysis {
            Analysis::Rfm => self.rfm(),
            Analysis::Abc => self.abc(),
            Analysis::Xyz => self.xyz(),
            Analysis::Clv => self.clv(),
            Analysis::Churn => self.churn(),
            Analysis::Lifecycle => self.lifecycle(),
            Analysis::Clusters => self.clusters(),
            Analysis::OverTime => self.over_time(),
            Analysis::Dimensions => return self.dimensions(),
        };
        match outcome {
            Ok(()) => self.ran.push(analysis),
            // What most data allow, but some do not, is left out and said so, unless it was asked for by name.
            Err(error) if analysis.may_be_left_out() && !self.params.demanded && error.kind() != ErrorKind::Parameter => {
                let remark = match analysis {
                    Analysis::Clv => Remark::new(format!("customers are not valued: {error}"), format!("未估算客户价值：{error}")),
                    _ => Remark::new(format!("left out: {error}"), format!("未进行此项分析：{error}")),
                };
                self.warn(analysis, remark);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn warn(&mut self, about: Analysis, remark: Remark) {
        self.warnings.push(Warning::new(about, remark));
    }

    fn take(&mut self, about: Analysis, part: Part) {
        self.columns.extend(part.columns);
        self.tables.add(part.tables);
        for remark in part.warnings {
            self.warn(about, remark);
        }
    }

    fn rfm(&mut self) -> Result<()> {
        let customers = self.sources.customers;
        let (model, frozen) = match &self.params.frozen_rfm {
            Some(model) => (model.clone(), true),
            None => (self.params.rfm.clone().fit(customers)?, false),
        };
        for note in model.notes().iter().filter(|_| !frozen) {
            self.warn(Analysis::Rfm, Remark::new(note.to_string(), note.text_zh()));
        }
        let scores = model.score(customers)?;
        self.columns.extend(rfm_columns(&scores)?);
        self.reason = Some(gather("reason", scores.reasons(), scores.reason().iter().copied())?);
        self.tables.rfm(&model, &scores)?;
        self.scores = Some(scores);
        self.analyses.rfm = Some(model);
        Ok(())
    }

    fn abc(&mut self) -> Result<()> {
        let customers = self.sources.customers;
        let classes = self.params.abc.fit(customers)?;
        let scores = classes.score(customers)?;
        let letters = AbcClass::ALL.map(|class| class.to_string());
        self.columns.push(gather("abc", &letters, scores.classes().iter().map(|class| *class as u32))?);
        let (pyramid, hml) = (Layers::pyramid().fit(customers)?, Layers::hml().fit(customers)?);
        let concentration = Concentration::fit(customers)?;
        self.tables.abc(&scores)?;
        self.tables.layers("pyramid", &pyramid.score(customers)?)?;
        self.tables.layers("hml", &hml.score(customers)?)?;
        self.tables.lorenz(&concentration)?;
        let top_20_percent_share = concentration.top_share(20.0)?;
        let (gini, eighty_twenty) = (concentration.gini(), concentration.eighty_twenty());
        self.analyses.abc = Some(AbcAnalysis { classes, pyramid, hml, gini, top_20_percent_share, eighty_twenty });
        Ok(())
    }

    fn xyz(&mut self) -> Result<()> {
        let (params, sources) = (self.params, self.sources);
        let model = params.xyz.fit()?;
        let demand = demand(sources.ledger, sources.customers, sources.looked.first_day(), params.xyz_period)?;
        let classes = model.score(&demand);
        let letters = [XyzClass::X, XyzClass::Y, XyzClass::Z].map(|class| class.to_string());
        self.columns.push(gather("xyz", &letters, classes.iter().map(|class| class.map(|class| class as u32)))?);
        self.tables.xyz(&classes)?;
        self.analyses.xyz = Some(XyzAnalysis { model, period: params.xyz_period });
        Ok(())
    }

    fn clv(&mut self) -> Result<()> {
        let sources = self.sources;
        let mut values = values(sources.ledger, sources.customers, sources.looked, &self.params.value)?;
        let segments = self.scores.as_ref().map(|scores| (scores.segments(), scores.segment()));
        let mut part = Part { tables: value_tables::tables(&values, segments)?, ..Part::default() };
        if let Some(retention) = &values.analysis.retention {
            part.tables.extend(measures::retention(retention)?);
        }
        part.columns.append(&mut values.columns);
        part.warnings.append(&mut values.warnings);
        self.take(Analysis::Clv, part);
        self.analyses.clv = Some(values.analysis.clone());
        self.values = Some(values);
        Ok(())
    }

    fn churn(&mut self) -> Result<()> {
        let sources = self.sources;
        let values = self.values.as_ref();
        let (model, residual_value) = (values.map(|values| &*values.model), values.and_then(|values| values.residual_value.as_deref()));
        let (ledger, customers, cells) = (sources.ledger, sources.customers, sources.cells()?);
        let found = churn_risk(ledger, customers, cells, model, residual_value, sources.looked, &self.params.churn)?;
        self.take(Analysis::Churn, Part { columns: found.columns, tables: found.tables, warnings: found.warnings });
        self.analyses.churn = Some(found.analysis);
        Ok(())
    }

    fn clusters(&mut self) -> Result<()> {
        let found = clusters(self.sources.customers, &self.params.clusters)?;
        self.take(Analysis::Clusters, Part { columns: found.columns, tables: found.tables, warnings: found.warnings });
        self.analyses.clusters = Some(found.analysis);
        Ok(())
    }

    fn over_time(&mut self) -> Result<()> {
        let rfm = self.analyses.rfm.as_ref().zip(self.scores.as_ref());
        let rfm = rfm.map(|(model, scores)| RfmInUse { params: &self.params.rfm, model, scores });
        let found = self.params.over_time.grain(self.params.grain).views(self.sources.cells()?, self.sources.customers, rfm)?;
        self.take(Analysis::OverTime, Part { columns: found.columns, tables: found.tables, warnings: found.warnings });
        self.analyses.over_time = Some(found.analysis);
        Ok(())
    }

    /// Says that it ran only where the orders, or a list of customers, have something to break revenue down by.
    fn dimensions(&mut self) -> Result<()> {
        let (sources, params) = (self.sources, self.params);
        let grained = params.dimensions.grain(params.grain);
        let mut taken = Vec::new();
        let found = dimensions(sources.ledger, sources.customers, sources.looked, &grained)?;
        if let Some(found) = found {
            taken = found.analysis.dimensions.iter().map(|summary| summary.dimension.to_string()).collect();
            self.take(Analysis::Dimensions, Part { columns: found.columns, tables: found.tables, warnings: found.warnings });
            self.analyses.dimensions = Some(found.analysis);
        }
        if let Some(list) = &params.list {
            let composition = grained.composition_params();
            self.tables.add(compositions(list, sources.cells()?, sources.customers, composition, &taken)?);
        }
        match (params.list.is_some() || !taken.is_empty(), params.demanded) {
            (true, _) => self.ran.push(Analysis::Dimensions),
            (false, false) => {}
            (false, true) => {
                return Err(Error::fit("there is nothing to break revenue down by").with_hint(
                    "name a column with --category, --channel, --region or another, or bring attributes of customers with --customers",
                ));
            }
        }
        Ok(())
    }

    fn lifecycle(&mut self) -> Result<()> {
        let params = self.params;
        let (part, model) = lifecycle(self.sources, &params.lifecycle, params.grain, params.list.as_ref())?;
        self.take(Analysis::Lifecycle, part);
        self.analyses.lifecycle = Some(model);
        Ok(())
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
pub(super) fn gather<P: Into<Option<u32>>>(name: &str, texts: &[String], positions: impl Iterator<Item = P>) -> Result<Column> {
    let distinct = StringChunked::from_iter_values(name.into(), texts.iter().map(String::as_str));
    let positions: IdxCa = positions.map(Into::into).collect_ca(name.into());
    distinct
        .take(&positions)
        .map(|column| column.into_series().into_column())
        .map_err(|error| Error::write(format!("a table could not be assembled: {error}")))
}
