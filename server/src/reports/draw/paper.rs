//! How the parts of a document lie on paper, however it is drawn.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::reports::document::{Column, Line};

/// So many Chinese characters stand beside each other across A4. A table that is wider is drawn on A3.
pub(super) const A4_ACROSS: usize = 95;
/// So many do across A3.
pub(super) const A3_ACROSS: usize = 150;

/// So many letters fit beside another line of a form, a Chinese one counted double.
const HALF_A_LINE: usize = 30;

/// Lines of a form, row by row: two short ones share a row, a long one has its own.
pub(super) fn rows(lines: &[Line]) -> Vec<Vec<&Line>> {
    let mut rows: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row) if row.len() == 1 && is_short(row[0]) && is_short(line) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    rows
}

fn is_short(line: &Line) -> bool {
    !line.value.contains('\n') && letters(&line.value) <= HALF_A_LINE && letters(&line.label) <= 20
}

/// How wide a text is, in Latin letters.
fn letters(text: &str) -> usize {
    text.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

/// How wide each column is, in percent of the table.
pub(super) fn widths(columns: &[Column]) -> Vec<String> {
    let all: u32 = columns.iter().map(|column| u32::from(column.width.max(1))).sum();
    let percent = |column: &Column| f64::from(column.width.max(1)) * 100.0 / f64::from(all.max(1));
    columns.iter().map(|column| format!("{:.2}%", percent(column))).collect()
}

/// A QR code as a picture; `None` if so many words go into none.
pub(super) fn qr(payload: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(payload, EcLevel::M).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(160, 160).build();
    // What stands before is for files, and this stands in a page.
    drawn.find("<svg").map(|begin| drawn[begin..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_short_lines_share_a_row_and_a_long_one_has_its_own() {
        let line = |label: &str, value: &str| Line::new(label, value);
        let lines = [
            line("天气（上午）", "晴"),
            line("天气（下午）", "小雨"),
            line("最高气温", "18.5"),
            line("进度", "二层柱钢筋绑扎完成，二层梁板支模完成百分之六十"),
            line("备注", "一\n二"),
            line("质量", "是"),
            line("安全", "是"),
        ];
        let drawn: Vec<Vec<_>> =
            rows(&lines).iter().map(|row| row.iter().map(|line| line.label.as_str()).collect()).collect();
        let expected: [&[&str]; 5] =
            [&["天气（上午）", "天气（下午）"], &["最高气温"], &["进度"], &["备注"], &["质量", "安全"]];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn columns_share_the_width_of_the_page() {
        let columns = [Column::new("项目", 3), Column::new("完成", 1), Column::new("", 0)];
        assert_eq!(widths(&columns), ["60.00%", "20.00%", "20.00%"]);
    }

    #[test]
    fn a_code_is_drawn_and_what_is_too_long_for_one_is_not() {
        let drawn = qr("siteledger/350823/epoch-1\n84\n").unwrap();
        assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>") && !drawn.contains("style"));
        assert_eq!(qr(&"长".repeat(2000)), None);
    }
}
