//! Scores, ranges and rules in plain English and Chinese.

use super::axis::{Axis, Direction, Range, Rule};
use super::fit::RfmModel;
use super::map::{Hit, Input, LEVELS};
use super::quantity::Quantity;
use super::scoring::{Scoring, WEIGHTS};
use super::values::MonetaryKind;
use crate::customers::{Customers, Frequency};

/// The language, and what segments are called in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// English, and segments by the keys that stand in files.
    Keys,
    /// English, and segments by their names.
    English,
    /// Chinese, and segments by their names.
    Chinese,
}

impl Wording {
    pub(super) const ALL: [Self; 3] = [Self::Keys, Self::English, Self::Chinese];
}

/// What values are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Units {
    scale: u8,
    periods: bool,
    monetary: MonetaryKind,
}

impl Units {
    pub(super) fn new(model: &RfmModel, customers: &Customers) -> Self {
        let periods = model.scoring() == Scoring::PymcQuartile || model.frequency() == Frequency::Periods;
        Self { scale: customers.settings().scale, periods, monetary: model.monetary() }
    }

    /// The step in which values of an axis move.
    pub(super) fn step(self, axis: Axis) -> Quantity {
        if axis == Axis::Monetary { Quantity::minor_unit(self.scale) } else { Quantity::ONE }
    }

    /// What frequency counts, in the singular.
    pub(super) fn purchase(self) -> &'static str {
        if self.periods { "purchase period" } else { "order" }
    }

    /// The same in Chinese, with its measure word.
    pub(super) fn purchase_zh(self) -> &'static str {
        if self.periods { "个购买期" } else { "笔订单" }
    }

    pub(super) fn money(self, amount: Quantity) -> String {
        amount.to_text(self.scale)
    }

    pub(super) fn per(self) -> &'static str {
        match self.monetary {
            MonetaryKind::NetTotal => "",
            MonetaryKind::MeanOrder => " per order",
            MonetaryKind::MeanPeriod => " per purchase period",
        }
    }

    pub(super) fn money_zh(self) -> &'static str {
        match self.monetary {
            MonetaryKind::NetTotal => "金额",
            MonetaryKind::MeanOrder => "每单金额",
            MonetaryKind::MeanPeriod => "每购买期金额",
        }
    }

    fn range(self, axis: Axis, range: Range) -> String {
        let any = || "any".to_owned();
        match axis {
            Axis::Recency => {
                let bounds = bounds(range, "–", |value| value.to_string());
                let noun = if range.high == Some(Quantity::ONE) { "day" } else { "days" };
                bounds.map_or_else(|| "any last purchase".to_owned(), |bounds| format!("last purchase {bounds} {noun} ago"))
            }
            Axis::Frequency => {
                let (range, noun) = (at_least_one(range), self.purchase());
                let ending = if range.high == Some(Quantity::ONE) { "" } else { "s" };
                format!("{} {noun}{ending}", bounds(range, "–", |value| value.to_string()).unwrap_or_else(any))
            }
            Axis::Monetary => format!("{}{}", bounds(range, " to ", |value| self.money(value)).unwrap_or_else(any), self.per()),
        }
    }

    fn range_zh(self, axis: Axis, range: Range) -> String {
        let (bounds, before, after) = match axis {
            Axis::Recency => (bounds(range, "–", |value| value.to_string()), "距上次购买 ", " 天"),
            Axis::Frequency => (bounds(at_least_one(range), "–", |value| value.to_string()), "", self.purchase_zh()),
            Axis::Monetary => (bounds(range, " 至 ", |value| self.money(value)), self.money_zh(), ""),
        };
        let any = || match axis {
            Axis::Recency => "距上次购买天数不限".to_owned(),
            Axis::Frequency if self.periods => "购买期数不限".to_owned(),
            Axis::Frequency => "订单数不限".to_owned(),
            Axis::Monetary => format!("{}不限", self.money_zh()),
        };
        let gap = if axis == Axis::Recency { "" } else { " " };
        bounds.map_or_else(any, |bounds| format!("{before}{gap}{bounds}{gap}{after}").trim().to_owned())
    }
}

