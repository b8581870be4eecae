//! tus as clients speak it, over the whole HTTP face.
#![cfg(test)]

use std::path::PathBuf;
use std::sync::Arc;

use axum::http::{Method, Request};
use axum::{Extension, Router};
use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;
use crate::access::actor::Actor;
use crate::access::people::People;
use crate::config::Settings;
use crate::disclosure::Disclosure;
use crate::http::app::AtHand;
use crate::http::{router, serve};
use crate::imports::Imports;
use crate::lists::Lists;
use crate::photos::testing::{House, Shot, somebody};
use crate::programme::figures::Figures;
use crate::reports::draw::typeset::Typesetter;
use crate::store::server_row;
use crate::sync::engine::Engine;

/// A server without a socket, at which one person is signed in.
pub(in crate::http) struct Face {
    pub(in crate::http) house: House,
    pub(in crate::http) router: Router,
    app: App,
}

impl Face {
    pub(in crate::http) async fn new() -> Self {
        let house = House::new().await;
        let now = house.clock.now();
        let server = house
            .store
            .write(move |tx| Box::pin(server_row::load_or_create(tx, Uuid::now_v7(), [7; 32], now)));
        let server = server.await.unwrap();
        let settings = Settings {
            data: house.temp.path().to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: "https://ledger.example".to_owned(),
            trusted_proxies: Vec::new(),
            metrics_token: None,
            backup: None,
            tianditu_key: None,
        };
        let engine = Engine::start(house.store.clone(), house.clock.clone(), &server, house.temp.path());
        let engine = engine.await.unwrap();
        let (index, its) = (house.store.clone(), Arc::clone(&engine));
        let app = App::new(AtHand {
            lists: Arc::new(Lists::new(index, its, house.temp.path().to_owned(), server.id)),
            typesetter: Arc::new(Typesetter::new(PathBuf::new())),
            figures: Figures::new(house.store.clone(), house.clock.clone()),
            disclosure: Disclosure::new(house.store.clone(), house.clock.clone(), Arc::clone(&engine)),
            store: house.store.clone(),
            clock: house.clock.clone(),
            settings: Arc::new(settings),
            people: Arc::new(People::new(house.store.clone(), house.clock.clone()).unwrap()),
            imports: Imports::new(house.store.clone(), house.clock.clone(), Arc::clone(&engine)),
            engine,
            photos: Arc::clone(&house.photos),
            stopping: CancellationToken::new(),
        });
        let face = Self { router: Router::new(), house, app };
        Self { router: face.signed_in(somebody()), ..face }
    }

    /// The same server, at which somebody else is signed in.
    pub(in crate::http) fn signed_in(&self, actor: Actor) -> Router {
        router::router(self.app.clone()).0.layer(Extension(Arc::new(actor)))
    }

    async fn begin(&self, photo: &[u8]) -> String {
        let metadata = metadata(photo);
        let length = photo.len().to_string();
        let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata)];
        let answer = ask(&self.router, Method::POST, PATH, &headers, b"").await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let location = answer.header("location");
        location.strip_prefix("https://ledger.example").expect("it is absolute").to_owned()
    }

    async fn patch(&self, path: &str, offset: usize, more: &[(&str, &str)], body: &[u8]) -> Answer {
        let offset = offset.to_string();
        let headers = [("upload-offset", offset.as_str()), ("content-type", OFFSET_TYPE)];
        ask(&self.router, Method::PATCH, path, &[&headers, more].concat(), body).await
    }
}

pub(in crate::http) struct Answer {
    pub(in crate::http) status: StatusCode,
    pub(in crate::http) headers: HeaderMap,
    pub(in crate::http) body: bytes::Bytes,
}

impl Answer {
    pub(in crate::http) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(in crate::http) fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem["code"].as_str().unwrap_or("").to_owned()
    }
}

