//! `GET /api/v1/me`: who is signed in, as what, on which device.

use axum::extract::State;
use serde::Serialize;
use sync_protocol::id::{DeviceId, UserId};
use sync_protocol::version;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};
use crate::access::actor::{Actor, Via};
use crate::clock::Moment;
use crate::error::Result;
use crate::store::{devices, server_row};

/// Who is signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Me {
    user: UserView,
    roles: Vec<RoleView>,
    device: DeviceView,
    /// `device` or `session`.
    via: &'static str,
    server: ServerView,
}

/// A person.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct UserView {
    #[schema(value_type = String, format = Uuid)]
    id: UserId,
    username: String,
    display_name: String,
}

/// A role held now.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RoleView {
    /// Such as `school_team`.
    role: &'static str,
    /// Such as `project:<record id>`.
    scope: String,
    /// What people call it, in Chinese.
    zh: &'static str,
    /// What people call it, in English.
    en: &'static str,
}

/// A phone or a browser.
#[derive(Serialize, utoipa::ToSchema)]
struct DeviceView {
    #[schema(value_type = String, format = Uuid)]
    id: DeviceId,
    name: String,
}

/// This server.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ServerView {
    #[schema(value_type = String, format = Uuid)]
    id: uuid::Uuid,
    public_url: String,
    /// The highest protocol that it speaks.
    protocol: u32,
    version: &'static str,
}

impl UserView {
    pub(super) fn of(actor: &Actor) -> Self {
        let (username, display_name) = (actor.username.clone(), actor.display_name.clone());
        Self { id: actor.user, username, display_name }
    }
}

impl RoleView {
    /// The roles that somebody holds at that moment.
    pub(super) fn all_of(actor: &Actor, now: Moment) -> Vec<Self> {
        let view = |grant: &crate::access::actor::Grant| Self {
            role: grant.role.as_str(),
            scope: grant.scope.to_string(),
            zh: grant.role.zh(),
            en: grant.role.en(),
        };
        actor.grants_at(now).map(view).collect()
    }
}

impl ServerView {
    pub(super) async fn of(app: &App) -> Result<Self> {
        let id = server_row::id(&mut *app.store.read().await?).await?;
        Ok(Self {
            id,
            public_url: app.settings.public_url.clone(),
            protocol: version::PROTOCOL,
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}

/// Who is signed in, as what, on which device.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "joining",
    responses((status = 200, body = Me), (status = 401, body = ProblemBody))
)]
pub async fn show(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Me>, Problem> {
    Ok(Json(Me::of(&app, &actor).await?))
}

impl Me {
    pub(super) async fn of(app: &App, actor: &Actor) -> Result<Self> {
        let device = devices::device(&mut *app.store.read().await?, actor.device).await?;
        let name = device.map(|device| device.name).unwrap_or_default();
        Ok(Self {
            user: UserView::of(actor),
            roles: RoleView::all_of(actor, app.clock.now()),
            device: DeviceView { id: actor.device, name },
            via: match actor.via {
                Via::Device => "device",
                Via::Session => "session",
            },
            server: ServerView::of(app).await?,
        })
    }
}
