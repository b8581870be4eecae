//! `GET /api/v1/export/{file}`: tables of any kind of record, to take away; and lists as they are shown.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use sync_protocol::id::RecordId;
use sync_protocol::kinds;

use super::app::App;
use super::attachment::attachment;
use super::auth::Signed;
use super::problem::{Problem, ProblemBody};
use super::states::{Listed, Which};
use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::{Error, Kind, Language, Result};
use crate::programme::states::list::Order;
use crate::reports::table::Tables;
use crate::reports::table::listing::Listing;
use crate::reports::table::question::{Days, Format, Question, Withdrawn};
use crate::sync::standing::day;

/// Which records are asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Of this county alone, by its code; of all in scope if left out.
    county: Option<String>,
    /// Of this school alone, by its record's id.
    school: Option<RecordId>,
    /// Of this project alone, by its record's id.
    project: Option<RecordId>,
    /// From this day on, `YYYY-MM-DD`, by the day that the kind is dated by.
    from: Option<NaiveDate>,
    /// Up to this day, itself included.
    to: Option<NaiveDate>,
    /// `false` leaves out what is withdrawn, unless that is contested; otherwise it comes, marked.
    withdrawn: Option<bool>,
    /// `zh` or `en`: the language of headings and choices; as `Accept-Language` says if left out.
    lang: Option<String>,
}

impl Asked {
    fn question(self, file: &str, language: Language) -> Result<Question> {
        let named = || {
            let (kind, extension) = file.split_once('.')?;
            Some((kinds::named(kind)?, Format::named(extension)?))
        };
        let (kind, format) = named().ok_or_else(no_such_table)?;
        let language = language_asked(self.lang.as_deref(), language)?;
        Ok(Question {
            kind,
            format,
            language,
            county: self.county,
            school: self.school,
            project: self.project,
            days: Days { from: self.from, to: self.to },
            withdrawn: if self.withdrawn == Some(false) { Withdrawn::LeftOut } else { Withdrawn::Shown },
            listing: None,
        })
    }
}

/// A table of all records of a kind that are in scope.
///
/// `csv` and `xlsx` have a row a record and a column a field, headed in people's words; `ndjson` has
/// the snapshots as they are, a line each; `geojson` has where schools, projects and photos are.
/// Amounts stand in yuan and areas in square metres, exact to the last digit. In a conflict the value
/// that came first is shown, and the column 冲突项 names the field. Records that are damaged on the
/// server's disk are told of at the end. A table whose making fails breaks off: an answer that ends
/// well is whole.
#[utoipa::path(
    get,
    path = "/api/v1/export/{file}",
    tag = "records",
    params(
        ("file" = String, Path, description = "the kind and the format: `diary.csv`, `finding.xlsx`, `school.geojson`, `fund_event.ndjson`"),
        Asked,
    ),
    responses(
        (status = 200, description = "the table", body = Vec<u8>, content_type = "text/csv"),
        (status = 401, body = ProblemBody),
        (status = 403, description = "the kind is for offices alone", body = ProblemBody),
        (status = 404, description = "no such kind or format, or nothing of that county in scope", body = ProblemBody),
        (status = 422, description = "the kind has no date, or there is no day in between", body = ProblemBody),
        (status = 503, description = "too many at the same time; come again", body = ProblemBody),
        (status = 507, description = "no room to make it in", body = ProblemBody),
    )
)]
pub async fn table(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(file): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let question = asked.question(&file, language)?;
    let now = app.clock.now();
    written(&app, &actor, now, question).await
}

/// Which lines of a list are asked for, and which columns of it.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AskedOfList {
    /// Counties by code, with commas; all that one may read if left out.
    county: Option<String>,
    /// Of that school.
    school: Option<RecordId>,
    /// Of that project.
    project: Option<RecordId>,
    /// In one of those states, with commas.
    state: Option<String>,
    /// With that mark.
    mark: Option<String>,
    /// From that day on; of diaries, 60 days back if left out.
    from: Option<NaiveDate>,
    /// Until that day.
    to: Option<NaiveDate>,
    /// `urgent`, if left out; `newest`; `oldest`; `due`.
    #[param(value_type = Option<String>)]
    sort: Option<Order>,
    /// Which columns, in order, with commas: `day`, `number`, `county`, `school`, `project`, `state`, `marks`,
    /// `due`, `conflicts`, `authors`, `first_received`, `last_received`, `id`, and what the record says, as
    /// `field.severity`. The first eight if left out.
    columns: Option<String>,
    /// `zh` or `en`: the language of headings and choices; as `Accept-Language` says if left out.
    lang: Option<String>,
}