/// Speaks tus unless told otherwise.
pub(in crate::http) async fn ask(
    router: &Router,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "tus-resumable") {
        request = request.header("tus-resumable", "1.0.0");
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_vec())).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
}

fn metadata(photo: &[u8]) -> String {
    let sha256 = STANDARD.encode(Sha256::of(photo).to_string());
    format!("filename {},sha256 {sha256},is_confidential", STANDARD.encode("工地.jpg"))
}

#[tokio::test]
async fn what_the_server_can_do_is_told_to_anybody() {
    let face = Face::new().await;
    let (stranger, _) = router::router(face.app.clone());
    let answer = ask(&stranger, Method::OPTIONS, PATH, &[("tus-resumable", "")], b"").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("tus-version"), "1.0.0");
    assert_eq!(
        answer.header("tus-extension"),
        "creation,creation-with-upload,checksum,termination,expiration"
    );
    assert_eq!(answer.header("tus-checksum-algorithm"), "sha256,sha1");
    assert_eq!(answer.header("tus-max-size"), MAX_BYTES.to_string());
    for method in [Method::POST, Method::HEAD, Method::PATCH, Method::DELETE] {
        let path =
            if method == Method::POST { PATH.to_owned() } else { format!("{PATH}/{}", Uuid::now_v7()) };
        let answer = ask(&stranger, method.clone(), &path, &[], b"").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method}");
    }
}

#[tokio::test]
async fn a_photo_is_begun_sent_in_pieces_and_finished() {
    let face = Face::new().await;
    let photo = Shot::number(1).jpeg(320, 240, 80);
    let path = face.begin(&photo).await;
    let answer = face.patch(&path, 0, &[], &photo[..1000]).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::NO_CONTENT, "1000"));
    assert_eq!(answer.header("tus-resumable"), "1.0.0");

    let answer = ask(&face.router, Method::HEAD, &path, &[], b"").await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::OK, "1000"));
    assert_eq!(answer.header("upload-length"), photo.len().to_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("upload-expires").ends_with(" GMT"), "{}", answer.header("upload-expires"));

    let answer = face.patch(&path, 0, &[], &photo).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::CONFLICT, "1000"));
    assert_eq!((answer.code().as_str(), answer.header("tus-resumable")), ("offset_mismatch", "1.0.0"));

    let answer = face.patch(&path, 1000, &[], &photo[1000..]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("upload-offset"), photo.len().to_string());

    let metadata = metadata(&photo);
    let length = photo.len().to_string();
    let headers = [("upload-length", length.as_str()), ("upload-metadata", &metadata)];
    let known = ask(&face.router, Method::POST, PATH, &headers, b"").await;
    assert_eq!((known.status, known.header("upload-offset")), (StatusCode::CREATED, length.as_str()));
}

#[tokio::test]
async fn a_photo_may_come_with_its_beginning_and_by_post_alone() {
    let face = Face::new().await;
    let photo = Shot::number(2).jpeg(320, 240, 80);
    let (metadata, length) = (metadata(&photo), photo.len().to_string());
    let headers =
        [("upload-length", length.as_str()), ("upload-metadata", &metadata), ("content-type", OFFSET_TYPE)];
    let begun = ask(&face.router, Method::POST, PATH, &headers, &photo[..500]).await;
    assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::CREATED, "500"));
    let path = begun.header("location").replace("https://ledger.example", "");
    let headers =
        [("x-http-method-override", "PATCH"), ("upload-offset", "500"), ("content-type", OFFSET_TYPE)];
    let ended = ask(&face.router, Method::POST, &path, &headers, &photo[500..]).await;
    assert_eq!((ended.status, ended.header("upload-offset")), (StatusCode::NO_CONTENT, length.as_str()));
    let answer = ask(&face.router, Method::POST, &path, &[], b"").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "no_method_override"));
}

