//! `patronage segment`: orders in, segment files out.

use std::path::PathBuf;

use patronage::analysis::abc::Boundary;
use patronage::analysis::clv::value::ResidualValue;
use patronage::analysis::rfm::{HighLowCut, Rfm, RfmModel, RfmParams, Scoring, SegmentMap, Thresholds};
use patronage::book::{REJECTS, ValueParams};
use patronage::sink::OutputFolder;
use patronage::{Analysis, Duplicates, Error, Manifest, Result, SegmentBook, Store, TableFormat};
use serde::{Deserialize, Serialize};

use crate::options::{ReadOptions, ViewOptions, days, with_job};
use crate::watch::{Talk, Watch, print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,
    /// A TOML file with options, named as the long flags with `_` for `-`; flags win
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Options {
    /// Files, or patterns such as 'logs/*.csv'
    pub(crate) inputs: Vec<PathBuf>,
    /// The folder to write; an earlier output there is replaced as a whole
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Run from a saved ledger instead of files
    #[arg(long, value_name = "DIR", conflicts_with = "inputs")]
    pub(crate) state: Option<PathBuf>,
    /// parquet, csv or ndjson [default: parquet]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Run these analyses only: rfm, abc, xyz, clv
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Print the manifest as JSON instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) read: ReadOptions,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) view: ViewOptions,

    /// How scores are made: quantile, `sql_ntile`, `r_rfm`, `qcut_value`, … [default: quantile]
    #[arg(long, value_name = "PRESET", help_heading = "Segments")]
    pub(crate) scoring: Option<String>,
    /// The number of scores of an axis, 2 to 9 [default: 5, or what the preset prescribes]
    #[arg(long, value_name = "N", help_heading = "Segments")]
    pub(crate) bins: Option<u8>,
    /// The segment map: eleven, `rf_ten`, `r_rfm_readme`, `klaviyo_six`, `eight_value`, or a TOML file of your own
    #[arg(long, value_name = "NAME|FILE", help_heading = "Segments")]
    pub(crate) map: Option<String>,
    /// Where `eight_value` parts high from low: mean, `mean_score` or median [default: mean]
    #[arg(long, value_name = "CUT", help_heading = "Segments")]
    pub(crate) cut: Option<String>,
    /// Thresholds for scoring `custom`: days, orders and money, each ascending, as in '30,90;1,5;100,500'
    #[arg(long, value_name = "R;F;M", help_heading = "Segments")]
    pub(crate) thresholds: Option<String>,
    /// Score with the thresholds and the map of an older book
    #[arg(long, value_name = "DIR", conflicts_with_all = ["scoring", "bins", "map", "cut", "thresholds"], help_heading = "Segments")]
    pub(crate) thresholds_from: Option<PathBuf>,
    /// The customer at the border of an ABC class: within, crossing, ties-start, ties-end or computed [default: ties-start]
    #[arg(long, value_name = "RULE", help_heading = "Segments")]
    pub(crate) abc: Option<String>,
    /// Customers without positive revenue: class (N, a class of their own), clamp or error [default: class]
    #[arg(long, value_name = "HOW", help_heading = "Segments")]
    pub(crate) abc_nonpositive: Option<String>,
    /// The future that counts: 52w, 364d, 12m (30 days each) or 1y (365 days) [default: 52w]
    #[arg(long, value_name = "LENGTH", help_heading = "Customer lifetime value")]
    pub(crate) horizon: Option<String>,
    /// Effective discount a year; 0.10 is 10 % [default: 0.10]
    #[arg(long, value_name = "RATE", help_heading = "Customer lifetime value")]
    pub(crate) discount: Option<f64>,
    /// The share of the money that stays with the business [default: 1]
    #[arg(long, value_name = "SHARE", help_heading = "Customer lifetime value")]
    pub(crate) margin: Option<f64>,
    /// nbd, bg-nbd, mbg-nbd, pareto-nbd, bg-cnbd or mbg-cnbd [default: the best on a hold-out]
    #[arg(long, value_name = "NAME", help_heading = "Customer lifetime value")]
    pub(crate) model: Option<String>,
    /// Give the 5 % and 95 % quantiles of what each customer may do, whatever it takes [default: up to 20,000 customers]
    #[arg(long, conflicts_with = "no_predictive", help_heading = "Customer lifetime value")]
    pub(crate) predictive: bool,
    /// Leave out the 5 % and 95 % quantiles of what each customer may do, which take the most time
    #[arg(long, help_heading = "Customer lifetime value")]
    pub(crate) no_predictive: bool,
}

pub(crate) fn run(args: &Args, talk: &Talk) -> Result<()> {
    let options: Options = with_job(&args.options, args.job.as_deref())?;
    segment(&options, talk)
}

