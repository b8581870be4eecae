//! All routes on one page.

use axum::Router;
use axum::middleware;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::problem;

/// The whole HTTP face, and its description.
pub fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    let (router, api) = OpenApiRouter::new().split_for_parts();
    (router.layer(middleware::from_fn(problem::speak)).with_state(app), api)
}
