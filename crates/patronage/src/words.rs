//! Words of the English texts that depend on a number.

use std::fmt::Display;

/// A count with its noun in the singular or plural: `1 day`, `2 days`.
pub(crate) fn counted(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    let ending = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// The numbers of a text in ascending order, to compare what is said in two languages.
#[cfg(test)]
pub(crate) fn numbers(text: &str) -> Vec<&str> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|run| run.trim_matches('.'));
    let mut numbers: Vec<&str> = runs.filter(|run| !run.is_empty()).collect();
    numbers.sort_unstable();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        assert_eq!([0, 1, 2, 11].map(|days| counted(days, "day")), ["0 days", "1 day", "2 days", "11 days"]);
        assert_eq!(counted(format_args!("{:.0}", 1.4), "day"), "1 day");
    }

    #[test]
    fn numbers_are_found_in_any_language() {
        assert_eq!(numbers("99.9 % of the 3 rows up to 2024-03-01."), numbers("截至 2024-03-01，3 行中的 99.9 %"));
        assert_ne!(numbers("1 day"), numbers("2 天"));
    }
}
