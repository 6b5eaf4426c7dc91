//! Layers of customers by rank: the customer pyramid and HML.
//!
//! # What it answers
//! How much money the top 1 %, the next 4 %, the next 15 % and the remaining 80 % of the customers bring, and whether
//! the top fifth brings four fifths of it.
//!
//! # Input columns and units
//! `monetary`, in money; `customer_id` for ties.
//!
//! # Output columns and units
//! The layer of each customer, 0 at the top; customers, money and share of money of each layer.
//!
//! # Definition
//! ```text
//! order customers by money descending, equal money by customer id
//! layer k ends after the first ⌈(p1 + … + pk)·n⌉ customers           share of k = money of k / Σ max(money, 0)
//! ```
//! where p1, p2, … are the layers' shares of the n customers: 1, 4, 15, 80 % for the [pyramid](Layers::pyramid) (top,
//! large, medium, small) and 20, 30, 50 % for [HML](Layers::hml) (high, medium, low). Ends are rounded up, so that
//! the top layer of few customers is not empty; later layers may be.
//!
//! # Edge cases
//! Layers are of a size, so equal customers at an end are split by customer id. Customers who brought nothing are in
//! the last layers. Their negative money counts in a layer's money but as zero in all shares, which sum to 1; when
//! nobody brought anything, shares are 0.
//!
//! # Cost
//! One parallel sort, then O(n).
//!
//! # When not to use it
//! When classes should say who brings how much: that is [ABC](super).
//!
//! # References
//! Zeithaml, V. A., Rust, R. T. and Lemon, K. N. (2001), The customer pyramid, *California Management Review* 43(4),
//! 118–142, doi:10.2307/41166104. Curry, J. and Curry, A. (2000), *The Customer Marketing Method*: 1, 4, 15, 80 %.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::{Millionths, Start, check_size, class, descending, to_one_scale};
use crate::customers::Customers;
use crate::error::{Error, Result};
use crate::money;

/// The settings: names and sizes of the layers.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    layers: Vec<(String, f64)>,
}

/// Where layers begin, ready to be applied to these or to other customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayersModel {
    names: Vec<String>,
    scale: u8,
    starts: Vec<Option<Start>>,
}

/// What one layer amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Its customers.
    pub customers: u64,
    /// Their net money, in minor units of the customers' scale.
    pub money: i128,
    /// Their share of all positive money.
    pub share: f64,
}

/// Layers of customers.
#[derive(Debug, Clone, PartialEq)]
pub struct LayersScores {
    layer: Vec<u8>,
    layers: Vec<Layer>,
}

impl Layers {
    /// The customer pyramid: top 1 %, large 4 %, medium 15 %, small 80 %.
    #[must_use]
    pub fn pyramid() -> Self {
        Self::params([("top", 1.0), ("large", 4.0), ("medium", 15.0), ("small", 80.0)])
    }

    /// High 20 %, medium 30 %, low 50 % of the customers.
    #[must_use]
    pub fn hml() -> Self {
        Self::params([("high", 20.0), ("medium", 30.0), ("low", 50.0)])
    }

    /// Layers by name, from the top, with their percentages of the customers, to the nearest ten-thousandth.
    #[must_use]
    pub fn params<'a>(layers: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        Self { layers: layers.into_iter().map(|(name, percent)| (name.to_owned(), percent)).collect() }
    }

    /// Finds where layers begin.
    ///
    /// # Errors
    /// When there are not 2 to 100 layers with percentages above 0 that sum to 100 (kind `Parameter`), or there is
    /// nobody (`Fit`).
    pub fn fit(self, customers: &Customers) -> Result<LayersModel> {
        let wrong = |what: &str| Err(Error::parameter(what));
        if !(2..=100).contains(&self.layers.len()) {
            return wrong("the number of layers has to be 2 to 100");
        }
        let mut ends = Vec::new();
        let mut sum = 0_u32;
        for (_, percent) in &self.layers {
            match Millionths::from_percent(*percent) {
                Some(Millionths(part)) if part > 0 => sum += part,
                _ => {
                    return Err(
                        Error::parameter("the percentage of a layer has to be above 0 and at most 100").with_value(&percent.to_string())
                    );
                }
            }
            ends.push(Millionths(sum));
        }
        if sum != 1_000_000 {
            return wrong("the percentages of the layers have to sum to 100");
        }
        if customers.is_empty() {
            return Err(Error::fit("there are no customers to rank"));
        }
        check_size(customers)?;
        let order = descending(customers.monetary());
        let inner = ends.iter().filter(|end| !end.is_whole_or_more());
        let starts = inner.map(|end| Start::at(end.of_count(order.len()), &order, customers)).collect();
        Ok(LayersModel { names: self.layers.into_iter().map(|(name, _)| name).collect(), scale: customers.settings().scale, starts })
    }
}

impl LayersModel {
    /// Puts customers, the fitted ones or others, into layers with the boundaries as they are.
    ///
    /// # Errors
    /// When a sum has more than 38 digits, or the model was read from a damaged file.
    pub fn score(&self, customers: &Customers) -> Result<LayersScores> {
        if self.names.len() != self.starts.len() + 1 || self.names.len() > 100 {
            return Err(Error::input("a saved model of layers is damaged"));
        }
        let (amounts, starts) = to_one_scale(customers, &self.starts, self.scale)?;
        let ids = customers.customer_id();
        let own = |(row, amount): (usize, &i128)| u8::try_from(class(&starts, *amount, ids.get(row))).unwrap_or(u8::MAX);
        let layer: Vec<u8> = amounts.par_iter().enumerate().map(own).collect();
        let mut sums = vec![(0_u64, 0_i128, 0_i128); self.names.len()];
        for (layer, amount) in layer.iter().zip(customers.monetary()) {
            let (count, net, positive) = &mut sums[usize::from(*layer)];
            *count += 1;
            *net = money::add(*net, *amount)?;
            *positive = money::add(*positive, (*amount).max(0))?;
        }
        let total = money::sum(sums.iter().map(|(_, _, positive)| *positive))?;
        let layers = self.names.iter().zip(sums).map(|(name, (customers, money, positive))| Layer {
            name: name.clone(),
            customers,
            money,
            share: share(positive, total),
        });
        Ok(LayersScores { layers: layers.collect(), layer })
    }
}

/// A part of a whole as a float; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "a share for reading; the sums stay exact")]
pub(super) fn share(part: i128, whole: i128) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl LayersScores {
    /// The layer of each customer, 0 at the top, in the order of the customers.
    #[must_use]
    pub fn layer(&self) -> &[u8] {
        &self.layer
    }

    /// What each layer amounts to, from the top.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }
}
