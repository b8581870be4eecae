//! What is written by cookie comes from our own pages.
//!
//! `Sec-Fetch-Site` says it where the browser sends it, `Origin` where it does not; a request with
//! neither does not come from a browser that we can trust with a cookie.

use axum::http::{HeaderMap, HeaderName, Method, header};

use crate::config::Settings;
use crate::error::{Error, Kind, Result};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a request says of where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// Our own pages, or the person typed it.
    Ours,
    /// Somebody else's.
    Others,
    /// Nothing.
    Nothing,
}

/// Refuses a request that changes something unless it says that it comes from our own pages.
///
/// # Errors
/// `cross_site`.
pub(super) fn demand(method: &Method, headers: &HeaderMap, settings: &Settings) -> Result<()> {
    match said(headers, settings) {
        _ if method.is_safe() => Ok(()),
        Said::Ours => Ok(()),
        Said::Others | Said::Nothing => Err(cross_site()),
    }
}

/// Refuses a request that says that it comes from somebody else's pages: for what needs no cookie.
///
/// # Errors
/// `cross_site`.
pub(super) fn refuse_others(headers: &HeaderMap, settings: &Settings) -> Result<()> {
    match said(headers, settings) {
        Said::Others => Err(cross_site()),
        Said::Ours | Said::Nothing => Ok(()),
    }
}

fn said(headers: &HeaderMap, settings: &Settings) -> Said {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return match site.as_bytes() {
            b"same-origin" | b"none" => Said::Ours,
            _ => Said::Others,
        };
    }
    match headers.get(header::ORIGIN) {
        Some(origin) if origin.as_bytes() == settings.origin().as_bytes() => Said::Ours,
        Some(_) => Said::Others,
        None => Said::Nothing,
    }
}

fn cross_site() -> Error {
    Error::new(
        Kind::Forbidden,
        "cross_site",
        "这个请求不是从本站页面发出的，没有保存任何内容",
        "this request does not come from our own pages; nothing was stored",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(public_url: &str) -> Settings {
        Settings {
            data: "data".into(),
            listen: ([127, 0, 0, 1], 8080).into(),
            public_url: public_url.to_owned(),
            trusted_proxies: Vec::new(),
            metrics_token: None,
            backup: None,
            tianditu_key: None,
        }
    }

    #[test]
    fn a_cookie_writes_from_our_own_pages_alone() {
        let settings = settings("https://ledger.example/sub");
        let ours = Some("https://ledger.example");
        for (site, origin, expected) in [
            (Some("same-origin"), None, Said::Ours),
            (Some("same-origin"), Some("https://evil.example"), Said::Ours),
            (Some("none"), None, Said::Ours),
            (Some("same-site"), ours, Said::Others),
            (Some("cross-site"), ours, Said::Others),
            (Some(""), ours, Said::Others),
            (None, ours, Said::Ours),
            (None, Some("https://ledger.example.evil.example"), Said::Others),
            (None, Some("http://ledger.example"), Said::Others),
            (None, Some("https://ledger.example:444"), Said::Others),
            (None, Some("null"), Said::Others),
            (None, None, Said::Nothing),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert(SEC_FETCH_SITE, site.parse().unwrap());
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(said(&headers, &settings), expected, "{site:?} {origin:?}");
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let is_let_in = demand(&method, &headers, &settings).is_ok();
                assert_eq!(is_let_in, expected == Said::Ours, "{method} {site:?} {origin:?}");
            }
            for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
                demand(&method, &headers, &settings).unwrap();
            }
            assert_eq!(refuse_others(&headers, &settings).is_err(), expected == Said::Others);
        }
    }
}
