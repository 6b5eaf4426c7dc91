//! Roll-ups of ledgers that are merged.

use super::{Amounts, RollUps, Sums};
use crate::error::Result;
use crate::ledger::Ledger;
use crate::time::DAY_SECONDS;

impl Ledger {
    /// Adds another ledger's roll-ups, before its facts are added; gives the new numbers of its values.
    pub(in crate::ledger) fn merge_rollups(&mut self, other: &Self) -> Result<Vec<u32>> {
        match (self.rollups().is_some(), other.rollups()) {
            (false, None) => Ok(Vec::new()),
            (true, None) => {
                let theirs = other.rollups_of_facts()?;
                self.rollups_mut().get_or_insert_default().merge(&theirs)
            }
            (mine, Some(theirs)) => {
                if !mine {
                    *self.rollups_mut() = Some(self.rollups_of_facts()?);
                }
                self.rollups_mut().get_or_insert_default().merge(theirs)
            }
        }
    }

    /// Roll-ups of facts that came without dimensions: of all rows, on the days of their orders.
    fn rollups_of_facts(&self) -> Result<RollUps> {
        let mut rollups = RollUps::new();
        let all = rollups.number(None, b"");
        let mut sums = Sums::default();
        for partition in self.partitions() {
            for fact in partition.orders.as_slice() {
                let day = i32::try_from(fact.instant.div_euclid(DAY_SECONDS)).unwrap_or(i32::MAX);
                sums.add(all, day, &Amounts { rows: u64::from(fact.rows), money: fact.micros.get(), ..Amounts::default() })?;
            }
            for fact in partition.days.as_slice() {
                let money = crate::money::add(fact.purchased.get(), fact.refunded.get())?;
                sums.add(all, fact.day, &Amounts { rows: u64::from(fact.rows()), money, ..Amounts::default() })?;
            }
        }
        rollups.add_all(&sums)?;
        Ok(rollups)
    }
}
