//! The address that a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::app::App;

/// The address that a request comes from: the connection's, unless that is a proxy whose
/// `X-Forwarded-For` is believed.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl FromRequestParts<App> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let connected = connected.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        Ok(Self(behind_proxies(connected, &parts.headers, &app.settings.trusted_proxies)))
    }
}

/// The last address, seen from the client, that no proxy of ours added: what stands before it was
/// written by whoever sent the request.
fn behind_proxies(connected: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let connected = connected.to_canonical();
    if !trusted.contains(&connected) {
        return connected;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let said: Vec<IpAddr> =
        lines.flat_map(|line| line.split(',')).filter_map(|part| part.trim().parse().ok()).collect();
    said.into_iter().rev().find(|address| !trusted.contains(address)).unwrap_or(connected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let (proxy, phone, liar) = (address("10.0.0.1"), address("203.0.113.7"), address("198.51.100.9"));
        for (connected, forwarded, expected) in [
            (phone, "", phone),
            (phone, "1.2.3.4", phone),
            (proxy, "203.0.113.7", phone),
            (proxy, "1.2.3.4, 203.0.113.7", phone),
            (proxy, "203.0.113.7, 10.0.0.1", phone),
            (address("::ffff:10.0.0.1"), "203.0.113.7", phone),
            (proxy, "203.0.113.7, 198.51.100.9", liar),
            (proxy, "nonsense", proxy),
            (proxy, "", proxy),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            assert_eq!(behind_proxies(connected, &headers, &[proxy]), expected, "{connected} {forwarded:?}");
        }
    }
}