#[tokio::test]
async fn a_piece_is_checked_by_sha1_as_by_sha256() {
    use sha1::Digest as _;
    // As FIPS 180 has it, so that both ends do not agree on something else.
    assert_eq!(STANDARD.encode(sha1::Sha1::digest(b"abc")), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");

    let face = Face::new().await;
    let photo = Shot::number(5).jpeg(320, 240, 80);
    let path = face.begin(&photo).await;
    let sum = |bytes: &[u8]| format!("sha1 {}", STANDARD.encode(sha1::Sha1::digest(bytes)));
    let answer = face.patch(&path, 0, &[("upload-checksum", &sum(b"other"))], &photo[..1000]).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (460, "checksum_mismatch"));
    assert_eq!(answer.header("upload-offset"), "0", "nothing of it was kept");
    let answer = face.patch(&path, 0, &[("upload-checksum", &sum(&photo[..1000]))], &photo[..1000]).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (StatusCode::NO_CONTENT, "1000"));
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::of(&photo[1000..]).0));
    let answer = face.patch(&path, 1000, &[("upload-checksum", &sum)], &photo[1000..]).await;
    assert_eq!(answer.header("upload-offset"), photo.len().to_string());
}

#[tokio::test]
async fn what_is_not_understood_is_said_clearly() {
    let face = Face::new().await;
    let photo = Shot::number(3).jpeg(320, 240, 80);
    let good = metadata(&photo);
    let short = format!("sha256 {}", STANDARD.encode("abc"));
    for (version, length, metadata, status, code) in [
        ("0.2.2", "100", good.as_str(), 412, "tus_version"),
        ("1.0.0", "100", "", 400, "sha256_missing"),
        ("1.0.0", "100", "filename YQ==", 400, "sha256_missing"),
        ("1.0.0", "100", &short, 400, "sha256_missing"),
        ("1.0.0", "100", "sha256 ***", 400, "bad_metadata"),
        ("1.0.0", "", &good, 400, "bad_number"),
        ("1.0.0", "-5", &good, 400, "bad_number"),
        ("1.0.0", "99999999999999999999999", &good, 400, "bad_number"),
        ("1.0.0", "67108865", &good, 413, "photo_too_large"),
    ] {
        let headers = [("tus-resumable", version), ("upload-length", length), ("upload-metadata", metadata)];
        let answer = ask(&face.router, Method::POST, PATH, &headers, b"").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code));
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
        assert_eq!(answer.header("tus-version"), if status == 412 { "1.0.0" } else { "" });
    }
    let path = face.begin(&photo).await;
    for unreadable in ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1 AAAA", "sha1", "sha256 ***"] {
        let answer = face.patch(&path, 0, &[("upload-checksum", unreadable)], b"x").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "checksum_algorithm"));
    }
    let sum = format!("sha256 {}", STANDARD.encode(Sha256::of(b"other").0));
    let answer = face.patch(&path, 0, &[("upload-checksum", &sum)], &photo).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (460, "checksum_mismatch"));
    assert_eq!(answer.header("upload-offset"), "0");
    let answer = ask(&face.router, Method::PATCH, &path, &[("upload-offset", "0")], &photo).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (415, "not_offset_octet_stream"));
    let answer = face.patch(&format!("{PATH}/nothing"), 0, &[], b"x").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);

    let answer = ask(&face.router, Method::DELETE, &path, &[], b"").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let answer = face.patch(&path, 0, &[], &photo).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "no_such_upload"));
}

#[tokio::test]
async fn metadata_is_read_as_clients_write_it() {
    let read = |text: &'static str| Metadata::read(Some(&HeaderValue::from_static(text)));
    assert_eq!(Metadata::read(None).unwrap(), Metadata::default());
    assert_eq!(read("").unwrap(), Metadata::default());
    let both = Metadata { sha256: Some("ab".to_owned()), filename: Some("a.jpg".to_owned()) };
    assert_eq!(read("sha256 YWI=,filename YS5qcGc=").unwrap(), both);
    assert_eq!(read(" filename YS5qcGc= , flag , sha256 YWI= ").unwrap(), both);
    assert!(read("sha256 !").is_err());
}

