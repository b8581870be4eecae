//! `POST /api/v1/bundles`: what somebody carried by hand for a device without signal.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use sync_protocol::bundle::{BundleResponse, MAX_BYTES};

use super::app::{App, AtHand};
use super::auth::Signed;
use super::crowd::Admitted;
use super::extract::{self, Json};
use super::problem::{Problem, ProblemBody};
use crate::bundles::{Intake, too_large};
use crate::error::{Error, Language};
use crate::photos::drain;

/// Takes a bundle. Whoever carries it, its changes and photos count as its device's.
///
/// `accepted`, `duplicate` and `held` are answered only once they are flushed to disk, and so are
/// photos that are `taken`. A bundle may be sent again at any time. An answer in the 400s or 500s
/// means that nothing of it was stored: keep the file.
#[utoipa::path(
    post,
    path = "/api/v1/bundles",
    tag = "sync",
    request_body(content = Vec<u8>, content_type = "application/zip", description = "an .slbundle"),
    responses(
        (status = 200, description = "what became of each change and each photo", body = BundleResponse),
        (status = 401, body = ProblemBody),
        (status = 413, body = ProblemBody),
        (status = 422, description = "no bundle, damaged, or not sealed by the device that it names", body = ProblemBody),
        (status = 426, description = "the device speaks a newer protocol than the server", body = ProblemBody),
        (status = 503, description = "nothing was stored; come again", body = ProblemBody),
        (status = 507, description = "no room", body = ProblemBody),
    )
)]
pub async fn take(
    State(app): State<App>,
    Signed(carrier): Signed,
    _room: Admitted,
    language: Language,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<BundleResponse>, Problem> {
    let body = body.into_data_stream();
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > MAX_BYTES) {
        drain(body).await;
        return Err(too_large().into());
    }
    let AtHand { clock, people, engine, photos, .. } = &*app;
    let intake = Intake {
        clock: clock.clone(),
        people: Arc::clone(people),
        engine: Arc::clone(engine),
        photos: Arc::clone(photos),
    };
    let body = body.map(|chunk| chunk.map_err(extract::unreadable));
    // A handler is dropped when its client hangs up; what came is taken all the same.
    let taken = tokio::spawn(intake.take(carrier, language, body)).await.map_err(Error::internal)?;
    Ok(Json(taken?))
}
