//! The first sheet: facts, findings, what to know, and what the other sheets hold.

use rust_xlsxwriter::{Url, Worksheet, XlsxError};

use super::{Formats, LINE, cut};
use crate::document::{Block, Document};
use crate::view::View;

/// A sheet: its name, and what is on it.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) caption: String,
}

/// Of the two columns.
const WIDTHS: (f64, f64) = (28.0, 100.0);

/// Writes rows from the top down.
struct Lines<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    row: u32,
}

impl Lines<'_> {
    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        self.sheet.write_string_with_format(self.row, 0, cut(text), &self.formats.section)?;
        self.sheet.write_blank(self.row, 1, &self.formats.section)?;
        self.row += 1;
        Ok(())
    }

    fn pair(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        if !label.is_empty() {
            self.sheet.write_string_with_format(self.row, 0, cut(label), &self.formats.label)?;
        }
        self.sheet.write_string_with_format(self.row, 1, cut(text), &self.formats.wrapped)?;
        let lines = super::lines(text, WIDTHS.1).max(super::lines(label, WIDTHS.0));
        if lines > 1.0 {
            self.sheet.set_row_height(self.row, lines * LINE)?;
        }
        self.row += 1;
        Ok(())
    }
}

pub(super) fn summary(
    sheet: &mut Worksheet,
    view: &View<'_>,
    document: &Document,
    formats: &Formats,
    sheets: &[Listed],
) -> Result<(), XlsxError> {
    sheet.set_screen_gridlines(false).set_column_width(0, WIDTHS.0)?.set_column_width(1, WIDTHS.1)?;
    sheet.set_landscape().set_paper_size(super::A4).set_print_fit_to_pages(1, 0).set_footer(super::FOOTER);
    sheet.set_row_height(0, 28)?;
    sheet.write_string_with_format(0, 0, cut(&document.title), &formats.title)?;
    sheet.write_string_with_format(1, 0, cut(&document.subtitle), &formats.text)?;
    let mut lines = Lines { sheet, formats, row: 2 };
    for part in &document.parts {
        let told = |block: &&Block| {
            matches!(block, Block::Facts(_) | Block::Findings(_) | Block::List(_) | Block::Definitions(_))
                && !matches!(block, Block::Facts(facts) if facts.is_empty())
        };
        let blocks: Vec<&Block> = part.blocks.iter().filter(told).collect();
        if blocks.is_empty() {
            continue;
        }
        lines.heading(part.title)?;
        for block in blocks {
            match block {
                Block::Facts(facts) => {
                    for fact in facts {
                        let note = if fact.note.is_empty() { String::new() } else { format!(" ({})", fact.note) };
                        lines.pair(&fact.label, &format!("{}{note}", fact.value))?;
                    }
                }
                Block::Findings(findings) => {
                    for (number, finding) in (1..).zip(findings) {
                        lines.pair(&format!("{number}"), &finding.text)?;
                    }
                }
                Block::List(items) => {
                    for (place, item) in items.iter().enumerate() {
                        let label = if place == 0 { view.say("To know", "须知") } else { String::new() };
                        lines.pair(&label, item)?;
                    }
                }
                Block::Definitions(definitions) => {
                    for (word, meaning) in definitions {
                        lines.pair(word, meaning)?;
                    }
                }
                Block::Heading(_) | Block::Text(_) | Block::Table(_) | Block::Chart(_) => {}
            }
        }
    }
    let below = view.options.fewest_shown();
    if below > 0 {
        let note = view.language().pick(
            format!("Empty numbers beside a name: fewer than {below} customers, or a group by which such could be worked out."),
            format!("名称旁的空白数字：客户数少于 {below}，或可据以反推的其他组。"),
        );
        lines.heading(&view.say("Privacy", "隐私"))?;
        lines.pair(&view.say("Small groups", "小群体"), &note)?;
    }
    lines.heading(&view.say("Sheets", "工作表"))?;
    for listed in sheets {
        // A place in this workbook, not an address on a network.
        let place = Url::new(format!("internal:'{}'!A1", listed.name.replace('\'', "''"))).set_text(&listed.name);
        lines.sheet.write_url_with_format(lines.row, 0, place, &formats.link)?;
        lines.sheet.write_string_with_format(lines.row, 1, cut(&listed.caption), &formats.wrapped)?;
        lines.row += 1;
    }
    Ok(())
}