#[tokio::test]
async fn a_line_that_is_cut_within_a_patch_loses_nothing_that_arrived() {
    let face = Face::new().await;
    let photo = Shot::number(4).jpeg(640, 480, 90);
    let path = face.begin(&photo).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve::serve(listener, face.router.clone(), &[], stop.clone()));
    let head = |offset: usize, length: usize| {
        format!(
            "PATCH {path} HTTP/1.1\r\nhost: x\r\ntus-resumable: 1.0.0\r\nupload-offset: {offset}\r\n\
             content-type: {OFFSET_TYPE}\r\ncontent-length: {length}\r\n\r\n"
        )
    };

    // Cut: the connection closes in the middle of the body.
    let half = photo.len() / 2;
    let mut line = tokio::net::TcpStream::connect(address).await.unwrap();
    line.write_all(head(0, photo.len()).as_bytes()).await.unwrap();
    line.write_all(&photo[..half]).await.unwrap();
    line.flush().await.unwrap();
    line.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = line.read_to_end(&mut answer).await;
    drop(line);
    let stands = ask(&face.router, Method::HEAD, &path, &[], b"").await;
    assert_eq!(stands.header("upload-offset"), half.to_string());

    // Silent: the connection stays open and nothing comes; who asks takes over.
    let mut silent = tokio::net::TcpStream::connect(address).await.unwrap();
    silent.write_all(head(half, photo.len() - half).as_bytes()).await.unwrap();
    silent.write_all(&photo[half..half + 100]).await.unwrap();
    let mut offset = half;
    while offset < half + 100 {
        let stands = ask(&face.router, Method::HEAD, &path, &[], b"").await;
        let now: usize = stands.header("upload-offset").parse().unwrap();
        assert!(now >= offset, "an offset never goes back");
        if now == offset {
            // Taken over before its first byte came: the next try.
            silent = tokio::net::TcpStream::connect(address).await.unwrap();
            silent.write_all(head(now, photo.len() - now).as_bytes()).await.unwrap();
            silent.write_all(&photo[now..half + 100]).await.unwrap();
            tokio::task::yield_now().await;
        }
        offset = now;
    }
    let ended = face.patch(&path, offset, &[], &photo[offset..]).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    drop(silent);
    stop.cancel();
    served.await.unwrap();
}

#[tokio::test]
async fn who_was_cut_is_told_that_what_arrived_is_kept() {
    let face = Face::new().await;
    let photo = Shot::number(5).jpeg(640, 480, 90);
    let path = face.begin(&photo).await;
    let pieces = [Ok(bytes::Bytes::copy_from_slice(&photo[..700])), Err(std::io::Error::other("reset"))];
    let request = Request::patch(&path)
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", "0")
        .header("content-type", OFFSET_TYPE)
        .body(Body::from_stream(futures_util::stream::iter(pieces)));
    let answer = face.router.clone().oneshot(request.unwrap()).await.unwrap();
    assert_eq!(answer.headers()["upload-offset"], "700");
    let problem = answer.into_body().collect().await.unwrap().to_bytes();
    let problem: serde_json::Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!(problem["code"], "upload_cut");
    assert!(!problem.to_string().contains("nothing was stored"), "{problem}");
    assert!(!problem.to_string().contains("没有保存"), "{problem}");

    // Silence is told apart from a cut, and says the same of what arrived.
    let silent = Body::from_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let body = tower_http::timeout::TimeoutBody::new(std::time::Duration::from_millis(1), silent);
    let error = Body::new(body).into_data_stream().next().await.unwrap().unwrap_err();
    let error = cut(error);
    assert_eq!((error.kind, error.code), (Kind::Timeout, "upload_silent"));
    assert!(!error.en.contains("nothing was stored") && !error.zh.contains("没有保存"));
}
