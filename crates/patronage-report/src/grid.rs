//! A small table of texts, lined up for a terminal or as Markdown.

use unicode_width::UnicodeWidthStr;

use crate::document::{Cell, Heading, Table};
use crate::markdown::plain;
use crate::numbers::{LONGEST, shortened};

/// Columns whose texts come with the data.
const FROM_OUTSIDE: [&str; 5] = ["antecedent", "consequent", "customer_id", "salesperson", "value"];

/// A table of texts; numbers are lined up on the right.
pub(crate) struct Grid {
    header: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

impl Grid {
    pub(crate) fn new(header: &[(&str, Align)]) -> Self {
        Self { header: header.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(crate) fn plain(&self) -> String {
        let widths: Vec<usize> = (0..self.header.len())
            .map(|column| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| cell.width())
                    .chain([self.header[column].0.width()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        let header: Vec<String> = self.header.iter().map(|(name, _)| name.clone()).collect();
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        for row in [&header, &rule].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, (_, align)), width) in row.iter().zip(&self.header).zip(&widths) {
                let padding = " ".repeat(width.saturating_sub(cell.width()));
                match align {
                    Align::Left => line.extend([cell, &*padding, "  "]),
                    Align::Right => line.extend([&*padding, cell, "  "]),
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.pop();
        text
    }

    pub(crate) fn markdown(&self) -> String {
        let escaped = |cell: &String| plain(cell);
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.header.iter().map(|(name, _)| escaped(name)).collect());
        text += &line(self.header.iter().map(|(_, align)| if *align == Align::Right { "--:" } else { "---" }.to_owned()).collect());
        for row in &self.rows {
            text += &line(row.iter().map(escaped).collect());
        }
        text.pop();
        text
    }
}

impl From<&Table> for Grid {
    fn from(table: &Table) -> Self {
        let align = |heading: &Heading| if heading.numeric() { Align::Right } else { Align::Left };
        let header: Vec<(&str, Align)> = table.columns.iter().map(|heading| (heading.text.as_str(), align(heading))).collect();
        let mut grid = Self::new(&header);
        // Ids and values are of any length; sentences are ours.
        let longest = |heading: &Heading| if FROM_OUTSIDE.contains(&heading.name.as_str()) { LONGEST } else { 4 * LONGEST };
        let cells = |row: &Vec<Cell>| row.iter().zip(&table.columns).map(|(cell, own)| shortened(&cell.text, longest(own))).collect();
        table.rows.iter().for_each(|row| grid.push(cells(row)));
        grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        let mut grid = Grid::new(&[("name", Align::Left), ("n", Align::Right)]);
        grid.push(vec!["重要".to_owned(), "5".to_owned()]);
        grid.push(vec!["a|b".to_owned(), "1,000".to_owned()]);
        grid
    }

    #[test]
    fn columns_line_up_by_width() {
        assert_eq!(grid().plain(), "name      n\n────  ─────\n重要      5\na|b   1,000");
    }

    #[test]
    fn markdown_is_escaped() {
        assert_eq!(grid().markdown(), "| name | n |\n| --- | --: |\n| 重要 | 5 |\n| a\\|b | 1,000 |");
    }
}
