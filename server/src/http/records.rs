//! `GET /api/v1/records/{id}`: one record, whole, with everything that was ever said of it.

use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_protocol::id::{DeviceId, RecordId, UserId};
use sync_protocol::message::Snapshot;
use sync_protocol::photo::Sha256;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::error::{Error, Result};
use crate::photos::evidence::PhotoEvidence;
use crate::store::ledger::Entry;
use crate::sync::sight::Sighting;

/// How many entries of the history a page has at most.
const PAGE: u32 = 500;

/// Which page of the history is asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct Asked {
    /// After that number.
    after: Option<u64>,
    /// At most so many entries, up to 500, which is the default; and at most 1 MiB of them.
    limit: Option<u32>,
}

/// A record with its history.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RecordView {
    /// As it stands, with every sibling of every field.
    record: Snapshot,
    /// The county in whose ledger it stands.
    county: String,
    /// Its entries in the ledger, in order.
    history: Vec<EntryView>,
    /// Where the next page of the history begins (`?after=`); absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
    /// What its photos are evidence of, for a person to judge.
    photos: Vec<PhotoEvidence>,
    /// Of a finding or a notice: its official number, by its place in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
}

/// One entry of the ledger.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EntryView {
    /// Its number.
    seq: u64,
    /// The change as it was sent, in canonical form; absent once lawfully erased.
    #[schema(value_type = Option<sync_protocol::change::Change>)]
    change: Option<Box<RawValue>>,
    /// Who delivered it.
    by: UserId,
    /// That person's name at the time.
    by_name: String,
    /// On which device.
    device: DeviceId,
    /// When it came.
    received_at: String,
    /// Who brought it in by hand, if it did not come from the device itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    carried_by: Option<UserId>,
    /// Who let it out of the held box, if it was held first.
    #[serde(skip_serializing_if = "Option::is_none")]
    released_by: Option<UserId>,
    /// SHA-256 of the canonical form: what the ledger's tree covers.
    digest: Sha256,
}

impl TryFrom<Entry> for EntryView {
    type Error = Error;

    fn try_from(entry: Entry) -> Result<Self> {
        Ok(Self {
            seq: entry.seq,
            change: entry.body.map(RawValue::from_string).transpose().map_err(Error::internal)?,
            by: entry.by,
            by_name: entry.by_name,
            device: entry.device,
            received_at: entry.received_at.rfc3339(),
            carried_by: entry.carried_by,
            released_by: entry.released_by,
            digest: entry.digest,
        })
    }
}

impl TryFrom<Sighting> for RecordView {
    type Error = Error;

    fn try_from(sighting: Sighting) -> Result<Self> {
        let history: Result<Vec<_>> = sighting.history.into_iter().map(EntryView::try_from).collect();
        Ok(Self {
            record: sighting.snapshot,
            county: sighting.row.county,
            history: history?,
            next: sighting.next,
            photos: sighting.photos,
            number: sighting.number,
        })
    }
}

/// One record with its history.
#[utoipa::path(
    get,
    path = "/api/v1/records/{id}",
    tag = "records",
    params(("id" = String, Path, description = "the record's id"), Asked),
    responses(
        (status = 200, description = "the record and its history", body = RecordView),
        (status = 401, body = ProblemBody),
        (status = 404, description = "not there, or not in scope", body = ProblemBody),
    )
)]
pub async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<RecordView>, Problem> {
    let id: RecordId = id.parse().map_err(|_| Error::not_found())?;
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE);
    Ok(Json(app.engine.record(&actor, id, asked.after.unwrap_or(0), limit).await?.try_into()?))
}
