//! A table as a sheet: a header that stays, filters, widths and formats that fit what the columns hold.

use patronage::polars::prelude::*;
use patronage::{Result, money};
use rust_xlsxwriter::{
    Color, ConditionalFormat2ColorScale, ConditionalFormat3ColorScale, ConditionalFormatDataBar, ConditionalFormatType, ExcelDateTime,
    Format, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::{A4, FOOTER, Formats, LINE, MOST_ROWS, columns_in, cut, lines};
use crate::columns::Kind;
use crate::document::Heading;
use crate::view::{Shown, View};

/// Beyond this many rows colours tell nothing and cost time.
const COLOURED_ROWS: usize = 2_000;
/// Rows that are looked at to see how wide a column of texts should be.
const MEASURED_ROWS: usize = 200;
/// Longer tables are lists to filter: a row of theirs is one line.
const WRAPPED_ROWS: usize = 500;
/// As many columns can be read on one page.
const PAGE_COLUMNS: usize = 16;
/// Texts that are longer are wrapped.
const WIDEST: f64 = 60.0;
/// Larger whole numbers are no exact floats.
const EXACT: i128 = 1 << 53;

/// A column, how its cells are written, and how wide it is.
struct Shape<'a> {
    column: &'a Column,
    heading: String,
    kind: Kind,
    format: Format,
    width: f64,
    wrapped: bool,
}

/// Writes a whole table.
pub(super) fn table(sheet: &mut Worksheet, view: &View<'_>, table: &Shown<'_>, formats: &Formats) -> Result<(), XlsxError> {
    let frame = table.frame();
    let rows = frame.height().min(MOST_ROWS);
    let last_row = u32::try_from(rows).unwrap_or(u32::MAX);
    let columns = columns_in(frame, view.language());
    // How many lines each row has, the header first.
    let mut heights = vec![1.0_f64; if rows <= WRAPPED_ROWS { rows + 1 } else { 1 }];
    for (at, column) in columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        let shape = Shape::of(column, rows, table.heading(column.name()), view, formats);
        // The arrow of the filter hides the end of the last line.
        heights[0] = heights[0].max(lines(&shape.heading, shape.width - 2.5));
        if shape.wrapped {
            for (row, height) in (0..rows).zip(heights.iter_mut().skip(1)) {
                *height = height.max(lines(&text_of(shape.column, row, view), shape.width));
            }
        }
        sheet.write_string_with_format(0, at, cut(&shape.heading), &formats.header)?;
        sheet.set_column_width(at, shape.width)?;
        for row in 0..rows {
            cell(sheet, (u32::try_from(row + 1).unwrap_or(u32::MAX), at), &shape, row, view)?;
        }
        if rows > 1 && rows <= COLOURED_ROWS {
            colour(sheet, (at, last_row), &shape)?;
        }
    }
    for (row, height) in (0..).zip(heights).filter(|(_, height)| *height > 1.0) {
        sheet.set_row_height(row, height * LINE)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_landscape().set_paper_size(A4).set_footer(FOOTER).set_repeat_rows(0, 0)?;
    if columns.len() <= PAGE_COLUMNS {
        sheet.set_print_fit_to_pages(1, 0);
    } else {
        sheet.set_repeat_columns(0, 0)?;
    }
    if rows > 0 && !columns.is_empty() {
        sheet.autofilter(0, 0, last_row, u16::try_from(columns.len() - 1).unwrap_or(u16::MAX))?;
    }
    Ok(())
}

impl<'a> Shape<'a> {
    fn of(column: &'a Column, rows: usize, heading: Heading, view: &View<'_>, formats: &Formats) -> Self {
        let Heading { text: heading, kind, .. } = heading;
        let numbers = Numbers::of(column, rows, kind);
        let (format, digits) = match kind {
            Kind::Text | Kind::Flag | Kind::Date => (formats.of(kind).clone(), 0.0),
            _ => (formats.number(numbers.pattern(kind)), numbers.width(kind)),
        };
        let content = match kind {
            Kind::Text => text_width(column, rows, view),
            Kind::Date => 10.0,
            Kind::Flag => 4.0,
            _ => digits,
        };
        // The arrow of the filter takes the room of three letters. Long headings are wrapped, but no word of theirs.
        let word = heading.split(' ').map(UnicodeWidthStr::width).max().unwrap_or(0) as f64;
        let half = heading.width() as f64 / 2.0;
        let width = (content + 2.0).max(word + 4.0).max(half + 3.0).clamp(8.0, WIDEST);
        let wrapped = kind == Kind::Text && content + 2.0 > WIDEST && rows <= WRAPPED_ROWS;
        let format = if wrapped { formats.prose.clone() } else { format };
        Self { column, heading, kind, format, width, wrapped }
    }
}

/// What a column of numbers needs to be read.
struct Numbers {
    whole: bool,
    /// The least that is not zero, and the most, whatever their signs.
    smallest: f64,
    largest: f64,
    negative: bool,
    places: usize,
}

