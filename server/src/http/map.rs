//! `GET /api/v1/map`: from where the map of schools has its tiles, if it has any; and what pages may load
//! for it.

use axum::extract::State;
use axum::http::HeaderValue;
use serde::Serialize;

use super::app::App;
use super::auth::Signed;
use super::extract::Json;
use super::problem::{Problem, ProblemBody};

/// The servers of the tiles of Tianditu, the state's own map: t0 to t7.
const SERVERS: &str = "01234567";
/// The ground, and what it is called.
const LAYERS: [&str; 2] = ["vec", "cva"];

/// What the map is drawn on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MapView {
    /// The layers of tiles, the lowest first; none where no key is set: the map has lines of latitude and
    /// longitude then. They are drawn in CGCS2000, which is WGS-84 to a few centimetres.
    tiles: Vec<TilesView>,
}

/// A layer of tiles.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TilesView {
    /// The address of a tile, with places for a server `{s}`, the level `{z}`, the column `{x}`, the row `{y}`.
    url: String,
    /// The servers, a letter each.
    subdomains: &'static str,
}

impl TilesView {
    fn of(layer: &str, key: &str) -> Self {
        let url = format!(
            "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}\
             &STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
        );
        Self { url, subdomains: SERVERS }
    }
}

/// From where the map of schools has its tiles.
#[utoipa::path(
    get,
    path = "/api/v1/map",
    tag = "app",
    responses((status = 200, body = MapView), (status = 401, body = ProblemBody))
)]
pub async fn show(State(app): State<App>, Signed(_somebody): Signed) -> Result<Json<MapView>, Problem> {
    let key = app.settings.tianditu_key.as_deref();
    let layers = LAYERS.iter().filter(|_| key.is_some());
    Ok(Json(MapView { tiles: layers.map(|layer| TilesView::of(layer, key.unwrap_or_default())).collect() }))
}

/// A policy for pages that lets pictures come from the servers of the tiles, and from nowhere else besides.
pub(super) fn with_tiles(policy: &str) -> Option<HeaderValue> {
    const PICTURES: &str = "img-src 'self'";
    let (before, after) = policy.split_once(PICTURES)?;
    let servers = SERVERS.chars().map(|server| format!(" https://t{server}.tianditu.gov.cn"));
    let policy = format!("{before}{PICTURES}{}{after}", servers.collect::<String>());
    HeaderValue::from_str(&policy).ok()
}

/// The key of an application at Tianditu: letters and digits, which go into an address as they are.
///
/// # Errors
/// If it is anything else.
pub fn tianditu_key(text: &str) -> Result<String, String> {
    let is_key = (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_key
        .then(|| text.to_owned())
        .ok_or_else(|| "天地图密钥只有字母和数字 a key has letters and digits alone".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_into_an_address_as_it_is() {
        assert_eq!(tianditu_key("0a1b2c3d4e5f").as_deref(), Ok("0a1b2c3d4e5f"));
        for wrong in ["", "short", "with space here", "key&evil=1", "钥匙钥匙钥匙"] {
            assert!(tianditu_key(wrong).is_err(), "{wrong}");
        }
        let tiles = TilesView::of("vec", "0a1b2c3d4e5f");
        assert!(tiles.url.starts_with("https://t{s}.tianditu.gov.cn/vec_w/wmts?"), "{}", tiles.url);
        assert!(
            tiles.url.ends_with("&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=0a1b2c3d4e5f"),
            "{}",
            tiles.url
        );
    }

    #[test]
    fn pictures_may_come_from_the_servers_of_the_tiles_and_nowhere_else() {
        let policy = with_tiles("default-src 'none'; img-src 'self' blob:; connect-src 'self'").unwrap();
        let policy = policy.to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; img-src 'self' https://t0.tianditu.gov.cn "),
            "{policy}"
        );
        assert!(policy.ends_with(" https://t7.tianditu.gov.cn blob:; connect-src 'self'"), "{policy}");
        assert!(!policy.contains('*'));
    }
}
