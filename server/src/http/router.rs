//! All routes on one page.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::limits;

/// The whole HTTP face, and its description.
pub fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    let (router, api) = OpenApiRouter::new().split_for_parts();
    (limits::dress(router).with_state(app), api)
}
