//! Books among the reports: the diaries of a month, a bulletin, the dossier of an acceptance; and any
//! report as PDF.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::attachment::attachment;
use super::indicators::list;
use super::reports::{Which, month};
use crate::access::actor::Actor;
use crate::error::{Error, Kind, Language, Result};
use crate::reports::books::{bulletin, diaries};
use crate::reports::bulletin::Period;
use crate::reports::document::Document;
use crate::reports::dossier::{Archive, Wished};
use crate::reports::draw::html;
use crate::reports::draw::pictures::Own;

/// A book that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Book {
    /// 监管工作日志 of a project and a month.
    Diaries(Paper),
    /// 通报, written or to be written.
    Bulletin(Paper),
    /// 竣工验收档案 of a project.
    Dossier,
}

/// How a document is handed over to be read and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paper {
    /// A page.
    Html,
    /// A PDF.
    Pdf,
}

impl Paper {
    fn named(extension: &str) -> Option<Self> {
        match extension {
            "html" => Some(Self::Html),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }
}

impl Book {
    /// The book of that name; nothing if none is called so.
    ///
    /// # Errors
    /// `no_such_report` if there is such a book, and not in that form.
    pub(super) fn named(file: &str) -> Result<Option<Self>> {
        let (name, extension) = file.split_once('.').unwrap_or((file, ""));
        let of = |book: fn(Paper) -> Self| {
            Paper::named(extension).map(book).map(Some).ok_or_else(|| no_such_form("html pdf"))
        };
        match name {
            "diary_book" => of(Self::Diaries),
            "bulletin" => of(Self::Bulletin),
            "dossier" if extension == "zip" => Ok(Some(Self::Dossier)),
            "dossier" => Err(no_such_form("zip")),
            _ => Ok(None),
        }
    }

    /// Draws it.
    pub(super) async fn answer(
        self,
        app: &App,
        actor: &Actor,
        language: Language,
        which: &Which,
    ) -> Result<Response> {
        let now = app.clock.now();
        match self {
            Self::Diaries(paper) => {
                let wanted = diaries::Wanted {
                    project: which.project.ok_or_else(|| lacks("project"))?,
                    month: month(which.month.as_deref().ok_or_else(|| lacks("month"))?)?,
                    language,
                };
                let scope = app.engine.read_scope(actor, now);
                let names = app.engine.standing().known();
                let with = (&app.store, &app.figures);
                let document = diaries::book(with, (&scope, &names), &wanted, now).await?;
                hand_over(app, actor, document, paper, "diary_book").await
            }
            Self::Bulletin(paper) => {
                let with = (&app.store, &app.figures, &*app.engine);
                let document = if let Some(id) = which.id {
                    bulletin::bulletin(with, actor, id, (language, now)).await?
                } else {
                    let counties = which.county.as_deref().ok_or_else(|| lacks("id / county"))?;
                    let counties: Vec<_> = list(counties).collect();
                    let period = Period::asked((which.from, which.at), which.by, app.figures.today())?;
                    bulletin::draft(with, actor, &counties, &period, (language, now)).await?
                };
                hand_over(app, actor, document, paper, "bulletin").await
            }
            Self::Dossier => {
                let wished = Wished { project: which.project.ok_or_else(|| lacks("project"))?, language };
                let archive = Archive {
                    store: &app.store,
                    engine: &app.engine,
                    photos: &app.photos,
                    typesetter: &app.typesetter,
                    pictures: own(app, actor),
                };
                let (name, bytes) = archive.pack(actor, &wished, now).await?;
                let headers = [
                    (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
                    (header::CONTENT_DISPOSITION, attachment("dossier.zip", &format!("{name}.zip"))),
                ];
                Ok((headers, Body::from_stream(bytes)).into_response())
            }
        }
    }
}

fn own(app: &App, actor: &Actor) -> Own {
    Own { engine: Arc::clone(&app.engine), photos: Arc::clone(&app.photos), actor: actor.clone() }
}

/// Hands a document over to be read and printed.
pub(super) async fn hand_over(
    app: &App,
    actor: &Actor,
    document: Document,
    paper: Paper,
    plain: &str,
) -> Result<Response> {
    match paper {
        Paper::Html => {
            let drawn = tokio::task::spawn_blocking(move || html::html(&document));
            let page = drawn.await.map_err(Error::internal)?;
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(html::policy())),
            ];
            Ok((headers, page).into_response())
        }
        Paper::Pdf => {
            let made = app.typesetter.pdf(&document, &own(app, actor), &app.photos.folder).await?;
            let spoken = format!("{}.pdf", document.name);
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
                (header::CONTENT_LENGTH, HeaderValue::from(made.length)),
                (header::CONTENT_DISPOSITION, attachment(&format!("{plain}.pdf"), &spoken)),
            ];
            Ok((headers, Body::from_stream(made.stream())).into_response())
        }
    }
}

fn lacks(parameter: &str) -> Error {
    Error::new(
        Kind::Unprocessable,
        "parameter_missing",
        format!("缺少参数 {parameter}"),
        format!("the parameter {parameter} is missing"),
    )
}

fn no_such_form(known: &str) -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_report",
        format!("这一种没有这种格式；有：{known}"),
        format!("it has no such form; there are: {known}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_known_by_its_name_and_has_its_forms() {
        assert_eq!(Book::named("diary_book.pdf").unwrap(), Some(Book::Diaries(Paper::Pdf)));
        assert_eq!(Book::named("bulletin.html").unwrap(), Some(Book::Bulletin(Paper::Html)));
        assert_eq!(Book::named("dossier.zip").unwrap(), Some(Book::Dossier));
        assert_eq!(Book::named("dispatch.pdf").unwrap(), None);
        for file in ["diary_book.xlsx", "dossier.pdf", "bulletin", "dossier.zip.zip"] {
            assert_eq!(Book::named(file).unwrap_err().code, "no_such_report", "{file}");
        }
    }
}
