//! What a row says beside customer, time, order and money.

use super::amount::{self, Amount, CURRENCIES};
use super::clean::{Observed, Raw, RawRow, Rules, text_of, trim};
use super::plan::Fields;
use crate::ledger::dimensions::{Lines, NO_AMOUNT};
use crate::ledger::facts::Micros;
use crate::ledger::keys::{Interner, hash};

impl Rules {
    /// What else an accepted row says. Nothing here rejects it: a value that is a word for nothing is none, and so is a cost or a
    /// discount that cannot be read.
    pub(super) fn more<'a>(
        &self,
        row: &RawRow<'a>,
        fields: &Fields,
        at: impl Fn(usize) -> Raw<'a>,
        lines: &mut Lines,
        values: &mut Interner,
    ) {
        let mut tagged = [0; 64];
        for (dimension, &column) in (0_u8..).zip(&fields.dimensions) {
            let mut buffer = [0; 20];
            let text = Some(text_of(at(column), &mut buffer)).filter(|text| !self.missing.contains(text)).unwrap_or_default();
            tagged[0] = dimension;
            let number = if let Some(room) = tagged.get_mut(1..=text.len()) {
                room.copy_from_slice(text);
                let text = &tagged[..=text.len()];
                values.intern(hash(text), text)
            } else {
                let text = [&[dimension], text].concat();
                values.intern(hash(&text), &text)
            };
            lines.values.push(number);
        }
        let micros = |amount: Option<Amount>| Micros::new(amount.map_or(NO_AMOUNT, |amount| amount.micros));
        if let Some(column) = fields.cost {
            lines.costs.push(micros(self.plain_number(at(column))));
        } else if let Some(column) = fields.unit_cost {
            let quantity = row.quantity.and_then(|quantity| self.plain_number(quantity));
            let cost = quantity.zip(self.plain_number(at(column))).and_then(|(quantity, cost)| amount::product(quantity, cost).ok());
            lines.costs.push(micros(cost));
        }
        if let Some(column) = fields.discount {
            lines.discounts.push(micros(self.plain_number(at(column))));
        }
    }

    /// A number in a column that is not the amount's, unless it could be read in two ways or names another currency.
    fn plain_number(&self, raw: Raw<'_>) -> Option<Amount> {
        let Raw::Text(text) = raw else { return self.number(raw, 0, &mut Observed::default()).ok() };
        let (amount, clues) = self.style.parse(trim(text));
        let foreign = clues.currency > 0 && !self.currency_fits(CURRENCIES[usize::from(clues.currency)].1);
        amount.ok().filter(|_| !clues.comma_is_unclear && !foreign)
    }
}