/// `≤ high`, `≥ low`, `low` or `low–high`; `None` for any value.
fn bounds(range: Range, between: &str, text: impl Fn(Quantity) -> String) -> Option<String> {
    match (range.low, range.high) {
        (None, None) => None,
        (None, Some(high)) => Some(format!("≤ {}", text(high))),
        (Some(low), None) => Some(format!("≥ {}", text(low))),
        (Some(low), Some(high)) if low == high => Some(text(low)),
        (Some(low), Some(high)) => Some(format!("{}{between}{}", text(low), text(high))),
    }
}

/// Nobody has fewer purchases than one: up to one is one.
fn at_least_one(range: Range) -> Range {
    if range.high == Some(Quantity::ONE) { Range { low: range.high, ..range } } else { range }
}

/// The words for one model, and for customers whose money has one scale.
#[derive(Debug)]
pub(super) struct Words<'a> {
    model: &'a RfmModel,
    units: Units,
    wording: Wording,
}

impl<'a> Words<'a> {
    pub(super) fn new(model: &'a RfmModel, customers: &Customers, wording: Wording) -> Self {
        Self { model, units: Units::new(model, customers), wording }
    }

    fn say<'t>(&self, english: &'t str, chinese: &'t str) -> &'t str {
        if self.wording == Wording::Chinese { chinese } else { english }
    }

