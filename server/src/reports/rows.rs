//! Rows of tables, and what they come to together.

use chrono::NaiveDate;

use super::document::{Cell, Row, RowRole, Table};
use crate::error::Language;
use crate::programme::ratio::{Printed, Ratio};

impl Row {
    /// One of many.
    pub const fn item(cells: Vec<Cell>) -> Self {
        Self { role: RowRole::Item, cells }
    }

    /// What rows come to together: sums are added up, and of ratios both numbers, each by itself. What
    /// it is called stands in the column `at`.
    pub fn sum<'r>(
        role: RowRole,
        label: impl Into<String>,
        at: usize,
        rows: impl IntoIterator<Item = &'r Self>,
    ) -> Self {
        let mut cells: Vec<Cell> = Vec::new();
        for row in rows {
            cells.resize(cells.len().max(row.cells.len()), Cell::Empty);
            for (sum, cell) in cells.iter_mut().zip(&row.cells) {
                let Cell::Figure(more, printed) = cell else { continue };
                let so_far = if let Cell::Figure(ratio, _) = sum { *ratio } else { Ratio::default() };
                *sum = Cell::Figure(so_far + *more, *printed);
            }
        }
        cells.resize(cells.len().max(at + 1), Cell::Empty);
        cells[at] = Cell::text(label);
        Self { role, cells }
    }
}

impl Cell {
    /// An area, in 0.01 ㎡.
    pub const fn area(hundredths: i128) -> Self {
        Self::Figure(Ratio { numerator: hundredths, denominator: 0 }, Printed::Area)
    }

    /// Money, in 分; printed in 万元.
    pub const fn money(fen: i128) -> Self {
        Self::Figure(Ratio { numerator: fen, denominator: 0 }, Printed::Money)
    }

    /// A share of a whole, in percent with two decimals.
    pub const fn share(part: i128, whole: i128) -> Self {
        Self::Figure(Ratio { numerator: part, denominator: whole }, Printed::Percent(2))
    }

    /// A day, if there is one.
    pub fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }

    /// The place of a row among the others; never added up.
    pub fn place(number: usize) -> Self {
        Self::Text(number.to_string())
    }

    /// What somebody wrote; nothing, if nobody did.
    pub fn said(words: Option<&str>) -> Self {
        Self::text(words.unwrap_or_default())
    }
}

impl Table {
    /// How wide it is, in Chinese characters.
    pub fn width(&self) -> usize {
        self.columns.iter().map(|column| usize::from(column.width)).sum()
    }

    /// Without the columns that say nothing in any row, but for those that tell which row it is.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let says = |at: usize| {
            self.rows.iter().any(|row| row.cells.get(at).is_some_and(|cell| *cell != Cell::Empty))
        };
        let kept: Vec<_> = (0..self.columns.len()).map(|at| at < self.keys.into() || says(at)).collect();
        let mut keep = kept.iter();
        self.columns.retain(|_| keep.next().is_some_and(|kept| *kept));
        for row in &mut self.rows {
            let mut keep = kept.iter();
            row.cells.retain(|_| keep.next().is_some_and(|kept| *kept));
        }
        self
    }
}

/// Rows with what they come to: above those of each group its sum, below all of them the total. Rows of
/// a group stand beside each other. They are numbered in their first column.
pub(super) fn summed(rows: Vec<(String, Row)>, at: usize, language: Language) -> Vec<Row> {
    let mut rows = rows;
    for (number, (_, row)) in (1..).zip(&mut rows) {
        row.cells[0] = Cell::place(number);
    }
    let total = Row::sum(RowRole::Total, language.pick("合计", "total"), at, rows.iter().map(|(_, row)| row));
    let has_groups = rows.iter().any(|(group, _)| *group != rows[0].0);
    let mut out = Vec::with_capacity(rows.len() + 1);
    for group in rows.chunk_by(|(one, _), (next, _)| one == next) {
        if has_groups {
            let label = format!("{}（{}）", group[0].0, group.len());
            out.push(Row::sum(RowRole::Subtotal, label, at, group.iter().map(|(_, row)| row)));
        }
        out.extend(group.iter().map(|(_, row)| row.clone()));
    }
    if !rows.is_empty() {
        out.push(total);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::document::Column;

    fn row(words: &str, area: i128, part: i128, whole: i128) -> Row {
        Row::item(vec![Cell::Empty, Cell::text(words), Cell::area(area), Cell::share(part, whole)])
    }

    fn printed(row: &Row) -> Vec<String> {
        row.cells.iter().map(Cell::printed).collect()
    }

    #[test]
    fn a_sum_of_rates_is_the_rate_of_the_sums_and_words_are_not_added_up() {
        let rows = [row("甲", 100, 1, 2), row("乙", 250, 0, 0), row("丙", 0, 9, 8)];
        let sum = Row::sum(RowRole::Total, "合计", 1, &rows);
        assert_eq!(printed(&sum), ["", "合计", "3.50", "100.00%"], "10 of 10, and not the mean of the rates");
        let nothing = Row::sum(RowRole::Total, "合计", 1, &[]);
        assert_eq!(nothing.cells, [Cell::Empty, Cell::text("合计")]);
    }

    #[test]
    fn a_column_that_says_nothing_is_left_out() {
        let table = Table {
            title: "演示".to_owned(),
            keys: 1,
            columns: ["序号", "名称", "备案号", "日期"].map(|label| Column::new(label, 4)).into(),
            rows: vec![
                Row::item(vec![Cell::Empty, Cell::text("甲"), Cell::Empty, Cell::Empty]),
                Row::item(vec![Cell::Empty, Cell::text("乙"), Cell::Empty, Cell::count(0)]),
            ],
        };
        let table = table.without_empty_columns();
        let labels: Vec<_> = table.columns.iter().map(|column| column.label.as_str()).collect();
        assert_eq!(labels, ["序号", "名称", "日期"]);
        assert_eq!(printed(&table.rows[1]), ["", "乙", "0"]);
    }

    #[test]
    fn each_group_has_its_sum_above_it_and_the_total_counts_nothing_twice() {
        let rows = vec![
            ("甲镇".to_owned(), row("一", 100, 1, 2)),
            ("甲镇".to_owned(), row("二", 200, 1, 2)),
            ("乙镇".to_owned(), row("三", 400, 0, 0)),
        ];
        let found: Vec<_> = summed(rows, 1, Language::Chinese).iter().map(printed).collect();
        let expected: [[&str; 4]; 6] = [
            ["", "甲镇（2）", "3.00", "50.00%"],
            ["1", "一", "1.00", "50.00%"],
            ["2", "二", "2.00", "50.00%"],
            ["", "乙镇（1）", "4.00", "—"],
            ["3", "三", "4.00", "—"],
            ["", "合计", "7.00", "50.00%"],
        ];
        assert_eq!(found, expected);
        let one = vec![("甲镇".to_owned(), row("一", 100, 1, 2))];
        let found: Vec<_> = summed(one, 1, Language::English).iter().map(printed).collect();
        assert_eq!(found[1], ["", "total", "1.00", "50.00%"], "one group alone is the total");
        assert!(summed(Vec::new(), 1, Language::Chinese).is_empty());
    }
}
