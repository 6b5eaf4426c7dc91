//! From the raw values of a row to a fact or a reject: the same rules whatever the format of the file.

use std::collections::{BTreeSet, HashSet};

use super::amount::{self, Amount, AmountStyle, CURRENCIES, Clues, NotMoney};
use super::audit::Reason;
use super::columns::Role;
use super::plan::Fields;
use super::when::{Clock, NotTime};
use crate::error::Result;
use crate::ledger::dimensions::{Lines, NO_AMOUNT};
use crate::ledger::facts::Micros;
use crate::ledger::keys::{Interner, hash};
use crate::ledger::partition::{PARTITIONS, Rows, partition_of};
use crate::money;

/// A raw value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Raw<'a> {
    Null,
    Text(&'a [u8]),
    Integer(i64),
    Float(f64),
    /// A decimal: its digits as an integer, and its scale.
    Decimal(i128, usize),
    /// Seconds since 1970-01-01 on a clock without a zone.
    NaiveSeconds(i64),
    /// Seconds since 1970-01-01T00:00:00Z.
    UtcSeconds(i64),
}

/// A row before it is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawRow<'a> {
    /// Counted from 1 within its block.
    pub(crate) number: u64,
    /// What is wrong with the row as a whole.
    pub(crate) broken: Option<Reason>,
    pub(crate) customer: Raw<'a>,
    pub(crate) time: Raw<'a>,
    pub(crate) amount: Raw<'a>,
    /// Times the amount, where the amount is a unit price.
    pub(crate) quantity: Option<Raw<'a>>,
    pub(crate) order: Option<Raw<'a>>,
    pub(crate) currency: Option<Raw<'a>>,
    /// Over all columns of the row; 0 where duplicates are of no interest.
    pub(crate) fingerprint: u128,
}

/// The rules of a run.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) style: AmountStyle,
    pub(crate) clock: Clock,
    /// The currency that amounts may name; any when it is not said.
    pub(crate) currency: Option<String>,
    pub(crate) missing: Words,
    pub(crate) exclude: Words,
    pub(crate) reject_zero: bool,
    /// More decimal places than this are a bad amount.
    pub(crate) most_places: u8,
    pub(crate) fingerprints: bool,
}

/// A list of words to look texts up in.
#[derive(Debug, Default)]
pub(crate) struct Words {
    words: HashSet<Vec<u8>, foldhash::fast::FixedState>,
    /// No word is longer, and no word begins otherwise: most texts are told apart by that alone.
    longest: usize,
    first_bytes: Vec<u8>,
}

impl Words {
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        text.len() <= self.longest && text.first().is_none_or(|first| self.first_bytes.contains(first)) && self.words.contains(text)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

impl<'a> FromIterator<&'a str> for Words {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let words: HashSet<Vec<u8>, _> = words.into_iter().map(|word| word.trim().as_bytes().to_vec()).collect();
        let mut first_bytes: Vec<u8> = words.iter().filter_map(|word| word.first().copied()).collect();
        first_bytes.sort_unstable();
        first_bytes.dedup();
        Self { longest: words.iter().map(Vec::len).max().unwrap_or(0), first_bytes, words }
    }
}

/// A rejected row within its block.
#[derive(Debug)]
pub(crate) struct BlockReject {
    pub(crate) row: u64,
    pub(crate) reason: Reason,
    pub(crate) role: Option<Role>,
    pub(crate) value: Option<String>,
    pub(crate) micros: Option<i128>,
    pub(crate) fingerprint: u128,
}

/// What the values of a block say about their columns.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// The row and text of an amount such as `1,234`.
    pub(crate) unclear_comma: Option<(u64, String)>,
    pub(crate) point_is_decimal: bool,
    pub(crate) currencies: BTreeSet<String>,
    /// The row and text of a time such as `3/4/2024`.
    pub(crate) unclear_day: Option<(u64, String)>,
    /// Most decimal places of accepted and of all amounts.
    pub(crate) places: u8,
    pub(crate) places_in: u8,
}

