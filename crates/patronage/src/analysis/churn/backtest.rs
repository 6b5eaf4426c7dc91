//! How good each method was on customers and purchases it had not seen.

use serde::{Deserialize, Serialize};

use super::methods::Method;
use chrono::NaiveDate;

/// Bins of equal size of a calibration table.
const BINS: u32 = 10;

/// Steps of a gain curve.
const STEPS: u32 = 20;

/// What each method was worth on the hold-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// The methods were trained on what was known at the end of this day, and what happened in the horizon after it.
    pub trained_at: NaiveDate,
    /// They were tested on what was known at the end of this day, and what happened in the horizon after it.
    pub tested_at: NaiveDate,
    /// Customers of the training.
    pub trained_customers: u64,
    /// The methods that ran, in the order of [`Method::ALL`].
    pub methods: Vec<MethodReport>,
}

/// One method on the hold-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodReport {
    /// The method.
    pub method: Method,
    /// The chance that a churner is ranked above a customer who stayed; equal ranks count half.
    pub auc: f64,
    /// Churners among the tenth ranked highest, over those of a tenth drawn at random.
    pub top_decile_lift: f64,
    /// Mean distance of predicted and actual churn over ten bins of equal size.
    pub calibration_error: f64,
    /// Mean squared error of the probability.
    pub brier: f64,
    /// Customers of the test.
    pub customers: u64,
    /// The share of them who churned.
    pub churn_rate: f64,
    /// Whether `churn_probability` is taken from this method.
    pub chosen: bool,
    /// Churners found by contacting the customers ranked highest, in twentieths.
    pub gain: Vec<GainPoint>,
    /// Predicted and actual churn in ten bins of equal size, ascending.
    pub calibration: Vec<CalibrationBin>,
}

/// One point of a gain curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainPoint {
    /// The share of customers contacted, those ranked highest first.
    pub contacted_share: f64,
    /// The share of all churners among them.
    pub churners_share: f64,
}

/// One bin of a calibration table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Mean predicted probability.
    pub predicted: f64,
    /// Share that churned.
    pub actual: f64,
    /// Customers; a fraction where equal predictions are shared out among bins.
    pub customers: f64,
}

impl MethodReport {
    /// `rank` is higher for customers more at risk; `probability` is what the method says.
    pub(super) fn new(method: Method, rank: &[f64], probability: &[f64], churned: &[bool]) -> Self {
        let customers = churned.len() as f64;
        let churners = churned.iter().filter(|churned| **churned).count() as f64;
        let ranks = Groups::new(rank, churned);
        let calibration = Groups::new(probability, churned).bins();
        let squares: f64 = probability.iter().zip(churned).map(|(p, churned)| (p - f64::from(u8::from(*churned))).powi(2)).sum();
        let gain: Vec<GainPoint> = (0..=STEPS)
            .map(|step| {
                let contacted_share = f64::from(step) / f64::from(STEPS);
                GainPoint { contacted_share, churners_share: ranks.churners_among(contacted_share * customers) / churners }
            })
            .collect();
        Self {
            method,
            auc: ranks.auc(),
            top_decile_lift: ranks.churners_among(0.1 * customers) / (0.1 * churners),
            calibration_error: calibration.iter().map(|bin| bin.customers * (bin.predicted - bin.actual).abs()).sum::<f64>() / customers,
            brier: squares / customers,
            customers: churned.len() as u64,
            churn_rate: churners / customers,
            chosen: false,
            gain,
            calibration,
        }
    }
}

/// Customers of equal score taken together, the highest first: nothing here depends on how equals are ordered.
struct Groups(Vec<Group>);

struct Group {
    score: f64,
    customers: f64,
    churners: f64,
}

impl Groups {
    fn new(scores: &[f64], churned: &[bool]) -> Self {
        let mut order: Vec<(f64, bool)> = scores.iter().copied().zip(churned.iter().copied()).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let groups = order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).map(|equals| Group {
            score: equals[0].0,
            customers: equals.len() as f64,
            churners: equals.iter().filter(|(_, churned)| *churned).count() as f64,
        });
        Self(groups.collect())
    }

    /// Of all pairs of a churner and one who stayed: how often the churner ranks higher.
    fn auc(&self) -> f64 {
        let (mut above, mut pairs, mut stayed) = (0.0, 0.0, 0.0);
        // From the lowest score up, so that those who stayed below are known.
        for group in self.0.iter().rev() {
            let stays = group.customers - group.churners;
            above += group.churners * (stayed + 0.5 * stays);
            stayed += stays;
        }
        pairs += self.0.iter().map(|group| group.churners).sum::<f64>() * stayed;
        above / pairs
    }

    /// The churners expected among so many customers ranked highest; of equals across the line, their share.
    fn churners_among(&self, customers: f64) -> f64 {
        let (mut left, mut found) = (customers, 0.0);
        for group in &self.0 {
            let taken = left.min(group.customers);
            found += group.churners * (taken / group.customers);
            left -= taken;
            if left <= 0.0 {
                break;
            }
        }
        found
    }

    /// Ten bins of equal size by ascending score; equals across a line are shared out.
    fn bins(&self) -> Vec<CalibrationBin> {
        let size = self.0.iter().map(|group| group.customers).sum::<f64>() / f64::from(BINS);
        let mut bins = Vec::with_capacity(BINS as usize);
        let mut groups = self.0.iter().rev();
        let mut group = groups.next();
        let mut rest = group.map_or(0.0, |group| group.customers);
        for bin in 1..=BINS {
            let (mut room, mut predicted, mut actual) = (size, 0.0, 0.0);
            while let Some(one) = group {
                // The last bin takes what rounding has left.
                let taken = if bin == BINS { rest } else { rest.min(room) };
                predicted += one.score * taken;
                actual += one.churners * (taken / one.customers);
                room -= taken;
                rest -= taken;
                if rest > 0.0 {
                    break;
                }
                group = groups.next();
                rest = group.map_or(0.0, |group| group.customers);
                if room <= 0.0 && bin < BINS {
                    break;
                }
            }
            let customers = size - room;
            if customers > 0.0 {
                bins.push(CalibrationBin { predicted: predicted / customers, actual: actual / customers, customers });
            }
        }
        bins
    }
}
