//! All routes on one page.

use std::sync::Arc;

#[cfg(feature = "web")]
use axum::routing::get;
use axum::{Extension, Router, middleware};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
#[cfg(feature = "web")]
use super::assets;
#[cfg(not(feature = "web"))]
use super::home;
use super::{
    auth, bulletins, bundles, calendar, crowd, desk, directory, enrol, evidence, export, health, held,
    imports, indicators, ledgers, limits, lists, me, metrics, nudges, openapi, photos, public, records,
    reports, schema, session, states, sync, uploads,
};

/// The whole HTTP face, and its description.
pub fn router(app: App) -> (Router, utoipa::openapi::OpenApi) {
    let (router, mut api) = pages()
        .routes(routes!(enrol::enrol))
        .routes(routes!(session::begin, session::end))
        .routes(routes!(me::show))
        .routes(routes!(sync::sync))
        .routes(routes!(sync::index))
        .routes(routes!(sync::have))
        .routes(routes!(bundles::take))
        .routes(routes!(nudges::listen))
        .routes(routes!(records::show))
        .routes(routes!(lists::list))
        .routes(routes!(export::table))
        .routes(routes!(export::list))
        .routes(routes!(indicators::show))
        .routes(routes!(indicators::makers))
        .routes(routes!(states::list))
        .routes(routes!(desk::show))
        .routes(routes!(desk::group))
        .routes(routes!(directory::show))
        .routes(routes!(calendar::show))
        .routes(routes!(evidence::list))
        .routes(routes!(reports::draw))
        .routes(routes!(bulletins::draft))
        .routes(routes!(bulletins::proof))
        .routes(routes!(imports::template))
        .routes(routes!(imports::withdraw))
        .routes(routes!(imports::take))
        .routes(routes!(uploads::abilities, uploads::begin))
        .routes(routes!(uploads::stand, uploads::receive, uploads::terminate, uploads::overridden))
        .routes(routes!(photos::original))
        .routes(routes!(photos::preview))
        .routes(routes!(photos::thumbnail))
        .routes(routes!(public::index))
        .routes(routes!(public::county))
        .routes(routes!(public::project))
        .routes(routes!(public::photo))
        .routes(routes!(public::thumbnail))
        .routes(routes!(public::style))
        .routes(routes!(public::form))
        .routes(routes!(public::lookup, public::complain))
        .routes(routes!(public::follow))
        .routes(routes!(held::list))
        .routes(routes!(held::show))
        .routes(routes!(held::release))
        .routes(routes!(held::refuse))
        .routes(routes!(ledgers::checkpoint))
        .routes(routes!(ledgers::key))
        .routes(routes!(ledgers::proof))
        .routes(routes!(ledgers::consistency))
        .routes(routes!(ledgers::complaints))
        .routes(routes!(schema::schema))
        .routes(routes!(openapi::document))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
        .split_for_parts();
    openapi::complete(&mut api, auth::cookie_name(&app.settings));
    let router = router.layer(Extension(openapi::written(&api)));
    let devices = crowd::Devices::of(Arc::clone(&app.settings));
    let router = router.layer(middleware::from_fn_with_state(devices, crowd::share));
    let router = limits::dress(router);
    let router = if app.settings.is_https() { limits::keep_to_https(router) } else { router };
    (router.with_state(app), api)
}

/// The web client.
#[cfg(feature = "web")]
fn pages() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(assets::page))
        .routes(routes!(assets::office))
        // One page with many addresses: the description names it once.
        .route("/office/{*page}", get(assets::office))
        .routes(routes!(assets::worker))
        .routes(routes!(assets::manifest))
        .routes(routes!(assets::asset))
        .routes(routes!(assets::icon))
}

/// In a server that was built without the web client, a page that says so.
#[cfg(not(feature = "web"))]
fn pages() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(home::page))
}