impl Numbers {
    fn of(column: &Column, rows: usize, kind: Kind) -> Self {
        let mut own = Self { whole: true, smallest: f64::INFINITY, largest: 0.0, negative: false, places: 2 };
        if matches!(kind, Kind::Text | Kind::Date | Kind::Flag) {
            return own;
        }
        if let DataType::Decimal(_, scale) = column.dtype() {
            own.places = *scale;
        }
        let Ok(floats) = column.cast(&DataType::Float64) else { return own };
        let Ok(floats) = floats.f64() else { return own };
        for number in floats.iter().take(rows).flatten().filter(|number| number.is_finite()) {
            own.whole &= number.fract().abs() < f64::EPSILON;
            own.largest = own.largest.max(number.abs());
            if number.abs() > 0.0 {
                own.smallest = own.smallest.min(number.abs());
            }
            own.negative |= number < 0.0;
        }
        own
    }

    fn pattern(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Percent if self.largest < 0.01 => "0.000%",
            Kind::Percent => "0.0%",
            Kind::Money if self.places == 0 => "#,##0",
            Kind::Money => "#,##0.00",
            Kind::Fine => "0.0000",
            _ if self.whole => "#,##0",
            // Shares beside days: as many digits as each needs.
            _ if self.smallest < 0.01 && self.largest >= 10.0 => "General",
            _ if self.largest >= 1_000.0 => "#,##0.0",
            _ if self.largest < 0.1 => "0.0000",
            _ => "#,##0.00",
        }
    }

    /// In digits: those before the point, those behind it, commas and a sign.
    fn width(&self, kind: Kind) -> f64 {
        let largest = if kind == Kind::Percent { self.largest * 100.0 } else { self.largest };
        if self.pattern(kind) == "General" {
            return 10.0;
        }
        let before = largest.max(1.0).log10().floor() + 1.0;
        let commas = ((before - 1.0) / 3.0).floor();
        let behind = self.pattern(kind).split_once('.').map_or(0, |(_, places)| places.len() + 1);
        before + commas + behind as f64 + f64::from(u8::from(self.negative))
    }
}

/// Colours for what is compared down a column: shares, changes, money.
fn colour(sheet: &mut Worksheet, (at, last_row): (u16, u32), shape: &Shape<'_>) -> Result<(), XlsxError> {
    match shape.kind {
        // Better and worse than before.
        Kind::Percent if shape.column.name().contains("change") => {
            let scale = ConditionalFormat3ColorScale::new()
                .set_minimum_color(Color::RGB(0x00F0_B7B3))
                .set_midpoint(ConditionalFormatType::Number, 0)
                .set_midpoint_color(Color::White)
                .set_maximum_color(Color::RGB(0x00A9_D8C6));
            sheet.add_conditional_format(1, at, last_row, at, &scale)?;
        }
        Kind::Percent => {
            let scale = ConditionalFormat2ColorScale::new().set_minimum_color(Color::White).set_maximum_color(Color::RGB(0x0090_C3E6));
            sheet.add_conditional_format(1, at, last_row, at, &scale)?;
        }
        Kind::Money => {
            let bar = ConditionalFormatDataBar::new()
                .set_fill_color(Color::RGB(0x00F3_C592))
                .set_negative_fill_color(Color::RGB(0x00E7_9A96))
                .set_solid_fill(true);
            sheet.add_conditional_format(1, at, last_row, at, &bar)?;
        }
        _ => {}
    }
    Ok(())
}

/// As wide as the texts of the first rows.
fn text_width(column: &Column, rows: usize, view: &View<'_>) -> f64 {
    let texts = (0..rows.min(MEASURED_ROWS)).map(|row| text_of(column, row, view).width());
    texts.max().unwrap_or(0) as f64
}

fn cell(sheet: &mut Worksheet, (row, at): (u32, u16), shape: &Shape<'_>, from: usize, view: &View<'_>) -> Result<(), XlsxError> {
    let Ok(value) = shape.column.get(from) else { return Ok(()) };
    let (format, language) = (&shape.format, view.language());
    match value {
        AnyValue::Null => {}
        AnyValue::Boolean(flag) => {
            let text = if flag { language.pick("yes", "是") } else { language.pick("no", "否") };
            sheet.write_string_with_format(row, at, text, format)?;
        }
        AnyValue::Decimal(minor, _, scale) => {
            let scale = u8::try_from(scale).unwrap_or(0);
            if minor.abs() < EXACT {
                sheet.write_number_with_format(row, at, money::to_f64(minor, scale), format)?;
            } else {
                // Text keeps every digit.
                sheet.write_string_with_format(row, at, money::to_text(minor, scale), format)?;
            }
        }
        AnyValue::Date(_) => {
            let date = ExcelDateTime::parse_from_str(&value.to_string())?;
            sheet.write_datetime_with_format(row, at, &date, format)?;
        }
        value => match (value.get_str(), value.extract::<f64>()) {
            (Some(text), _) => {
                sheet.write_string_with_format(row, at, cut(&view.spoken(shape.column.name(), text)), format)?;
            }
            (None, Some(number)) if number.is_finite() => {
                sheet.write_number_with_format(row, at, number, format)?;
            }
            _ => {}
        },
    }
    Ok(())
}

/// The text in a row of a column of texts.
fn text_of(column: &Column, row: usize, view: &View<'_>) -> String {
    column.str().ok().and_then(|texts| texts.get(row)).map(|text| view.spoken(column.name(), text)).unwrap_or_default()
}
