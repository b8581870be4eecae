//! `GET /api/v1/openapi.json`: the API's own description, made from the handlers.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderName, header};
use bytes::Bytes;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, SecurityRequirement};

/// The description as it is sent.
#[derive(Clone)]
pub struct Described(Arc<Bytes>);

/// Adds to the description what no handler says: what this is, and how one signs in.
pub fn complete(api: &mut OpenApi) {
    api.info = InfoBuilder::new()
        .title("SiteLedger 工地台账")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "校舍建设监管工作日志的离线优先同步服务器。A sync server for the daily record of school building \
             works, offline first. Failures are RFC 9457 problem documents in the language of \
             Accept-Language (zh-CN, en).",
        ))
        .build();
    let components = api.components.get_or_insert_with(Components::new);
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("a device's token, from POST /api/v1/enrol"))
        .build();
    components.add_security_scheme("device", SecurityScheme::Http(token));
    let cookie =
        ApiKeyValue::with_description("__Host-siteledger", "a browser's session, from POST /api/v1/session");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let either = ["device", "session"].map(|name| SecurityRequirement::new(name, [""; 0]));
    api.security = Some(either.to_vec());
}

/// Writes the description down, once.
pub fn written(api: &OpenApi) -> Described {
    Described(Arc::new(serde_json::to_vec(api).unwrap_or_default().into()))
}

/// This description.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "schema",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub async fn document(
    Extension(Described(description)): Extension<Described>,
) -> ([(HeaderName, &'static str); 2], Bytes) {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, (*description).clone())
}
