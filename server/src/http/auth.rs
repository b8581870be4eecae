//! Turns a token or a cookie into an [`Actor`].

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::app::App;
use super::problem::Problem;
use crate::access::actor::Actor;
use crate::error::{Error, Kind};

/// Somebody whose token or cookie is good.
pub struct Signed(pub Arc<Actor>);

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Self::Rejection> {
        let actor = parts.extensions.get::<Arc<Actor>>().cloned();
        actor
            .map(Self)
            .ok_or_else(|| Error::new(Kind::Unauthorized, "unauthorized", "请先登录", "sign in first").into())
    }
}
