//! The report as Markdown, short enough for an e-mail or a pull request.

use std::fmt::Write;

use crate::document::{Block, Document, Table};
use crate::grid::Grid;
use crate::options::Language;

/// So many rows of a table are read in an e-mail.
const ROWS: usize = 15;

pub(crate) fn markdown(document: &Document, language: Language) -> String {
    // Writing to a string cannot fail.
    let mut text = String::new();
    let _ = writeln!(text, "# {}\n\n{}", plain(&document.title), plain(&document.subtitle));
    for part in &document.parts {
        let _ = writeln!(text, "\n## {}", part.title);
        for block in &part.blocks {
            let _ = match block {
                Block::Heading(heading) => writeln!(text, "\n### {}", plain(heading)),
                Block::Text(words) => writeln!(text, "\n{}", plain(words)),
                Block::Facts(facts) => {
                    text.push('\n');
                    facts.iter().try_for_each(|fact| {
                        let note = if fact.note.is_empty() { String::new() } else { format!(" ({})", plain(&fact.note)) };
                        writeln!(text, "- {}: **{}**{note}", plain(&fact.label), plain(&fact.value))
                    })
                }
                Block::Findings(findings) => {
                    text.push('\n');
                    (1..).zip(findings).try_for_each(|(number, finding)| writeln!(text, "{number}. {}", plain(&finding.text)))
                }
                Block::List(items) => {
                    text.push('\n');
                    items.iter().try_for_each(|item| writeln!(text, "- {}", plain(item)))
                }
                Block::Definitions(definitions) => {
                    text.push('\n');
                    definitions.iter().try_for_each(|(word, meaning)| writeln!(text, "- **{}**: {}", plain(word), plain(meaning)))
                }
                // What is folded and long has no place here either.
                Block::Table(table) if table.folded && table.rows.len() > ROWS => {
                    let (caption, rows) = (plain(&table.caption), table.rows.len());
                    let elsewhere = match language {
                        Language::English => format!("{caption}: {rows} rows, in the workbook and on the page."),
                        Language::Chinese => format!("{caption}：共 {rows} 行，见工作簿或网页报告。"),
                    };
                    writeln!(text, "\n{elsewhere}")
                }
                Block::Table(table) => writeln!(text, "\n{}", grid(table, language)),
                // A picture has no place here, and its numbers stand in the tables of the book.
                Block::Chart(_) => Ok(()),
            };
        }
    }
    text
}

/// Text that Markdown takes as it is.
pub(crate) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' => safe.extend(['\\', c]),
            '<' => safe.push_str("&lt;"),
            '\n' | '\r' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

fn grid(table: &Table, language: Language) -> String {
    // Of periods the last are read, of everything else the first.
    let of_time = table.columns.first().is_some_and(|first| first.name == "period");
    let skipped = if of_time { table.rows.len().saturating_sub(ROWS) } else { 0 };
    let rows = table.rows.iter().skip(skipped).take(ROWS).cloned().collect();
    let first = Grid::from(&Table { rows, ..table.clone() });
    let caption = if table.caption.is_empty() { String::new() } else { format!("**{}**\n\n", plain(&table.caption)) };
    let rest = table.rows.len().saturating_sub(ROWS);
    let more = match (rest, language) {
        (0, _) => String::new(),
        (_, Language::English) => format!("\n\n… and {rest} {} rows", if of_time { "earlier" } else { "more" }),
        (_, Language::Chinese) => format!("\n\n……另有{} {rest} 行", if of_time { "更早的" } else { "" }),
    };
    format!("{caption}{}{more}", first.markdown())
}
