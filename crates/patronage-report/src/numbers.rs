//! Numbers for people.

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

/// A share as a percentage with one decimal place.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// A text from outside on one line, without control characters and of bounded length.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (plain, expected) in [("0", "0"), ("123", "123"), ("1234.50", "1,234.50"), ("-1234567", "-1,234,567")] {
            assert_eq!(grouped(plain), expected);
        }
    }

    #[test]
    fn texts_from_outside_stay_on_their_line() {
        assert_eq!(shown("a\nb"), "a·b");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
    }
}