/// A block after cleaning.
#[derive(Debug)]
pub(crate) struct Cleaned {
    pub(crate) rows: u64,
    pub(crate) accepted: u64,
    /// Money of accepted rows in micros.
    pub(crate) micros: i128,
    /// One a partition.
    pub(crate) partitions: Vec<Rows>,
    /// Beside the rows of each partition, when asked for: (fingerprint, row, micros).
    pub(crate) fingerprints: Vec<Vec<(u128, u64, i128)>>,
    /// Beside the rows of each partition, where there are optional columns.
    pub(crate) lines: Vec<Lines>,
    /// The values of the dimensions, each behind the number of its dimension.
    pub(crate) values: Interner,
    pub(crate) rejects: Vec<BlockReject>,
    pub(crate) observed: Observed,
}

impl Cleaned {
    pub(crate) fn new() -> Self {
        Self {
            rows: 0,
            accepted: 0,
            micros: 0,
            partitions: (0..PARTITIONS).map(|_| Rows::default()).collect(),
            fingerprints: (0..PARTITIONS).map(|_| Vec::new()).collect(),
            lines: (0..PARTITIONS).map(|_| Lines::default()).collect(),
            values: Interner::default(),
            rejects: Vec::new(),
            observed: Observed::default(),
        }
    }
}

impl Cleaned {
    /// The same room without what was in it.
    pub(crate) fn emptied(mut self) -> Self {
        self.partitions.iter_mut().for_each(Rows::clear);
        self.fingerprints.iter_mut().for_each(Vec::clear);
        self.lines.iter_mut().for_each(Lines::clear);
        self.values.clear();
        Self {
            partitions: self.partitions,
            fingerprints: self.fingerprints,
            lines: self.lines,
            values: self.values,
            rejects: self.rejects,
            rows: 0,
            accepted: 0,
            micros: 0,
            observed: Observed::default(),
        }
    }
}

