//! All routes on one page.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::{held, limits, nudges, records, sync};

/// The whole HTTP face, and its description.
pub fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    let (router, api) = OpenApiRouter::new()
        .routes(routes!(sync::sync))
        .routes(routes!(sync::index))
        .routes(routes!(sync::have))
        .routes(routes!(nudges::listen))
        .routes(routes!(records::show))
        .routes(routes!(held::list))
        .routes(routes!(held::show))
        .routes(routes!(held::release))
        .routes(routes!(held::refuse))
        .split_for_parts();
    (limits::dress(router).with_state(app), api)
}