/// A list as it is shown, to take away: the lines of `/api/v1/states/{kind}` under the same filters and in the
/// same order, all pages of it, with the columns that are asked for.
///
/// Days without a diary have a row, too. Otherwise as any table.
#[utoipa::path(
    get,
    path = "/api/v1/export/list/{file}",
    tag = "records",
    params(
        ("file" = String, Path, description = "the kind and the format: `diary.csv`, `finding.xlsx`"),
        AskedOfList,
    ),
    responses(
        (status = 200, description = "the table", body = Vec<u8>, content_type = "text/csv"),
        (status = 401, body = ProblemBody),
        (status = 403, description = "the kind is for offices alone", body = ProblemBody),
        (status = 404, description = "no list of that kind or no such format, or nothing in scope", body = ProblemBody),
        (status = 422, description = "no such column or day", body = ProblemBody),
        (status = 503, description = "too many at the same time; come again", body = ProblemBody),
        (status = 507, description = "no room to make it in", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    language: Language,
    Path(file): Path<String>,
    Query(asked): Query<AskedOfList>,
) -> Result<Response, Problem> {
    let columns = asked.columns.as_deref();
    let whole = Asked { lang: asked.lang.clone(), ..Asked::default() }.question(&file, language)?;
    if !matches!(whole.format, Format::Csv | Format::Xlsx) {
        return Err(no_such_table().into());
    }
    let which = Which {
        county: asked.county.clone(),
        school: asked.school,
        project: asked.project,
        state: asked.state.clone(),
        mark: asked.mark.clone(),
        from: asked.from,
        to: asked.to,
        sort: asked.sort,
        ..Which::default()
    };
    let Listed { at, taken, stands, .. } = which.listed(&app, &actor, whole.kind.name).await?;
    let numbers =
        app.engine.numbers(taken.iter().map(|taken| taken.county.as_str()), whole.kind.name).await?;
    let listing = Listing::new(whole.kind, at, stands, numbers, columns)?;
    let question = Question { listing: Some(Arc::new(listing)), ..whole };
    written(&app, &actor, app.clock.now(), question).await
}

/// A table, while it is being written.
async fn written(app: &App, actor: &Actor, now: Moment, question: Question) -> Result<Response, Problem> {
    let county = question.county.as_ref().and_then(|code| {
        let standing = app.engine.standing();
        standing.counties.get(code).map(|county| county.ledger.name.clone())
    });
    let named = Named { question: &question, county: county.as_deref(), day: day(now) };
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(question.format.media_type())),
        (header::CONTENT_DISPOSITION, named.disposition()),
    ];
    let tables = Tables { store: &app.store, engine: &app.engine, folder: &app.photos.folder };
    let bytes = tables.export(actor, now, question.clone()).await?;
    Ok((headers, Body::from_stream(bytes)).into_response())
}

/// What the file is called where it is kept.
struct Named<'q> {
    question: &'q Question,
    county: Option<&'q str>,
    day: NaiveDate,
}

impl Named<'_> {
    /// By its kind, its county and its day.
    fn disposition(&self) -> HeaderValue {
        let Question { kind, format, language, county, .. } = self.question;
        let (day, extension) = (self.day, format.extension());
        let code = county.as_ref().map_or_else(String::new, |code| format!("-{code}"));
        let place = self.county.map_or_else(String::new, |name| format!("-{name}"));
        let plain = format!("{}{code}-{day}.{extension}", kind.name);
        // What is a list says so: it may be a part of the records, and has other columns.
        let of_list = if self.question.listing.is_some() { language.pick("清单", " list") } else { "" };
        let label = format!("{}{of_list}", language.pick(kind.zh, kind.en));
        let spoken = format!("{label}{place}-{day}.{extension}");
        attachment(&plain, &spoken)
    }
}

fn no_such_table() -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_table",
        "没有这种表：地址应为 记录种类.格式，如 diary.csv（格式有 csv、xlsx、ndjson、geojson）",
        "there is no such table: name a kind and a format, such as diary.csv (csv, xlsx, ndjson, geojson)",
    )
}

/// The language that is asked for by name; else the one that the request comes in.
pub(super) fn language_asked(lang: Option<&str>, otherwise: Language) -> Result<Language> {
    match lang {
        None => Ok(otherwise),
        Some(lang) if lang.starts_with("zh") => Ok(Language::Chinese),
        Some(lang) if lang.starts_with("en") => Ok(Language::English),
        Some(_) => Err(no_such_language()),
    }
}

fn no_such_language() -> Error {
    Error::new(Kind::Unprocessable, "no_such_language", "lang 只能是 zh 或 en", "lang must be zh or en")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_for_programs_and_one_for_people() {
        let asked = Asked { county: Some("350823".to_owned()), ..Asked::default() };
        let question = asked.question("diary.csv", Language::Chinese).unwrap();
        let named = Named {
            question: &question,
            county: Some("上杭县"),
            day: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        };
        assert_eq!(
            named.disposition(),
            "attachment; filename=\"diary-350823-2026-03-02.csv\"; filename*=UTF-8''%E7%9B%91%E7%AE%A1%E5%B7%A5\
             %E4%BD%9C%E6%97%A5%E5%BF%97-%E4%B8%8A%E6%9D%AD%E5%8E%BF-2026-03-02.csv"
        );
    }

    #[test]
    fn what_is_no_table_is_not_there() {
        for file in ["diary", "diary.pdf", "dairy.csv", ".csv", "diary.csv.csv", "diary.CSV"] {
            let refused = Asked::default().question(file, Language::Chinese).unwrap_err();
            assert_eq!(refused.code, "no_such_table", "{file}");
        }
    }
}
