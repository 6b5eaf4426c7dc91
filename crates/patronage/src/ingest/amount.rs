//! Amounts of money from text and from numbers, exactly.
//!
//! Text is read as a decimal, never through a float: signs before or after, accounting parentheses, grouping by
//! comma, point, apostrophe or space, a currency sign or code before or after, and an exponent. A float means the
//! shortest decimal that reads back as it. More than six decimal places are not money.

use crate::money::{MICROS_SCALE, power_of_ten};

/// An amount in micros, and how many decimal places it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) micros: i128,
    pub(crate) places: u8,
}

/// What a value tells about the column it stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Clues {
    /// `1,234` could be a thousand or a little more than one.
    pub(crate) comma_is_unclear: bool,
    /// `12.5`, `1,234.5` and `1,234,567` show that a point separates decimals.
    pub(crate) point_is_decimal: bool,
    /// The currency sign or code, as an index into [`CURRENCIES`]; 0 for none.
    pub(crate) currency: u8,
}

/// Signs and codes of currencies: how each is written, and the code it stands for. The first entry means none.
pub(crate) const CURRENCIES: [(&str, &str); 34] = [
    ("", ""),
    ("US$", "USD"),
    ("USD", "USD"),
    ("$", "$"),
    ("€", "EUR"),
    ("EUR", "EUR"),
    ("£", "GBP"),
    ("GBP", "GBP"),
    ("人民币", "CNY"),
    ("RMB", "CNY"),
    ("CNY", "CNY"),
    ("元", "CNY"),
    ("¥", "¥"),
    ("￥", "¥"),
    ("円", "JPY"),
    ("JPY", "JPY"),
    ("HK$", "HKD"),
    ("HKD", "HKD"),
    ("NT$", "TWD"),
    ("TWD", "TWD"),
    ("S$", "SGD"),
    ("SGD", "SGD"),
    ("A$", "AUD"),
    ("AUD", "AUD"),
    ("C$", "CAD"),
    ("CAD", "CAD"),
    ("CHF", "CHF"),
    ("₹", "INR"),
    ("INR", "INR"),
    ("₩", "KRW"),
    ("KRW", "KRW"),
    ("R$", "BRL"),
    ("₽", "RUB"),
    ("kr", "kr"),
];

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotMoney {
    Empty,
    Unreadable,
    TooFine,
    TooLarge,
}

/// How amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AmountStyle {
    /// `.` or `,`.
    pub(crate) decimal: u8,
    /// Whether the decimal separator was said rather than assumed.
    pub(crate) said: bool,
}

impl AmountStyle {
    /// Reads a text.
    pub(crate) fn parse(self, text: &[u8]) -> (Result<Amount, NotMoney>, Clues) {
        if let Some(amount) = plain(text, self.decimal) {
            let clues = Clues { point_is_decimal: amount.places > 0 && self.decimal == b'.', ..Clues::default() };
            return (Ok(amount), clues);
        }
        let mut clues = Clues::default();
        (self.parse_dressed(text, &mut clues), clues)
    }

    fn parse_dressed(self, text: &[u8], clues: &mut Clues) -> Result<Amount, NotMoney> {
        let text = std::str::from_utf8(text).map_err(|_| NotMoney::Unreadable)?.trim();
        if text.is_empty() {
            return Err(NotMoney::Empty);
        }
        let (text, negative) = strip_dress(text, clues)?;
        let (digits, exponent) = split_exponent(text)?;
        let amount = self.digits(digits, exponent, clues)?;
        Ok(if negative { Amount { micros: -amount.micros, ..amount } } else { amount })
    }

    /// Reads digits with grouping and a decimal separator.
    fn digits(self, text: &str, exponent: i32, clues: &mut Clues) -> Result<Amount, NotMoney> {
        let decimal = char::from(self.decimal);
        let (whole, fraction) = match text.rsplit_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let mut number: i128 = 0;
        let mut places: i32 = 0;
        let mut push = |digit: char| -> Result<(), NotMoney> {
            let digit = digit.to_digit(10).ok_or(NotMoney::Unreadable)?;
            number = number.checked_mul(10).and_then(|n| n.checked_add(i128::from(digit))).ok_or(NotMoney::TooLarge)?;
            Ok(())
        };
        let separators = whole.chars().filter(|c| !c.is_ascii_digit()).count();
        let mut groups = whole.split(|c: char| !c.is_ascii_digit());
        let first = groups.next().unwrap_or_default();
        if separators > 0 {
            let separator = whole.chars().find(|c| !c.is_ascii_digit()).unwrap_or_default();
            let allowed = matches!(separator, ',' | '.' | '\'' | ' ' | '\u{a0}' | '\u{202f}' | '’' | '，') && separator != decimal;
            let uniform = whole.chars().all(|c| c.is_ascii_digit() || c == separator);
            if !allowed || !uniform || first.is_empty() || first.len() > 3 || groups.clone().any(|group| group.len() != 3) {
                return Err(NotMoney::Unreadable);
            }
            let comma = matches!(separator, ',' | '，');
            if comma && !self.said {
                if separators == 1 && fraction.is_none() {
                    clues.comma_is_unclear = true;
                } else {
                    clues.point_is_decimal = true;
                }
            }
        }
        if first.is_empty() && fraction.is_none_or(str::is_empty) {
            return Err(NotMoney::Unreadable);
        }
        for digit in first.chars().chain(groups.flat_map(str::chars)) {
            push(digit)?;
        }
        if let Some(fraction) = fraction {
            clues.point_is_decimal |= self.decimal == b'.';
            for digit in fraction.trim_end_matches('0').chars() {
                push(digit)?;
                places += 1;
            }
            if !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return Err(NotMoney::Unreadable);
            }
        }
        scaled(number, places - exponent, fraction.map_or(0, str::len))
    }
}