    fn segment(&self, hit: Hit) -> &'a str {
        let segment = &self.model.map().segments()[usize::from(hit.segment)];
        match self.wording {
            Wording::Keys => segment.key(),
            Wording::English => segment.name_en(),
            Wording::Chinese => segment.name_zh(),
        }
    }

    /// The rule and direction of an axis at a cell, and whether it looks at scores.
    fn rule(&self, axis: Axis, cell: [u8; 3]) -> (&'a Rule, Direction, bool) {
        match self.model.high_low() {
            Some(split) => (&split.rules[axis.index()], split.direction(axis), split.on_scores),
            None => (self.model.axis(axis).rule(&cell[..axis.index()], self.model.bins()), axis.direction(), false),
        }
    }

    /// A level of an axis with its raw values, `F4 (6–8 orders)`; `None` when nobody can have it.
    fn level(&self, axis: Axis, cell: [u8; 3], level: u8) -> Option<String> {
        let (rule, direction, on_scores) = self.rule(axis, cell);
        let range = rule.range(direction, level, if on_scores { Quantity::ONE } else { self.units.step(axis) })?;
        let label = match self.model.high_low() {
            Some(_) => format!("{} {}", axis.letter(), if level == 2 { self.say("high", "高") } else { self.say("low", "低") }),
            None => format!("{}{level}", axis.letter()),
        };
        let values = if on_scores {
            let bounds = bounds(range, "–", |value| value.to_string());
            format!("{} {}", self.say("score", "得分"), bounds.as_deref().unwrap_or(self.say("any", "不限")))
        } else if self.wording == Wording::Chinese {
            self.units.range_zh(axis, range)
        } else {
            self.units.range(axis, range)
        };
        let ties = if rule.splits_ties() { self.say(", ties by customer id", "，取值相同者按客户编号区分") } else { "" };
        let (open, close) = (self.say(" (", "（"), self.say(")", "）"));
        Some(format!("{label}{open}{values}{ties}{close}"))
    }

    /// The nearest level in one direction that leads to another segment.
    fn step_away(&self, axis: Axis, cell: [u8; 3], better: bool) -> Option<String> {
        let map = self.model.map();
        let here = map.hit(cell)?;
        let own = cell[axis.index()];
        let count = if self.model.high_low().is_some() { 2 } else { self.model.bins() };
        let levels: Vec<u8> = if better { (own + 1..=count).collect() } else { (1..own).rev().collect() };
        levels.into_iter().find_map(|level| {
            let mut other = cell;
            other[axis.index()] = level;
            let hit = map.hit(other).filter(|hit| hit.segment != here.segment)?;
            Some(format!("{} → {}", self.level(axis, cell, level)?, self.segment(hit)))
        })
    }

    /// Why customers with this code are in their segment, and what would lead out of it.
    pub(super) fn reason(&self, cell: [u8; 3]) -> String {
        let map = self.model.map();
        let Some(hit) = map.hit(cell) else { return String::new() };
        if map.input() == Input::Weighted {
            return self.weighted_reason(cell[0], self.segment(hit));
        }
        let scores: Vec<String> = Axis::ALL.into_iter().filter_map(|axis| self.level(axis, cell, cell[axis.index()])).collect();
        // Nested scores of later axes change with those before: only the last one moves alone.
        let nested = self.model.high_low().is_none() && Axis::ALL.iter().any(|axis| self.model.axis(*axis).rules.len() > 1);
        let side = |better: bool| {
            let free = Axis::ALL.into_iter().filter(|axis| !nested || *axis == Axis::Monetary);
            let moves: Vec<String> = free.filter_map(|axis| self.step_away(axis, cell, better)).collect();
            if moves.is_empty() {
                self.say("no single score", "无单项得分可达").to_owned()
            } else {
                moves.join(self.say(", ", "、"))
            }
        };
        self.sentence(&format!("{} → {}", scores.join(" · "), self.rule_text(hit)), self.segment(hit), &side(true), &side(false))
    }

    fn sentence(&self, why: &str, segment: &str, up: &str, down: &str) -> String {
        let (upwards, downwards) = (self.say("; up: ", "；上升："), self.say("; down: ", "；下降："));
        format!("{why} → {segment}{upwards}{up}{downwards}{down}")
    }

    /// The rule of the map behind a hit.
    fn rule_text(&self, hit: Hit) -> String {
        let (map, name) = (self.model.map(), self.model.map().name());
        match (map.pattern_text(hit, [self.say("low", "低"), self.say("high", "高")]), self.wording) {
            (Some(pattern), Wording::Chinese) => format!("分群规则 {name} 中的 `{pattern}`"),
            (Some(pattern), _) => format!("rule `{pattern}` of map {name}"),
            (None, Wording::Chinese) => format!("分群规则 {name} 未列出，归入其余"),
            (None, _) => format!("no rule of map {name}, hence"),
        }
    }

    fn weighted_reason(&self, level: u8, own: &str) -> String {
        let segment = |level: u8| self.model.map().hit([level, 1, 1]).map_or("", |hit| self.segment(hit));
        let index = usize::from(level.saturating_sub(1)).min(LEVELS.len());
        let (low, high) = (index.checked_sub(1).map(|below| LEVELS[below]), LEVELS.get(index));
        let (above, up_to) = (self.say("above", "高于"), self.say("up to", "不高于"));
        let range = match (low, high) {
            (Some(low), Some(high)) => format!("{above} {low}{}{up_to} {high}", self.say(" ", "、")),
            (Some(low), None) => format!("{above} {low}"),
            (None, Some(high)) => format!("{up_to} {high}"),
            (None, None) => self.say("any", "不限").to_owned(),
        };
        let none = || self.say("none", "无").to_owned();
        let up = high.map_or_else(none, |high| format!("{above} {high} → {}", segment(level + 1)));
        let down = low.map_or_else(none, |low| match self.wording {
            Wording::Chinese => format!("{up_to} {low} → {}", segment(level - 1)),
            _ => format!("{low} or less → {}", segment(level - 1)),
        });
        let ([r, f, m], name) = (WEIGHTS, self.model.map().name());
        let why = match self.wording {
            Wording::Chinese => {
                format!("加权得分{range}（0.05·({r}·R + {f}·F + {m}·M)，名次换算为 100 分制） → 分群规则 {name}")
            }
            _ => format!("weighted score {range} (0.05·({r}·R + {f}·F + {m}·M), ranks to 100) → map {name}"),
        };
        self.sentence(&why, own, &up, &down)
    }
}
