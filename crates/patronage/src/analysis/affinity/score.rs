//! The next value of each customer.

use rayon::prelude::*;

use super::fit::{AffinityModel, bought};
use crate::error::{Error, Result};
use crate::ledger::Baskets;

/// The next value of each customer, in the order of the baskets' customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Next(Vec<Option<(u32, f64)>>);

impl Next {
    /// The value that a customer is likely to take next; `None` when nothing is left or nothing is known.
    #[must_use]
    pub fn value(&self, customer: usize) -> Option<u32> {
        self.0.get(customer).copied().flatten().map(|next| next.0)
    }

    /// Of the customers who bought what goes best with it, the part that bought it.
    #[must_use]
    pub fn confidence(&self, customer: usize) -> Option<f64> {
        self.0.get(customer).copied().flatten().map(|next| next.1)
    }

    /// The number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no customer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl AffinityModel {
    /// Looks for the next value of each customer, of the fitted ones or of others.
    ///
    /// # Errors
    /// When the baskets have other values than those that were fitted (kind `Input`).
    pub fn score(&self, baskets: &Baskets) -> Result<Next> {
        if baskets.values != self.values {
            return Err(Error::input("the baskets have other values than those that were fitted")
                .with_hint("make both of one ledger and one dimension, or fit again"));
        }
        let next = bought(baskets).par_iter().map(|own| self.next(own)).collect();
        Ok(Next(next))
    }

    /// The lists are in descending order: of each only the first that was not bought can be the best.
    fn next(&self, own: &[u32]) -> Option<(u32, f64)> {
        own.iter()
            .filter_map(|a| self.follows[*a as usize].iter().find(|(c, _)| own.binary_search(c).is_err()).copied())
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }
}