/// The job itself, which `demo` does too.
pub(crate) fn segment(options: &Options, talk: &Talk) -> Result<()> {
    let folder = options.out.clone().ok_or_else(|| Error::parameter("no output is named").with_hint("--out DIR"))?;
    let format: TableFormat = options.format.as_deref().unwrap_or("parquet").parse()?;
    let params = book_params(options)?;
    let mut output = OutputFolder::new(&folder)?;

    let mut book: SegmentBook = if let Some(state) = &options.state {
        if !options.inputs.is_empty() {
            return Err(
                Error::parameter("files and a saved ledger are both named").with_hint("merge the files with `patronage ingest` first")
            );
        }
        params.build_from(&Store::open(state)?.ledger()?)?
    } else {
        if options.inputs.is_empty() {
            return Err(Error::parameter("no input is named").with_hint("name at least one file: CSV, TSV, NDJSON, Parquet or Arrow IPC"));
        }
        let mut watch = Watch::new(talk, output.writer(REJECTS)?)?;
        let ingest = options.read.ingest(Duplicates::default())?;
        let read = ingest.read_observed(&options.inputs, &mut watch)?;
        watch.finish()?;
        output.hash(REJECTS)?;
        talk.columns(&read.columns, &read.audit.notes);
        params.build(&read)?
    };
    book.write_into(output, format)?;
    if options.json {
        return print_json(book.manifest());
    }
    print(&patronage_report::terminal(&book)?)?;
    talk.say(&format!("written to {}", folder.display()));
    Ok(())
}

fn book_params(options: &Options) -> Result<patronage::book::BookParams> {
    let mut params = SegmentBook::params().customers(options.view.params()?);
    if !options.only.is_empty() {
        params = params.only(options.only.iter().map(|name| name.trim().parse::<Analysis>()).collect::<Result<Vec<_>>>()?);
    }
    let mut abc = patronage::analysis::abc::Abc::params();
    if let Some(rule) = &options.abc {
        abc = abc.boundary(rule.parse::<Boundary>()?);
    }
    if let Some(how) = &options.abc_nonpositive {
        abc = abc.nonpositive(how.parse()?);
    }
    params = params.abc(abc).value(value_params(options)?);
    Ok(match &options.thresholds_from {
        Some(folder) => params.frozen_rfm(frozen(folder)?),
        None => params.rfm(rfm_params(options)?),
    })
}

fn value_params(options: &Options) -> Result<ValueParams> {
    let mut terms = ResidualValue::default();
    if let Some(length) = &options.horizon {
        terms = terms.horizon_days(f64::from(days("--horizon", length)?));
    }
    if let Some(discount) = options.discount {
        terms = terms.annual_discount(discount);
    }
    if let Some(margin) = options.margin {
        terms = terms.margin(margin);
    }
    terms.check()?;
    let mut params = ValueParams::new().terms(terms);
    if options.predictive || options.no_predictive {
        params = params.predictive(!options.no_predictive);
    }
    Ok(match &options.model {
        None => params,
        Some(name) => params.model(super::fit::model_kind(name)?),
    })
}

fn frozen(folder: &std::path::Path) -> Result<RfmModel> {
    Manifest::open(folder)?.analyses.rfm.ok_or_else(|| Error::parameter("the older book has no RFM thresholds").at_file(folder))
}

fn rfm_params(options: &Options) -> Result<RfmParams> {
    let mut params = Rfm::params();
    if let Some(preset) = &options.scoring {
        params = params.scoring(preset.parse::<Scoring>()?);
    }
    if let Some(bins) = options.bins {
        params = params.bins(bins);
    }
    if let Some(map) = &options.map {
        params = params.map(segment_map(map, options.cut.as_deref())?);
    } else if options.cut.is_some() {
        return Err(Error::parameter("--cut goes with --map eight_value"));
    }
    if let Some(text) = &options.thresholds {
        params = params.thresholds(thresholds(text)?);
    }
    Ok(params)
}

fn segment_map(name: &str, cut: Option<&str>) -> Result<SegmentMap> {
    let map = if std::path::Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        let text = std::fs::read_to_string(name).map_err(|error| Error::parameter(format!("cannot read: {error}")).at_file(name))?;
        SegmentMap::from_toml(&text).map_err(|error| error.at_file(name))?
    } else {
        SegmentMap::named(name)?
    };
    Ok(match cut {
        None => map,
        Some("mean") => map.with_cut(HighLowCut::MeanOfValues),
        Some("mean_score") => map.with_cut(HighLowCut::MeanOfScores),
        Some("median") => map.with_cut(HighLowCut::Median),
        Some(other) => return Err(Error::parameter("not a cut").with_value(other).with_hint("one of: mean mean_score median")),
    })
}

fn thresholds(text: &str) -> Result<Thresholds> {
    let odd = || {
        Error::parameter("thresholds are three ascending lists")
            .with_value(text)
            .with_hint("as in --thresholds '30,90,180,365;1,2,5,10;50,100,500,1000'")
    };
    let axes: Vec<Vec<f64>> = text
        .split(';')
        .map(|axis| axis.split(',').map(|number| number.trim().parse().map_err(|_| odd())).collect())
        .collect::<Result<_>>()?;
    let [recency, frequency, monetary] = axes.as_slice() else { return Err(odd()) };
    Thresholds::new(recency, frequency, monetary)
}