/// `number` × 10^−`places` in micros; `written` decimal places were in the text.
fn scaled(number: i128, mut places: i32, written: usize) -> Result<Amount, NotMoney> {
    let mut number = number;
    while places > 0 && number % 10 == 0 && number != 0 {
        number /= 10;
        places -= 1;
    }
    if number == 0 {
        places = 0;
    }
    if places > i32::from(MICROS_SCALE) {
        return Err(NotMoney::TooFine);
    }
    let shift = u32::try_from(i32::from(MICROS_SCALE) - places).map_err(|_| NotMoney::TooLarge)?;
    let micros = if number == 0 { Some(0) } else { 10_i128.checked_pow(shift).and_then(|power| number.checked_mul(power)) };
    let micros = micros.filter(|micros| micros.unsigned_abs() < 10_u128.pow(38)).ok_or(NotMoney::TooLarge)?;
    let places = places.clamp(0, i32::from(MICROS_SCALE)).unsigned_abs() as usize;
    let places = places.max(written.min(usize::from(MICROS_SCALE)));
    Ok(Amount { micros, places: u8::try_from(places).unwrap_or(MICROS_SCALE) })
}

/// The fast path: an optional minus, at most 18 digits and at most six of them behind the separator.
fn plain(text: &[u8], decimal: u8) -> Option<Amount> {
    let (negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 19 || digits[0] == decimal {
        return None;
    }
    let mut number: i64 = 0;
    let mut point = None;
    for (index, &byte) in digits.iter().enumerate() {
        if byte.is_ascii_digit() {
            number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
        } else if byte == decimal && point.is_none() {
            point = Some(index);
        } else {
            return None;
        }
    }
    let places = point.map_or(0, |index| digits.len() - 1 - index);
    if places > usize::from(MICROS_SCALE) || point.is_some() && places == 0 {
        return None;
    }
    let places = u8::try_from(places).ok()?;
    let micros = i128::from(number) * power_of_ten(MICROS_SCALE - places);
    Some(Amount { micros: if negative { -micros } else { micros }, places })
}

/// Takes off signs, parentheses and the currency; says whether the amount is negative.
fn strip_dress<'a>(text: &'a str, clues: &mut Clues) -> Result<(&'a str, bool), NotMoney> {
    let mut text = text;
    let mut signs = 0;
    let mut negative = false;
    loop {
        let before = text;
        if let Some(inner) = text.strip_prefix(['(', '（']).and_then(|rest| rest.strip_suffix([')', '）'])) {
            (text, negative, signs) = (inner.trim(), true, signs + 1);
        } else if let Some(rest) = text.strip_prefix(['-', '−']).or_else(|| text.strip_suffix(['-', '−'])) {
            (text, negative, signs) = (rest.trim(), true, signs + 1);
        } else if let Some(rest) = text.strip_prefix('+') {
            (text, signs) = (rest.trim(), signs + 1);
        } else if clues.currency == 0 {
            let found = (1_u8..)
                .zip(&CURRENCIES[1..])
                .find_map(|(index, (sign, _))| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)).map(|rest| (index, rest)));
            if let Some((index, rest)) = found {
                (text, clues.currency) = (rest.trim(), index);
            }
        }
        if text == before {
            break;
        }
    }
    // "--5" and "(-5)" say two things at once.
    if signs > 1 || text.is_empty() { Err(NotMoney::Unreadable) } else { Ok((text, negative)) }
}

fn split_exponent(text: &str) -> Result<(&str, i32), NotMoney> {
    match text.split_once(['e', 'E']) {
        None => Ok((text, 0)),
        Some((digits, exponent)) => {
            let exponent: i32 = exponent.parse().map_err(|_| NotMoney::Unreadable)?;
            if exponent.abs() > 60 { Err(NotMoney::TooLarge) } else { Ok((digits, exponent)) }
        }
    }
}

