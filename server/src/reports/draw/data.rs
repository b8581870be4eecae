//! A document as data, for other programs: what it says, cell by cell, every figure with its numbers.

use serde_json::{Map, Value as Json, json};

use crate::error::Language;
use crate::programme::ratio::Ratio;
use crate::reports::document::{Block, Cell, Document, Line, Row, RowRole, Table};

/// Draws a document as JSON.
pub fn data(document: &Document) -> Json {
    json!({
        "name": document.name,
        "title": document.title,
        "language": match document.language {
            Language::Chinese => "zh",
            Language::English => "en",
        },
        "stated": lines(&document.stated),
        "blocks": document.blocks.iter().filter_map(block).collect::<Vec<_>>(),
    })
}

fn lines(lines: &[Line]) -> Json {
    lines.iter().map(|line| json!({ "label": line.label, "value": line.value })).collect()
}

/// A part; `None` for what is of paper alone.
fn block(block: &Block) -> Option<Json> {
    Some(match block {
        Block::Heading { text } => json!({ "block": "heading", "text": text }),
        Block::Subheading { text } => json!({ "block": "subheading", "text": text }),
        Block::Text { text } => json!({ "block": "text", "text": text }),
        Block::Warning { text } => json!({ "block": "warning", "text": text }),
        Block::Lines { lines: its } => json!({ "block": "lines", "lines": lines(its) }),
        Block::Table(its) => table(its),
        Block::Photos { photos } => {
            let photos =
                photos.iter().map(|photo| json!({ "sha256": photo.sha256, "caption": photo.caption }));
            json!({ "block": "photos", "photos": photos.collect::<Vec<_>>() })
        }
        Block::Signatures { lines } => json!({ "block": "signatures", "lines": lines }),
        Block::Qr { payload, caption } => json!({ "block": "qr", "payload": payload, "caption": caption }),
        Block::NewPage => return None,
    })
}

fn table(table: &Table) -> Json {
    json!({
        "block": "table",
        "title": table.title,
        "columns": table.columns.iter().map(|column| &column.label).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn row(row: &Row) -> Json {
    let role = match row.role {
        RowRole::Item => "item",
        RowRole::Subtotal => "subtotal",
        RowRole::Total => "total",
    };
    json!({ "role": role, "cells": row.cells.iter().map(cell).collect::<Vec<_>>() })
}

/// What a cell says: nothing, words, a day, or a figure with its numbers.
fn cell(cell: &Cell) -> Json {
    match cell {
        Cell::Empty => Json::Null,
        Cell::Text(words) => json!(words),
        Cell::Day(day) => json!(day),
        Cell::Figure(Ratio { numerator, denominator }, printed) => {
            let within = |amount: &i128| i64::try_from(*amount).unwrap_or(i64::MAX);
            let mut figure = Map::new();
            figure.insert("numerator".to_owned(), json!(within(numerator)));
            if printed.is_of_a_whole() {
                figure.insert("denominator".to_owned(), json!(within(denominator)));
            }
            figure.insert("printed".to_owned(), json!(cell.printed()));
            Json::Object(figure)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_told_with_what_it_is_made_of() {
        assert_eq!(cell(&Cell::Empty), Json::Null);
        assert_eq!(cell(&Cell::text("=1+1")), json!("=1+1"));
        assert_eq!(cell(&Cell::Day("2026-03-02".parse().unwrap())), json!("2026-03-02"));
        let money = json!({ "numerator": 5_803_000_000_i64, "printed": "5803.00" });
        assert_eq!(cell(&Cell::money(5_803_000_000)), money);
        let share = json!({ "numerator": 3, "denominator": 0, "printed": "—" });
        assert_eq!(cell(&Cell::share(3, 0)), share);
    }
}
