//! Numbers for people.

use crate::options::Language;

/// Decimal text with its thousands separated by commas.
pub(crate) fn grouped(decimal: &str) -> String {
    let (sign, rest) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// An exact sum of money as people read it: no more than two places.
pub(crate) fn cents(decimal: &str) -> String {
    let places = decimal.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let rounded = decimal.parse::<f64>().ok().filter(|_| places > 2);
    grouped(&rounded.map_or_else(|| decimal.to_owned(), |number| format!("{number:.2}")))
}

/// A share as a percentage with one decimal place.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// A text from outside on one line, without control characters and of bounded length.
pub(crate) fn shown(text: &str) -> String {
    shortened(text, LONGEST)
}

/// So many characters of a text from outside are shown.
pub(crate) const LONGEST: usize = 60;

/// The same of another length.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    let mut shown: String = text.chars().take(longest).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

/// Numbers in the manner of a language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers(pub(crate) Language);

impl Numbers {
    /// With so many places, thousands separated, and a true minus.
    #[expect(clippy::unused_self, reason = "a number is written in the manner of a language, also where languages agree")]
    pub(crate) fn places(self, number: f64, places: usize) -> String {
        let text = format!("{number:.places$}");
        // What rounds to nothing has no sign.
        let zero = !text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
        let text = grouped(&text);
        match text.strip_prefix('-') {
            Some(digits) if zero => digits.to_owned(),
            Some(digits) => format!("−{digits}"),
            None => text,
        }
    }

    pub(crate) fn count(self, count: f64) -> String {
        self.places(count, 0)
    }

    /// As many places as a reader needs: two below ten, one below a thousand; whole numbers as such.
    pub(crate) fn number(self, number: f64) -> String {
        let whole = (number - number.round()).abs() < 1e-9;
        let places = if whole || number.abs() >= 1_000.0 { 0 } else { 1 + usize::from(number.abs() < 10.0) };
        self.places(number, places)
    }

    pub(crate) fn percent(self, share: f64) -> String {
        self.places(share * 100.0, 1) + self.0.pick("\u{a0}%", "%")
    }

    /// Large amounts with a word for their size, for sentences.
    pub(crate) fn short(self, amount: f64) -> String {
        let size = amount.abs();
        let (unit, word) = match self.0 {
            Language::English if size >= 999_500_000.0 => (1e9, " billion"),
            Language::English if size >= 999_500.0 => (1e6, " million"),
            Language::Chinese if size >= 99_995_000.0 => (1e8, " 亿"),
            Language::Chinese if size >= 9_999.5 => (1e4, " 万"),
            _ => (1.0, ""),
        };
        if word.is_empty() { self.places(amount, 0) } else { self.places(amount / unit, 2) + word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        let (english, chinese) = (Numbers(Language::English), Numbers(Language::Chinese));
        assert_eq!([english.short(8_911_407.9), chinese.short(8_911_407.9)], ["8.91 million", "891.14 万"]);
        assert_eq!([english.short(999_600.0), english.short(999.6), chinese.short(123_456_789.0)], ["1.00 million", "1,000", "1.23 亿"]);
        assert_eq!([english.percent(0.6198), chinese.percent(-0.05)], ["62.0\u{a0}%", "−5.0%"]);
        assert_eq!(
            [english.number(3.0), english.number(2.345), english.number(23.456), english.number(-2345.6)],
            ["3", "2.35", "23.5", "−2,346"]
        );
        assert_eq!(english.places(-0.0001, 2), "0.00");
    }

    #[test]
    fn thousands_are_separated() {
        for (plain, expected) in [("0", "0"), ("123", "123"), ("1234.50", "1,234.50"), ("-1234567", "-1,234,567")] {
            assert_eq!(grouped(plain), expected);
        }
    }

    #[test]
    fn money_has_two_places_at_most() {
        for (exact, shown) in [("12977806.3018", "12,977,806.30"), ("-0.006", "-0.01"), ("1234.5", "1,234.5"), ("7", "7")] {
            assert_eq!(cents(exact), shown);
        }
    }

    #[test]
    fn texts_from_outside_stay_on_their_line() {
        assert_eq!(shown("a\nb"), "a·b");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
    }
}