/// The shortest decimal of a float.
#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "the comparison is the test for exactness, and the magnitude is checked first"
)]
pub(crate) fn from_f64(value: f64) -> Result<Amount, NotMoney> {
    /// Decimals of at most 15 digits: no other decimal that short reads as the same float, so it is the shortest.
    const SAFE: f64 = 1e15;
    /// Adding it and taking it away rounds to a whole number, ties to even, below 2^51.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    if !value.is_finite() {
        return Err(NotMoney::Unreadable);
    }
    // Two places are the rule; the others follow from them or are rare.
    for (places, power) in [(2_u8, 1e2), (MICROS_SCALE, 1e6)] {
        let number = (value * power + ROUND) - ROUND;
        if number.abs() < SAFE && number / power == value {
            let (mut digits, mut places) = (number as i64, places);
            while places > 0 && digits % 10 == 0 {
                digits /= 10;
                places -= 1;
            }
            return Ok(Amount { micros: i128::from(digits) * power_of_ten(MICROS_SCALE - places), places });
        }
    }
    // Rust prints the shortest decimal that reads back.
    let text = format!("{value:e}");
    let style = AmountStyle { decimal: b'.', said: true };
    style.parse_dressed(text.as_bytes(), &mut Clues::default())
}

/// An integer amount with `scale` decimal places, as a decimal column holds it.
pub(crate) fn from_scaled(number: i128, scale: usize) -> Result<Amount, NotMoney> {
    scaled(number, i32::try_from(scale).map_err(|_| NotMoney::TooFine)?, scale.min(usize::from(MICROS_SCALE)))
}

/// Quantity × unit price.
pub(crate) fn product(quantity: Amount, price: Amount) -> Result<Amount, NotMoney> {
    let product = quantity.micros.checked_mul(price.micros).ok_or(NotMoney::TooLarge)?;
    let amount = scaled(product, 2 * i32::from(MICROS_SCALE), 0)?;
    Ok(Amount { places: amount.places.max(price.places), ..amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: AmountStyle = AmountStyle { decimal: b'.', said: false };
    const COMMA: AmountStyle = AmountStyle { decimal: b',', said: true };

    fn micros(style: AmountStyle, text: &str) -> Option<i128> {
        style.parse(text.as_bytes()).0.ok().map(|amount| amount.micros)
    }

    #[test]
    fn reads_what_people_write() {
        for (text, expected) in [
            ("12", 12_000_000),
            ("-12.50", -12_500_000),
            ("+3", 3_000_000),
            (".5", 500_000),
            ("5.", 5_000_000),
            ("(12.00)", -12_000_000),
            ("12.00-", -12_000_000),
            ("−7", -7_000_000),
            ("$1,234.50", 1_234_500_000),
            ("-$5", -5_000_000),
            ("$-5", -5_000_000),
            ("($5.25)", -5_250_000),
            ("￥88", 88_000_000),
            ("88元", 88_000_000),
            ("1 234 567.5 USD", 1_234_567_500_000),
            ("1'000", 1_000_000_000),
            ("1e3", 1_000_000_000),
            ("2.5E-1", 250_000),
            ("0.1000000", 100_000),
            ("-0", 0),
        ] {
            assert_eq!(micros(POINT, text), Some(expected), "{text}");
        }
        for (text, expected) in [("1.234,56", 1_234_560_000), ("12,5", 12_500_000), ("1.234", 1_234_000_000), ("-3,00 €", -3_000_000)] {
            assert_eq!(micros(COMMA, text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_money() {
        for text in [
            "",
            " ",
            "abc",
            "NaN",
            "inf",
            "-",
            "--5",
            "(-5)",
            "1,23",
            "12,34,567",
            "1.2.3",
            "1,234 567",
            "0.0000001",
            "1e-7",
            "$",
            "$€5",
            "1e99",
            "0x10",
            "１２",
        ] {
            assert!(POINT.parse(text.as_bytes()).0.is_err(), "{text}");
        }
        assert_eq!(POINT.parse(&[b'9'; 60]).0, Err(NotMoney::TooLarge));
    }

    #[test]
    fn notices_what_a_comma_means() {
        assert!(POINT.parse(b"1,234").1.comma_is_unclear);
        assert!(!POINT.parse(b"1,234,567").1.comma_is_unclear);
        assert!(POINT.parse(b"1,234,567").1.point_is_decimal);
        assert!(POINT.parse(b"12.5").1.point_is_decimal);
        assert!(!COMMA.parse(b"1.234").1.comma_is_unclear);
    }

    #[test]
    fn floats_mean_their_shortest_decimal() {
        for (value, micros, places) in
            [(0.1, 100_000, 1), (29.33, 29_330_000, 2), (-0.0, 0, 0), (1e10, 10_000_000_000_000_000, 0), (4.8533, 4_853_300, 4)]
        {
            assert_eq!(from_f64(value), Ok(Amount { micros, places }), "{value}");
        }
        assert_eq!(from_f64(0.1 + 0.2), Err(NotMoney::TooFine));
        assert_eq!(from_f64(1e20).map(|a| a.micros), Ok(10_i128.pow(26)));
        assert!(from_f64(f64::NAN).is_err() && from_f64(f64::INFINITY).is_err());
    }

    #[test]
    fn products_are_exact() {
        let read = |text: &str| POINT.parse(text.as_bytes()).0.map_err(|_| ());
        assert_eq!(read("6").and_then(|q| product(q, read("2.55")?).map_err(|_| ())), Ok(Amount { micros: 15_300_000, places: 2 }));
        assert_eq!(product(Amount { micros: 1, places: 6 }, Amount { micros: 1, places: 6 }), Err(NotMoney::TooFine));
    }
}
