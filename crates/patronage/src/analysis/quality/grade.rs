//! From evidence to a grade.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Check, CheckKind, Level};
use crate::ingest::{Audit, Reason};
use crate::ledger::Totals;

/// With fewer customers one of them may well have a large share of the orders.
const ENOUGH_CUSTOMERS: u64 = 100;

/// What is known of the data.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Where the rows of the run went; none for a saved ledger.
    pub audit: Option<&'a Audit>,
    /// Counts over the ledger.
    pub totals: &'a Totals,
    /// Whether rows name their order.
    pub order_ids: bool,
}

/// How good the data of a run are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// The grade.
    pub level: Level,
    /// The checks, what to fix first at the front.
    pub checks: Vec<Check>,
    /// Checks without evidence.
    pub unmeasured: Vec<CheckKind>,
    /// The grades of earlier runs, the latest last.
    #[serde(default)]
    pub history: Vec<PastGrade>,
}

/// The grade of an earlier run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastGrade {
    /// The date of its book.
    pub as_of: NaiveDate,
    /// Its grade.
    pub level: Level,
    /// How many of its checks were standard, of all that were measured.
    pub standard_checks: (u32, u32),
}

impl Grade {
    /// Grades the data of a run by themselves.
    #[must_use]
    pub fn of(evidence: Evidence<'_>) -> Self {
        let mut grade = Self { level: Level::Standard, checks: Vec::new(), unmeasured: Vec::new(), history: Vec::new() };
        for kind in CheckKind::ALL {
            match measure(kind, evidence) {
                Some(measured) => grade.checks.push(Check::new(kind, measured)),
                None => grade.unmeasured.push(kind),
            }
        }
        grade.level = grade.checks.iter().map(|check| check.level).min().unwrap_or(Level::Basic);
        // Stable: checks of equal urgency keep the order of the rows' way through them.
        grade.checks.sort_by(|a, b| a.level.cmp(&b.level).then_with(|| b.distance().total_cmp(&a.distance())));
        grade
    }

    /// Takes the run before into account: its grade joins the history, and two good runs make continuous improvement.
    #[must_use]
    pub fn after(mut self, previous: &Self, as_of: NaiveDate) -> Self {
        let standard = previous.checks.iter().filter(|check| check.level >= Level::Standard).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.history.clone_from(&previous.history);
        self.history.push(PastGrade { as_of, level: previous.level, standard_checks: (count(standard), count(previous.checks.len())) });
        let worse = |check: &Check| previous.checks.iter().any(|before| before.kind == check.kind && check.is_worse_than(before));
        if self.level == Level::Standard && previous.level >= Level::Standard && !self.checks.iter().any(worse) {
            self.level = Level::ContinuouslyImproved;
        }
        self
    }

    /// The checks that are below standard, what to fix first at the front.
    pub fn to_fix(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.level < Level::Standard)
    }
}

/// What a check measures; none without evidence.
fn measure(kind: CheckKind, evidence: Evidence<'_>) -> Option<f64> {
    let Evidence { audit, totals, order_ids } = evidence;
    let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    let rejected = |reasons: &[Reason]| {
        let audit = audit?;
        share(reasons.iter().filter_map(|reason| audit.rows_rejected.get(reason)).sum(), audit.rows_in)
    };
    match kind {
        CheckKind::UnreadableRows => rejected(&[Reason::RaggedRow, Reason::BadEncoding]),
        CheckKind::MissingCustomers => rejected(&[Reason::MissingCustomer]),
        CheckKind::BadTimes => rejected(&[Reason::BadTime, Reason::TimeOutOfRange]),
        CheckKind::BadAmounts => rejected(&[Reason::BadAmount]),
        CheckKind::RejectedMoney => {
            let audit = audit?;
            let [rejected, accepted] = [&audit.money_rejected, &audit.money_accepted].map(|text| text.parse::<f64>().ok().map(f64::abs));
            let (rejected, accepted) = (rejected?, accepted?);
            (rejected + accepted > 0.0).then(|| rejected / (rejected + accepted))
        }
        CheckKind::DuplicateRows => share(audit?.duplicate_rows?, audit?.rows_in),
        CheckKind::HouseAccount => {
            totals.largest_customer.as_ref().filter(|_| totals.customers >= ENOUGH_CUSTOMERS).map(|largest| largest.share)
        }
        CheckKind::RefundOnlyCustomers => share(totals.refund_only_customers, totals.customers),
        CheckKind::OrderIds => Some(f64::from(u8::from(order_ids))),
        CheckKind::HistoryDays => {
            let days = (totals.last? - totals.first?).num_days() + 1;
            u32::try_from(days).ok().map(f64::from)
        }
    }
}