impl Rules {
    /// Looks at one row and puts it where it belongs; `at` gives the value of a column.
    pub(crate) fn clean<'a>(&self, row: &RawRow<'a>, fields: &Fields, at: impl Fn(usize) -> Raw<'a>, out: &mut Cleaned) -> Result<()> {
        out.rows += 1;
        let money = if row.broken == Some(Reason::RaggedRow) { Err(Role::Amount) } else { self.money(row, &mut out.observed) };
        match self.judge(row, money, &mut out.observed) {
            Ok((customer, instant, amount)) => {
                out.accepted += 1;
                out.micros = money::add(out.micros, amount.micros)?;
                out.observed.places = out.observed.places.max(amount.places);
                let mut buffers = [[0; 20]; 2];
                let [customer_buffer, order_buffer] = &mut buffers;
                let customer = text_of(customer, customer_buffer);
                let order = row.order.map(|order| text_of(order, order_buffer)).filter(|order| !self.missing.contains(order));
                let hash = hash(customer);
                let partition = partition_of(hash);
                out.partitions[partition].push(hash, customer, order, instant, amount.micros);
                if self.fingerprints {
                    out.fingerprints[partition].push((row.fingerprint, row.number, amount.micros));
                }
                if fields.has_more() {
                    self.more(row, fields, at, &mut out.lines[partition], &mut out.values);
                }
            }
            Err((reason, role)) => out.rejects.push(BlockReject {
                row: row.number,
                reason,
                role,
                value: role.and_then(|role| show(row.value(role))),
                micros: money.ok().map(|amount| amount.micros),
                fingerprint: row.fingerprint,
            }),
        }
        Ok(())
    }

    /// What else an accepted row says. Nothing here rejects it: a value that is a word for nothing is none, and so is a cost or a
    /// discount that cannot be read.
    fn more<'a>(&self, row: &RawRow<'a>, fields: &Fields, at: impl Fn(usize) -> Raw<'a>, lines: &mut Lines, values: &mut Interner) {
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

    /// The first reason to reject a row, in the order of [`Reason`]; else what to keep of it.
    fn judge<'a>(
        &self,
        row: &RawRow<'a>,
        money: Result<Amount, Role>,
        observed: &mut Observed,
    ) -> Result<(Raw<'a>, i64, Amount), (Reason, Option<Role>)> {
        if let Some(reason) = row.broken {
            return Err((reason, None));
        }
        let customer = self.customer(row.customer).ok_or((Reason::MissingCustomer, Some(Role::Customer)))?;
        let instant = self.instant(row.time).map_err(|error| {
            let reason = match error {
                NotTime::OutOfRange => Reason::TimeOutOfRange,
                NotTime::Unreadable => Reason::BadTime,
                NotTime::DayOrMonth => {
                    if observed.unclear_day.is_none() {
                        observed.unclear_day = Some((row.number, show(row.time).unwrap_or_default()));
                    }
                    Reason::BadTime
                }
            };
            (reason, Some(Role::Time))
        })?;
        let amount = money.map_err(|role| (Reason::BadAmount, Some(role)))?;
        if self.reject_zero && amount.micros == 0 {
            return Err((Reason::ZeroAmount, Some(Role::Amount)));
        }
        if !self.exclude.is_empty() {
            let mut buffer = [0; 20];
            if self.exclude.contains(text_of(customer, &mut buffer)) {
                return Err((Reason::Excluded, Some(Role::Customer)));
            }
        }
        Ok((customer, instant, amount))
    }

    /// The customer, trimmed, unless it is a word for nothing.
    fn customer<'a>(&self, raw: Raw<'a>) -> Option<Raw<'a>> {
        match raw {
            Raw::Text(text) => {
                let text = trim(text);
                (!self.missing.contains(text)).then_some(Raw::Text(text))
            }
            Raw::Integer(_) => Some(raw),
            // Other types are turned into text before they get here.
            _ => None,
        }
    }

    fn instant(&self, raw: Raw<'_>) -> Result<i64, NotTime> {
        match raw {
            Raw::Text(text) => self.clock.parse(trim(text)),
            Raw::Integer(number) => self.clock.number(number),
            Raw::NaiveSeconds(seconds) => Clock::naive(seconds),
            Raw::UtcSeconds(seconds) => self.clock.utc(seconds),
            Raw::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                #[expect(clippy::cast_possible_truncation, reason = "whole, and the magnitude is checked")]
                let number = number as i64;
                self.clock.number(number)
            }
            Raw::Null | Raw::Float(_) | Raw::Decimal(..) => Err(NotTime::Unreadable),
        }
    }

    /// The row's money, or the column that does not say it.
    fn money(&self, row: &RawRow<'_>, observed: &mut Observed) -> Result<Amount, Role> {
        let (amount, role) = match row.quantity {
            None => (self.number(row.amount, row.number, observed), Role::Amount),
            Some(quantity) => {
                let quantity = self.number(quantity, row.number, observed).map_err(|_| Role::Quantity)?;
                let price = self.number(row.amount, row.number, observed).map_err(|_| Role::UnitPrice)?;
                (amount::product(quantity, price), Role::UnitPrice)
            }
        };
        let amount = amount.map_err(|_| role)?;
        if let Some(Raw::Text(code)) = row.currency {
            let code = String::from_utf8_lossy(trim(code)).to_uppercase();
            if !code.is_empty() && !self.missing.contains(code.as_bytes()) {
                let canonical = CURRENCIES.iter().find(|(sign, _)| *sign == code).map_or(code.as_str(), |(_, canonical)| canonical);
                self.currency_fits(canonical).then_some(()).ok_or(Role::Currency)?;
                if !observed.currencies.contains(canonical) {
                    observed.currencies.insert(canonical.to_owned());
                }
            }
        }
        // Places that only hold zeros do not make an amount finer than it is.
        if amount.places > self.most_places && money::from_micros(amount.micros, self.most_places).is_none() {
            return Err(role);
        }
        let amount = Amount { places: amount.places.min(self.most_places), ..amount };
        observed.places_in = observed.places_in.max(amount.places);
        Ok(amount)
    }

    fn currency_fits(&self, code: &str) -> bool {
        self.currency.as_ref().is_none_or(|wanted| same_currency(wanted, code))
    }

    fn number(&self, raw: Raw<'_>, row: u64, observed: &mut Observed) -> Result<Amount, NotMoney> {
        match raw {
            Raw::Text(text) => {
                let (amount, clues) = self.style.parse(text);
                let Clues { comma_is_unclear, point_is_decimal, currency } = clues;
                if amount.is_ok() {
                    observed.point_is_decimal |= point_is_decimal;
                    if comma_is_unclear && observed.unclear_comma.is_none() {
                        observed.unclear_comma = Some((row, String::from_utf8_lossy(text).into_owned()));
                    }
                    if currency > 0 {
                        let code = CURRENCIES[usize::from(currency)].1;
                        if !self.currency_fits(code) {
                            return Err(NotMoney::Unreadable);
                        }
                        if !observed.currencies.contains(code) {
                            observed.currencies.insert(code.to_owned());
                        }
                    }
                }
                amount
            }
            Raw::Integer(number) => amount::from_scaled(i128::from(number), 0),
            Raw::Float(number) => amount::from_f64(number),
            Raw::Decimal(number, scale) => amount::from_scaled(number, scale),
            Raw::Null => Err(NotMoney::Empty),
            Raw::NaiveSeconds(_) | Raw::UtcSeconds(_) => Err(NotMoney::Unreadable),
        }
    }
}

