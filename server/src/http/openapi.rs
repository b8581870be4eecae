//! `GET /api/v1/openapi.json`: the API's own description, made from the handlers.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderName, StatusCode, header};
use bytes::Bytes;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, RefOr, SecurityRequirement};

/// The description as it is sent.
#[derive(Clone)]
pub struct Described(Arc<Bytes>);

/// Adds to the description what no handler says: what this is, and how one signs in, by a cookie of
/// that name or by token.
pub fn complete(api: &mut OpenApi, cookie_name: &str) {
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
    let cookie = ApiKeyValue::with_description(cookie_name, "a browser's session, from POST /api/v1/session");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let either = ["device", "session"].map(|name| SecurityRequirement::new(name, [""; 0]));
    api.security = Some(either.to_vec());
    for (path, item) in &mut api.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("head", &mut item.head),
            ("options", &mut item.options),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete_operation(method, path, operation);
            }
        }
    }
}

/// A name that no other operation has, words for every answer, and failures as what they are sent as.
fn complete_operation(method: &str, path: &str, operation: &mut Operation) {
    let noun = path.trim_start_matches("/api/v1/").replace(['/', '.'], "_").replace(['{', '}'], "");
    let noun = noun.trim_start_matches('_');
    operation.operation_id = Some(format!("{method}_{}", if noun.is_empty() { "home" } else { noun }));
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
        if response.description.is_empty() {
            let reason = status.and_then(|status| status.canonical_reason());
            response.description = reason.unwrap_or("a problem document").to_lowercase();
        }
        let failed = status.is_some_and(|status| status.is_client_error() || status.is_server_error());
        if failed && let Some(content) = response.content.shift_remove("application/json") {
            response.content.insert("application/problem+json".to_owned(), content);
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem};
    use utoipa::openapi::{OpenApiBuilder, Paths, Response};

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_every_answer_has_words() {
        let operation =
            || OperationBuilder::new().operation_id(Some("show")).response("404", Response::new(""));
        let mut paths = Paths::new();
        for path in ["/api/v1/held/{id}", "/api/v1/me", "/metrics", "/"] {
            paths.add_path_operation(path, vec![HttpMethod::Get], operation().build());
        }
        let mut api = OpenApiBuilder::new().paths(paths).build();
        complete(&mut api, "siteledger");
        let shown: Vec<_> =
            api.paths.paths.values().filter_map(|item: &PathItem| item.get.as_ref()).collect();
        let names: BTreeSet<_> =
            shown.iter().filter_map(|operation| operation.operation_id.as_deref()).collect();
        assert_eq!(names, ["get_held_id", "get_me", "get_metrics", "get_home"].into());
        for operation in shown {
            let RefOr::T(response) = &operation.responses.responses["404"] else { panic!("a reference") };
            assert_eq!(response.description, "not found");
        }
    }
}
