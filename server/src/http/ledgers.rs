//! `/api/v1/ledgers/{county}/…`: what anyone with a county's records needs to check its ledger.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, header};
use serde::{Deserialize, Serialize};

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::store::ledger::Complaint;
use crate::sync::proof::{AnyLeaf, in_base64};

type Text = ([(HeaderName, &'static str); 1], String);

const fn text(text: String) -> Text {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

/// The latest checkpoint: a C2SP signed note.
#[utoipa::path(
    get,
    path = "/api/v1/ledgers/{county}/checkpoint",
    tag = "ledgers",
    params(("county" = String, Path, description = "the county's code")),
    responses(
        (status = 200, description = "a C2SP signed note over a C2SP checkpoint", content_type = "text/plain", body = String),
        (status = 401, body = ProblemBody),
        (status = 404, description = "none yet, or not yours to see", body = ProblemBody),
    )
)]
pub async fn checkpoint(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(county): Path<String>,
) -> Result<Text, Problem> {
    Ok(text(app.engine.latest_checkpoint(&actor, &county).await?.note))
}

/// The key that checkpoints are verified with, in the text form of C2SP signed-note.
#[utoipa::path(
    get,
    path = "/api/v1/ledgers/{county}/key",
    tag = "ledgers",
    params(("county" = String, Path, description = "the county's code")),
    responses(
        (status = 200, description = "<name>+<key id>+<key>", content_type = "text/plain", body = String),
        (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub async fn key(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(county): Path<String>,
) -> Result<Text, Problem> {
    Ok(text(app.engine.verifying_key(&actor, &county).await?))
}

/// Which entry.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WhichEntry {
    /// Its number in the ledger.
    seq: u64,
}

/// That an entry is in the ledger.
#[derive(Debug, Serialize)]
pub struct EntryProof {
    /// What the log hashes, in RFC 8785 canonical form, behind a zero byte.
    leaf: AnyLeaf,
    /// The entry's place in the log, from 0.
    index: u64,
    /// How many entries the checkpoint covers.
    size: u64,
    /// RFC 6962 audit path, hashes in base64.
    proof: Vec<String>,
    /// The signed note that the path leads to.
    checkpoint: String,
}

/// The proof that an entry is in the log of the latest checkpoint of its epoch.
#[utoipa::path(
    get,
    path = "/api/v1/ledgers/{county}/proof",
    tag = "ledgers",
    params(("county" = String, Path, description = "the county's code"), WhichEntry),
    responses(
        (status = 200, description = "leaf, index, size, proof, checkpoint", body = Object),
        (status = 400, description = "no numbers", body = ProblemBody),
        (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "no checkpoint covers it yet", body = ProblemBody),
    )
)]
pub async fn proof(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(county): Path<String>,
    Query(WhichEntry { seq }): Query<WhichEntry>,
) -> Result<Json<EntryProof>, Problem> {
    let (proof, checkpoint) = app.engine.prove_entry(&actor, &county, seq).await?;
    Ok(Json(EntryProof {
        leaf: proof.leaf,
        index: proof.index,
        size: proof.size,
        proof: in_base64(&proof.hashes),
        checkpoint: checkpoint.note,
    }))
}

/// Between which sizes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WhichSizes {
    /// How many entries the earlier log had.
    from: u64,
    /// How many the later one has; the latest checkpoint's if left out.
    to: Option<u64>,
    /// Of which epoch; the present one if left out.
    epoch: Option<u32>,
}

/// That a log grew out of an earlier one.
#[derive(Debug, Serialize)]
pub struct GrowthProof {
    from: u64,
    to: u64,
    /// RFC 6962 consistency proof, hashes in base64.
    proof: Vec<String>,
}

/// The proof that the log only grew between two sizes.
#[utoipa::path(
    get,
    path = "/api/v1/ledgers/{county}/consistency",
    tag = "ledgers",
    params(("county" = String, Path, description = "the county's code"), WhichSizes),
    responses(
        (status = 200, description = "from, to, proof", body = Object),
        (status = 400, description = "no numbers", body = ProblemBody),
        (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 422, description = "no such sizes", body = ProblemBody),
    )
)]
pub async fn consistency(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(county): Path<String>,
    Query(WhichSizes { from, to, epoch }): Query<WhichSizes>,
) -> Result<Json<GrowthProof>, Problem> {
    let (to, proof) = app.engine.prove_growth(&actor, &county, (from, to), epoch).await?;
    Ok(Json(GrowthProof { from, to, proof: in_base64(&proof) }))
}

/// What devices complained about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Complaints {
    /// Newest first.
    complaints: Vec<Complaint>,
}

/// Checkpoints that devices saw and that do not fit the ledger any more.
#[utoipa::path(
    get,
    path = "/api/v1/ledgers/{county}/complaints",
    tag = "ledgers",
    params(("county" = String, Path, description = "the county's code")),
    responses(
        (status = 200, body = Complaints),
        (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub async fn complaints(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(county): Path<String>,
) -> Result<Json<Complaints>, Problem> {
    Ok(Json(Complaints { complaints: app.engine.complaints(&actor, &county).await? }))
}