/// Whether two ways to name a currency can mean the same: `$` is any dollar, `¥` the yuan or the yen.
pub(crate) fn same_currency(a: &str, b: &str) -> bool {
    let fits = |sign: &str, code: &str| match sign {
        "$" => matches!(code, "USD" | "HKD" | "TWD" | "SGD" | "AUD" | "CAD"),
        "¥" => matches!(code, "CNY" | "JPY" | "RMB"),
        _ => false,
    };
    a.eq_ignore_ascii_case(b) || fits(a, b) || fits(b, a)
}

impl<'a> RawRow<'a> {
    fn value(&self, role: Role) -> Raw<'a> {
        match role {
            Role::Customer => self.customer,
            Role::Time => self.time,
            Role::Amount | Role::UnitPrice => self.amount,
            Role::Quantity => self.quantity.unwrap_or(Raw::Null),
            Role::Order => self.order.unwrap_or(Raw::Null),
            Role::Currency => self.currency.unwrap_or(Raw::Null),
            // No row is rejected because of an optional column.
            _ => Raw::Null,
        }
    }
}

fn trim(text: &[u8]) -> &[u8] {
    let plain = |byte: Option<&u8>| byte.is_none_or(|byte| (0x21..0x80).contains(byte));
    if plain(text.first()) && plain(text.last()) {
        return text;
    }
    std::str::from_utf8(text).map_or_else(|_| text.trim_ascii(), |text| text.trim().as_bytes())
}

/// The text of an id.
fn text_of<'a>(raw: Raw<'a>, buffer: &'a mut [u8; 20]) -> &'a [u8] {
    match raw {
        Raw::Text(text) => trim(text),
        Raw::Integer(number) => super::when::decimal(number, buffer),
        _ => b"",
    }
}

/// A value as it may stand in a message.
fn show(raw: Raw<'_>) -> Option<String> {
    match raw {
        Raw::Null => None,
        Raw::Text(text) => Some(crate::error::excerpt(&String::from_utf8_lossy(text))),
        Raw::Integer(number) | Raw::NaiveSeconds(number) | Raw::UtcSeconds(number) => Some(number.to_string()),
        Raw::Float(number) => Some(format!("{number:?}")),
        Raw::Decimal(number, scale) => Some(format!("{number}e-{scale}")),
    }
}
