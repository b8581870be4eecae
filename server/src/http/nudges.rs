//! `GET /api/v1/nudges`: server-sent events that say "sync now", and nothing else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::app::App;
use super::auth::Signed;
use super::problem::ProblemBody;
use crate::access::actor::Actor;
use crate::sync::nudge::Nudge;
use crate::sync::scope::ReadScope;

/// How often a silent connection is kept alive: carriers drop idle ones after half a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long one stream lasts. The client connects again, and its rights are looked at anew.
const LASTS: Duration = Duration::from_mins(5);

type NotStored = [(HeaderName, &'static str); 1];

struct Listening {
    app: App,
    actor: Arc<Actor>,
    /// What is in scope, with the version of the directories that it was read from.
    scope: Option<((usize, u64), ReadScope)>,
    nudges: Receiver<Nudge>,
    ends: Instant,
}

/// Tells when there is something new in scope: `event: news`, `data: {"county", "seq"}`.
///
/// The stream ends after five minutes, or when the server stops; the client connects again.
#[utoipa::path(
    get,
    path = "/api/v1/nudges",
    tag = "sync",
    responses(
        (status = 200, description = "events of the name news", content_type = "text/event-stream", body = String),
        (status = 401, body = ProblemBody),
    )
)]
pub async fn listen(
    State(app): State<App>,
    Signed(actor): Signed,
) -> (NotStored, Sse<impl Stream<Item = Result<Event, Infallible>>>) {
    let listening =
        Listening { nudges: app.engine.listen(), actor, scope: None, ends: Instant::now() + LASTS, app };
    let events = stream::unfold(listening, |mut listening| async move {
        let event = listening.next().await?;
        Some((Ok(event), listening))
    });
    let nudges = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    ([(header::CACHE_CONTROL, "no-store")], nudges)
}

impl Listening {
    /// Whether a nudge concerns the one who listens. Many do listen, so the scope is read anew only
    /// when the directories changed; what changes with the hour waits for the next stream.
    fn concerns(&mut self, nudge: &Nudge) -> bool {
        let version = self.app.engine.version_of_directories();
        if self.scope.as_ref().is_none_or(|(read, _)| *read != version) {
            let scope = self.app.engine.read_scope(&self.actor, self.app.clock.now());
            self.scope = Some((version, scope));
        }
        self.scope.as_ref().is_some_and(|(_, scope)| nudge.concerns(scope))
    }

    /// The next event; `None` when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let nudge = tokio::select! {
                nudge = self.nudges.recv() => nudge,
                () = tokio::time::sleep_until(self.ends) => return None,
                () = self.app.stopping.cancelled() => return None,
            };
            match nudge {
                Ok(nudge) => {
                    if self.concerns(&nudge) {
                        let data = serde_json::json!({ "county": nudge.county, "seq": nudge.seq });
                        return Some(Event::default().event("news").data(data.to_string()));
                    }
                }
                // Too far behind to know what: there is surely something.
                Err(RecvError::Lagged(_)) => return Some(Event::default().event("news").data("{}")),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
