//! `GET /metrics`: counters and durations for Prometheus.
//!
//! They name routes and counts, never people. Still they are nobody's business outside: only a
//! direct connection from this machine, or the bearer of `--metrics-token`, gets them.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, header};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::problem::{Problem, ProblemBody};
use crate::error::Error;

/// From a sync with nothing new to a photo over a bad line.
const SECONDS: [f64; 12] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];
/// How many requests share a commit.
const GROUPS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// How often is tidied up what nobody fetched.
const UPKEEP: Duration = Duration::from_secs(5);

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count, once a process; a second start keeps the first counters.
pub fn install() {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets(&SECONDS)
            .and_then(|builder| {
                let group = metrics_exporter_prometheus::Matcher::Suffix("_group_size".to_owned());
                builder.set_buckets_for_metric(group, &GROUPS)
            })
            .and_then(PrometheusBuilder::install_recorder);
        builder.inspect_err(|error| tracing::warn!(%error, "nothing will be counted")).ok()
    });
}

/// Keeps the memory of the counters bounded while nobody fetches them, until the server stops.
pub async fn keep_up(stopping: CancellationToken) {
    while tokio::time::timeout(UPKEEP, stopping.cancelled()).await.is_err() {
        if let Some(handle) = HANDLE.get().and_then(Option::as_ref) {
            handle.run_upkeep();
        }
    }
}

/// Counters and durations.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    security(()),
    responses(
        (status = 200, description = "Prometheus text format", content_type = "text/plain", body = String),
        (status = 404, description = "not from this machine, and no good token", body = ProblemBody),
    )
)]
pub async fn metrics(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    if !may_see(peer, &headers, app.settings.metrics_token.as_deref()) {
        return Err(Error::not_found().into());
    }
    let rendered = HANDLE.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], rendered))
}

fn may_see(peer: SocketAddr, headers: &HeaderMap, token: Option<&str>) -> bool {
    // A proxy on this machine brings everybody's requests.
    let through_proxy = ["forwarded", "x-forwarded-for"].iter().any(|name| headers.contains_key(*name));
    if peer.ip().to_canonical().is_loopback() && !through_proxy {
        return true;
    }
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
    shown.zip(token).is_some_and(|(shown, token)| shown.as_bytes().ct_eq(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn metrics_are_for_this_machine_and_for_who_has_the_token() {
        let headers = |lines: &[(&'static str, &'static str)]| {
            lines
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect::<HeaderMap>()
        };
        let bearer = ("authorization", "Bearer secret");
        for (peer, lines, token, expected) in [
            ("127.0.0.1:1", &[][..], None, true),
            ("[::1]:1", &[][..], None, true),
            ("127.0.0.1:1", &[("x-forwarded-for", "127.0.0.1")][..], None, false),
            ("203.0.113.9:1", &[][..], None, false),
            ("203.0.113.9:1", &[bearer][..], None, false),
            ("203.0.113.9:1", &[bearer][..], Some("secret"), true),
            ("203.0.113.9:1", &[bearer][..], Some("another"), false),
        ] {
            let seen = may_see(peer.parse().unwrap(), &headers(lines), token);
            assert_eq!(seen, expected, "{peer} {lines:?} {token:?}");
        }
    }
}
