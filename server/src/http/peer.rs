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
/// written by whoever sent the request. Where that cannot be read, it is the last proxy's own.
fn behind_proxies(connected: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == address);
    let mut at = connected.to_canonical();
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        for entry in line.as_bytes().rsplit(|byte| *byte == b',') {
            if !is_trusted(at) {
                return at;
            }
            let entry = std::str::from_utf8(entry).ok().and_then(|entry| entry.trim().parse::<IpAddr>().ok());
            let Some(before) = entry else { return at };
            at = before.to_canonical();
        }
    }
    at
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
            (proxy, "203.0.113.7, nonsense", proxy),
            (proxy, "203.0.113.7, nonsense, 10.0.0.1", proxy),
            (proxy, "203.0.113.7,", proxy),
            (proxy, "nonsense, 203.0.113.7", phone),
            (proxy, "::ffff:203.0.113.7", phone),
            (proxy, "203.0.113.7, ::ffff:10.0.0.1", phone),
            (proxy, "", proxy),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            assert_eq!(behind_proxies(connected, &headers, &[proxy]), expected, "{connected} {forwarded:?}");
        }
        let mut lines = HeaderMap::new();
        lines.append("x-forwarded-for", "1.2.3.4".parse().unwrap());
        lines.append("x-forwarded-for", "203.0.113.7".parse().unwrap());
        assert_eq!(behind_proxies(proxy, &lines, &[proxy]), phone, "the last line was added last");
    }
}
