//! `GET /api/v1/schema`: the record kinds, from which clients draw their forms.

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sync_protocol::kinds;
use sync_protocol::photo::Sha256;

use super::problem::Problem;
use crate::error::{Error, Result};

/// The schema as it is sent: it follows from the program alone.
struct Written {
    body: Bytes,
    etag: HeaderValue,
}

static WRITTEN: OnceLock<Written> = OnceLock::new();

fn written() -> Result<&'static Written> {
    if let Some(written) = WRITTEN.get() {
        return Ok(written);
    }
    let body = serde_json::to_vec(&kinds::schema()).map_err(Error::internal)?;
    // Weak, since the same schema may travel compressed or not.
    let etag = format!("W/\"{}\"", &Sha256::of(&body).to_string()[..32]);
    let etag = HeaderValue::from_str(&etag).map_err(Error::internal)?;
    Ok(WRITTEN.get_or_init(|| Written { body: body.into(), etag }))
}

/// The record kinds with fields, rules, labels, units and choices, and the shipped checklists.
///
/// Needs no sign-in: it is the same for everybody. Ask again with `If-None-Match`.
#[utoipa::path(
    get,
    path = "/api/v1/schema",
    tag = "schema",
    security(()),
    responses(
        (status = 200, description = "protocol, kinds, choice_lists, checklists, roles", body = Object),
        (status = 304, description = "the client has this one"),
    )
)]
pub async fn schema(headers: HeaderMap) -> Result<Response, Problem> {
    let written = written()?;
    let mut response = if has_it(&headers, &written.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], written.body.clone()).into_response()
    };
    response.headers_mut().insert(header::ETAG, written.etag.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Whether a client says that it has what goes by that tag.
pub(super) fn has_it(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else { return false };
    let named = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|list| list.split(',')).any(|one| one.trim() == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_schema_is_sent_once_and_then_named() {
        let Ok(first) = schema(HeaderMap::new()).await else { panic!("it is always there") };
        let etag = first.headers()[header::ETAG].clone();
        let body = axum::body::to_bytes(first.into_body(), usize::MAX).await.unwrap();
        let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(read["kinds"].as_array().unwrap().iter().any(|kind| kind["name"] == "diary"));

        let asks = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]);
        let Ok(second) = schema(asks).await else { panic!("it is always there") };
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    }
}
