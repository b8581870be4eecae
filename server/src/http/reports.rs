//! `GET /api/v1/reports/{file}`: the reports of the programme, to be read, printed and signed.

use std::collections::BTreeSet;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use sync_protocol::id::RecordId;

use super::app::App;
use super::attachment::attachment;
use super::auth::Signed;
use super::books::{self, Book, Paper};
use super::export::language_asked;
use super::indicators::{list, positions};
use super::problem::{Problem, ProblemBody};
use crate::error::{Error, Kind, Language, Result};
use crate::programme::figures::By;
use crate::reports::catalogue::{self, Order, Report};
use crate::reports::draw::{Form, html};

/// Of what, and as of when.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Counties by code, with commas; all that one may read if left out.
    pub(super) county: Option<String>,
    /// The counties of that city.
    city: Option<String>,
    /// From that day on, where the report takes it.
    pub(super) from: Option<NaiveDate>,
    /// As of that day; today if left out. What is counted by days ends yesterday: today's diaries are
    /// still being written.
    pub(super) at: Option<NaiveDate>,
    /// Of that month, `YYYY-MM`, where the report takes it.
    pub(super) month: Option<String>,
    /// Of that project alone, where the report takes it.
    pub(super) project: Option<RecordId>,
    /// The id of the plan that rates are a share of; the last one approved if left out.
    plan: Option<RecordId>,
    /// Sources of the money that counts, with commas, where the report takes them; all if left out.
    sources: Option<String>,
    /// Where the ledger stood: a number, or `county:number` with commas. Where it stands now if left out.
    as_of: Option<String>,
    /// The id of the bulletin; left out, a draft is drawn of what `county`, `from`, `at` and `by` say.
    pub(super) id: Option<RecordId>,
    /// By what the rows of a draft are told apart: `school` if left out.
    pub(super) by: Option<By>,
    /// `zh` or `en`; as `Accept-Language` says if left out.
    lang: Option<String>,
}

impl Which {
    fn order(&self, report: &'static Report, language: Language) -> Result<Order> {
        let counties: Option<BTreeSet<_>> = self.county.as_deref().map(|counties| list(counties).collect());
        let as_of = self.as_of.as_deref().map(|text| positions(text, counties.as_ref())).transpose()?;
        Ok(Order {
            report,
            counties,
            city: self.city.clone(),
            from: self.from,
            at: self.at,
            month: self.month.as_deref().map(month).transpose()?,
            project: self.project,
            plan: self.plan,
            sources: self.sources.as_deref().map(|sources| list(sources).collect()),
            as_of: as_of.unwrap_or_default(),
            language: language_asked(self.lang.as_deref(), language)?,
        })
    }
}

/// The first day of a month.
pub(super) fn month(text: &str) -> Result<NaiveDate> {
    catalogue::month(text).ok_or_else(|| {
        Error::new(
            Kind::Unprocessable,
            "invalid_period",
            "月份应写成 2026-03 这样",
            "a month is written like 2026-03",
        )
    })
}

/// A report of what is in scope.
///
/// `dispatch` and the others that the page `reports.md` lists. `xlsx` is a workbook whose tables are ready to
/// be printed and signed; `json` has every cell, figures with the numbers that make them; `html` is a page to
/// print, `pdf` is typeset where the server has `siteledger-typeset`. Books are `diary_book` (of a project
/// and a month), `bulletin` (by its id, or a draft) and `dossier.zip` (of a project).
#[utoipa::path(
    get,
    path = "/api/v1/reports/{file}",
    tag = "indicators",
    params(
        ("file" = String, Path, description = "the report and the form: `dispatch.xlsx`, `dispatch.json`"),
        Which,
    ),
    responses(
        (status = 200, description = "the report", body = Object),
        (status = 401, body = ProblemBody),
        (status = 404, description = "no such report or form, or nothing of what is asked about is in scope", body = ProblemBody),
        (status = 422, description = "the days, the position or a parameter is not right", body = ProblemBody),
    )
)]
pub async fn draw(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(file): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    if let Some(book) = Book::named(&file)? {
        let language = language_asked(which.lang.as_deref(), language)?;
        return Ok(book.answer(&app, &actor, language, &which).await?);
    }
    let set = file.strip_suffix(".pdf");
    let (report, form) = match set {
        Some(name) => (Report::named(name)?, Form::Html),
        None => named(&file)?,
    };
    let order = which.order(report, language)?;
    let now = app.clock.now();
    let scope = app.engine.read_scope(&actor, now);
    let names = app.engine.standing().known();
    let beside = order.beside(&app.store, now, &scope, &names).await?;
    let document = order.draw(&app.figures, scope, names, beside).await?;
    if set.is_some() {
        return Ok(books::hand_over(&app, &actor, document, Paper::Pdf, report.name).await?);
    }
    let spoken = format!("{}.{}", document.name, form.extension());
    let drawn = tokio::task::spawn_blocking(move || form.draw(&document));
    let bytes = drawn.await.map_err(Error::internal)??;
    let media_type = HeaderValue::from_static(form.media_type());
    if form == Form::Html {
        // A page is read at once; whoever wants to keep it prints it.
        let policy = HeaderValue::from_static(html::policy());
        let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_SECURITY_POLICY, policy)];
        return Ok((headers, bytes).into_response());
    }
    let plain = format!("{}.{}", report.name, form.extension());
    let headers =
        [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, attachment(&plain, &spoken))];
    Ok((headers, bytes).into_response())
}

fn named(file: &str) -> Result<(&'static Report, Form)> {
    let (name, extension) = file.split_once('.').unwrap_or((file, ""));
    let report = Report::named(name)?;
    let form = Form::named(extension).ok_or_else(|| {
        let known: Vec<_> = Form::ALL.iter().map(|form| form.extension()).collect();
        let known = known.join(" ");
        Error::new(
            Kind::NotFound,
            "no_such_report",
            format!("报表没有这种格式；有：{known}"),
            format!("reports have no such form; there are: {known}"),
        )
    })?;
    Ok((report, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_is_not_there() {
        for file in ["dispatch", "dispatch.", "dispatch.doc", "dispach.xlsx", ".xlsx", "dispatch.xlsx.xlsx"] {
            assert_eq!(named(file).unwrap_err().code, "no_such_report", "{file}");
        }
        let (report, form) = named("dispatch.xlsx").unwrap();
        assert_eq!((report.name, form), ("dispatch", Form::Xlsx));
    }

    #[test]
    fn a_month_begins_with_its_first_day() {
        assert_eq!(month("2026-03").unwrap(), "2026-03-01".parse().unwrap());
        for wrong in ["2026", "2026-13", "2026-3", "2026-3-1", "三月"] {
            assert_eq!(month(wrong).unwrap_err().code, "invalid_period", "{wrong}");
        }
    }
}
