//! A document as a page: any browser shows it and prints it, and nothing need be installed.
//!
//! The page runs no script and loads nothing but pictures. Its style stands in it, so that a page that
//! was kept looks as it did; [`policy`] names that style by its hash.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::paper::{A3_ACROSS, A4_ACROSS, qr, rows, widths};
use crate::reports::document::{Binding, Block, Cell, Document, Line, Paper, Photo, Row, RowRole, Table};

/// How pages look.
const STYLE: &str = include_str!("../../../templates/report.css");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// What a page may do, for the header `Content-Security-Policy`: show its pictures, in its own style.
pub fn policy() -> &'static str {
    &POLICY
}

/// The page of a document; its photos come from the server that it came from.
pub fn html(document: &Document) -> String {
    page(document, |photo| Some(format!("/api/v1/photos/{}/preview", photo.sha256)))
}

/// The page of a document whose photos stand where `place` says, if anywhere.
pub fn page(document: &Document, place: impl Fn(&Photo) -> Option<String>) -> String {
    let page = Page { document, place: &place };
    // It writes to memory alone.
    page.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'d> {
    document: &'d Document,
    place: &'d dyn Fn(&Photo) -> Option<String>,
}

impl Page<'_> {
    const fn style() -> &'static str {
        STYLE
    }

    const fn tongue(&self) -> &'static str {
        self.document.language.pick("zh-CN", "en")
    }

    const fn say<'s>(&self, zh: &'s str, en: &'s str) -> &'s str {
        self.document.language.pick(zh, en)
    }

    /// How the page lies, for the style.
    fn guise(&self) -> &'static str {
        match (self.document.paper, self.document.binding) {
            (Paper::Portrait, Binding::Sheets) => "portrait",
            (Paper::Landscape, Binding::Sheets) => "landscape",
            (Paper::Portrait, Binding::Book) => "portrait book",
            (Paper::Landscape, Binding::Book) => "landscape book",
        }
    }

    /// Whether a table is wider than A4, so that the page is A3.
    fn is_broad(&self) -> bool {
        let broad = |block: &Block| matches!(block, Block::Table(table) if table.width() > A4_ACROSS);
        self.document.paper == Paper::Landscape && self.document.blocks.iter().any(broad)
    }

    /// How small the letters of a table are, so that its columns have room beside each other.
    fn density(table: &Table) -> &'static str {
        match (table.width(), table.columns.len()) {
            (width, _) if width > A3_ACROSS => "rows dense denser",
            (width, columns) if width > A4_ACROSS || columns > 12 => "rows dense",
            _ => "rows",
        }
    }

    /// How a cell stands in its column.
    const fn stance(cell: &Cell) -> &'static str {
        match cell {
            Cell::Figure(..) => "figure",
            Cell::Day(_) => "day",
            Cell::Empty | Cell::Text(_) => "words",
        }
    }

    fn is_book(&self) -> bool {
        self.document.binding == Binding::Book
    }

    /// The headings, with the places that a table of contents leads to.
    fn headings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.document.blocks.iter().enumerate().filter_map(|(place, block)| match block {
            Block::Heading { text } => Some((place, text.as_str())),
            _ => None,
        })
    }

    fn rows(lines: &[Line]) -> Vec<Vec<&Line>> {
        rows(lines)
    }

    fn widths(table: &Table) -> Vec<String> {
        widths(&table.columns)
    }

    fn code(payload: &str) -> Option<String> {
        qr(payload)
    }

    const fn role(row: &Row) -> &'static str {
        match row.role {
            RowRole::Item => "item",
            RowRole::Subtotal => "subtotal",
            RowRole::Total => "total",
        }
    }

    fn place_of(&self, photo: &Photo) -> Option<String> {
        (self.place)(photo)
    }
}

#[cfg(test)]
mod tests {
    use sync_protocol::photo::Sha256;

    use super::*;
    use crate::error::Language;
    use crate::reports::document::Column;

    fn sample() -> Document {
        let mut document = Document::new("月报", "上杭县监管工作日志", Language::Chinese);
        document.stated = vec![Line::new("项目", "教学楼 <script>alert(1)</script>")];
        let text = "\"><img src=x onerror=alert(1)>".to_owned();
        document.blocks = vec![
            Block::Heading { text: "3月2日".to_owned() },
            Block::Subheading { text: "照片".to_owned() },
            Block::Text { text: text.clone() },
            Block::Warning { text: "有冲突".to_owned() },
            Block::Lines { lines: vec![Line::new("天气", "晴"), Line::new("气温", "18.5℃")] },
            Block::Table(Table {
                title: "一览".to_owned(),
                columns: vec![Column::new("项目", 3), Column::new("张", 1)],
                rows: vec![Row { role: RowRole::Total, cells: vec![Cell::text(&text), Cell::count(3)] }],
                ..Table::default()
            }),
            Block::Photos {
                photos: vec![Photo {
                    sha256: Sha256::of(b"photo"),
                    caption: "柱筋".to_owned(),
                    watermark: "2026-03-02 16:20".to_owned(),
                }],
            },
            Block::Signatures { lines: vec!["校长".to_owned()] },
            Block::Qr { payload: "siteledger/350823/epoch-1".to_owned(), caption: "检查点".to_owned() },
            Block::NewPage,
        ];
        document
    }

    #[test]
    fn a_page_says_all_and_nothing_that_people_wrote_becomes_part_of_it() {
        let page = html(&sample());
        for said in [
            "<html lang=\"zh-CN\">",
            "上杭县监管工作日志",
            "教学楼 &#60;script&#62;alert(1)&#60;/script&#62;",
            "<td class=\"figure\">3</td>",
            "<tr class=\"total\">",
            "<col width=\"75.00%\">",
            "18.5℃",
            "<svg",
            "校长",
            "2026-03-02 16:20",
        ] {
            assert!(page.contains(said), "{said} in {page}");
        }
        let photo = format!("<img src=\"/api/v1/photos/{}/preview\"", Sha256::of(b"photo"));
        assert!(page.contains(&photo));
        for foreign in ["<script", "onerror=alert(1)>", " style=", "http://", "javascript:"] {
            assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn the_policy_names_the_style_that_stands_in_the_page() {
        let page = html(&sample());
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = STANDARD.encode(Sha256::of(style.as_bytes()).0);
        assert!(policy().contains(&format!("style-src 'sha256-{hash}'")), "{}", policy());
    }

    #[test]
    fn a_draft_says_so_and_a_book_has_a_table_of_contents() {
        let mut document = sample();
        assert!(!html(&document).contains("<nav>") && !html(&document).contains("草稿"));
        document.mark = Some("草稿".to_owned());
        document.binding = Binding::Book;
        let page = html(&document);
        assert!(page.contains("<div class=\"mark\" aria-hidden=\"true\">草稿</div>"));
        assert!(page.contains("<a href=\"#h0\">3月2日</a>") && page.contains("<h2 id=\"h0\">3月2日</h2>"));
    }

    #[test]
    fn a_photo_that_is_nowhere_leaves_its_place() {
        let page = page(&sample(), |_| None);
        assert!(!page.contains("<img") && page.contains("照片未到达，或不能显示"));
    }
}
