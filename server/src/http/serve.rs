//! Takes connections and serves them, until told to stop.
//!
//! `axum::serve` waits for ever for a client that sends nothing, half a header or half a body.
//! Here a header has ten seconds, an answer that nobody takes a minute, and there are never more
//! than [`MAX_CONNECTIONS`] at a time, nor more than [`MAX_FROM_ONE_ADDRESS`] of one address. Bodies
//! are watched in [`super::limits`].

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::crowd::Crowd;
use super::patience::{Carried, EnoughRead, Patient};
use crate::access::network;

/// The most connections at a time; more wait in the kernel's queue until one ends.
pub const MAX_CONNECTIONS: usize = 4096;
/// The most connections of one address, unless it is a proxy of ours: loose, for a whole county's
/// phones, with a stream each, may share one; and few enough that nobody takes all places.
pub const MAX_FROM_ONE_ADDRESS: usize = 3072;
/// How long a client may take for a header, and may be silent between two requests.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take no byte of an answer.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);
/// How long requests that run may take to end once the server stops.
pub const DRAIN: Duration = Duration::from_secs(10);

/// Serves `router` on `listener` until `stop`; then takes no more connections, lets running
/// requests end for up to [`DRAIN`], and returns.
///
/// Each request carries its peer as `ConnectInfo<SocketAddr>`. The addresses of `proxies` bring as many
/// connections as they like.
pub async fn serve(listener: TcpListener, router: Router, proxies: &[IpAddr], stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let addresses = Arc::<Crowd<IpAddr>>::default();
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (place, stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                wait_after(&error).await;
                continue;
            }
        };
        let is_proxy = proxies.iter().any(|proxy| proxy.to_canonical() == peer.ip().to_canonical());
        let most = if is_proxy { MAX_CONNECTIONS } else { MAX_FROM_ONE_ADDRESS };
        let Some(address) = addresses.enter(network(peer.ip()), most) else {
            tracing::debug!(%peer, "an address has as many connections as it may");
            continue;
        };
        let connection = graceful.watch(connection(stream, peer, router.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection ended early");
            }
            drop((place, address));
        });
    }
    // From here on the kernel refuses who knocks.
    drop(listener);
    let running = graceful.count();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!(running, "some requests did not end in time; they are cut off");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(tokio::sync::OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((place, stream, peer))
}

/// A client that hung up already is no reason to wait; lacking file handles are.
async fn wait_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "could not take a connection");
    tokio::time::sleep(Duration::from_millis(200)).await;
}

type Connection =
    http1::Connection<TokioIo<Patient<TcpStream>>, hyper_util::service::TowerToHyperService<Served>>;
type Served = tower::util::BoxCloneSyncService<
    axum::http::Request<Incoming>,
    axum::response::Response,
    std::convert::Infallible,
>;

fn connection(stream: TcpStream, peer: SocketAddr, router: Router) -> Connection {
    // Answers are small and written whole: waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    let carried = Arc::<Carried>::default();
    let stream = Patient::new(stream, WRITE_TIMEOUT, Arc::clone(&carried));
    let served = tower::util::BoxCloneSyncService::new(tower::service_fn(
        move |request: axum::http::Request<Incoming>| {
            carried.is_unread.store(false, Ordering::Relaxed);
            let watching = Arc::clone(&carried);
            let mut request =
                request.map(|body| Body::new(Watched { body, is_over: false, carried: watching }));
            request.extensions_mut().insert(ConnectInfo(peer));
            let (answering, carried) = (router.clone().oneshot(request), Arc::clone(&carried));
            async move {
                let answer = answering.await?;
                let is_enough = answer.extensions().get::<EnoughRead>().is_some();
                carried.is_useless.store(is_enough, Ordering::Relaxed);
                Ok(answer)
            }
        },
    ));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), hyper_util::service::TowerToHyperService::new(served))
}

/// A body that tells its connection when it was not read to its end.
struct Watched {
    body: Incoming,
    is_over: bool,
    carried: Arc<Carried>,
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.is_over |= !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.is_over && !self.body.is_end_stream() {
            self.carried.is_unread.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::extract::Json;
    use super::super::limits::dress;
    use super::*;

    struct Running {
        address: SocketAddr,
        stop: CancellationToken,
        served: tokio::task::JoinHandle<()>,
        /// Told when somebody asked for `/slow`.
        asked: Arc<tokio::sync::Notify>,
    }

    async fn start() -> Running {
        let asked = Arc::new(tokio::sync::Notify::new());
        let tell = Arc::clone(&asked);
        let router = Router::new()
            .route("/hello", get(|| async { "hello" }))
            .route("/peer", get(|peer: ConnectInfo<SocketAddr>| async move { peer.0.ip().to_string() }))
            .route("/panic", get(a_bug))
            .route(
                "/number/{number}",
                get(|axum::extract::Path(n): axum::extract::Path<u8>| async move { n.to_string() }),
            )
            .route(
                "/slow",
                get(move || async move {
                    tell.notify_one();
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    "done"
                }),
            )
            .route("/json", post(|Json(words): Json<Vec<String>>| async move { Json(words.len()) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let served = {
            let stop = stop.clone();
            tokio::spawn(async move { serve(listener, dress(router), &[], stop).await })
        };
        Running { address, stop, served, asked }
    }

    async fn a_bug() -> &'static str {
        panic!("a bug")
    }

    impl Running {
        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }

        /// Sends `text` and reads until the server closes the connection.
        async fn answer(&self, text: &[u8]) -> String {
            let mut stream = self.connect().await;
            stream.write_all(text).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            String::from_utf8_lossy(&answer).into_owned()
        }

        async fn get(&self, path: &str) -> String {
            self.answer(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
                .await
        }

        /// Posts JSON, with more header lines.
        async fn post(&self, headers: &str, body: &[u8]) -> String {
            let length = body.len();
            let head = format!(
                "POST /json HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                 content-length: {length}\r\naccept-language: en\r\n{headers}\r\n"
            );
            self.answer(&[head.as_bytes(), body].concat()).await
        }
    }

    #[tokio::test]
    async fn who_says_nothing_half_a_header_or_half_a_body_is_cut_off() {
        let running = start().await;
        let closes = async |begins: &'static [u8]| {
            let began = Instant::now();
            let answer = running.answer(begins).await;
            assert!(began.elapsed() < Duration::from_secs(14), "{:?} after {begins:?}", began.elapsed());
            answer
        };
        let half_body = b"POST /json HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[\"a\"";
        let (nothing, half_header, half_body) =
            tokio::join!(closes(b""), closes(b"GET /hello HTTP/1.1\r\nhos"), closes(half_body));
        assert_eq!(nothing, "");
        assert_eq!(half_header, "");
        assert!(half_body.starts_with("HTTP/1.1 408"), "{half_body}");
        assert!(half_body.contains("application/problem+json"), "{half_body}");
    }

    #[tokio::test]
    async fn six_hundred_silent_connections_keep_nobody_else_waiting() {
        let running = start().await;
        let mut silent = Vec::new();
        for _ in 0..600 {
            silent.push(running.connect().await);
        }
        let began = Instant::now();
        assert!(running.get("/hello").await.ends_with("hello"));
        assert!(running.get("/peer").await.ends_with("127.0.0.1"));
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn stopping_takes_no_new_requests_and_lets_running_ones_end() {
        let Running { address, stop, served, asked } = start().await;
        let mut running = TcpStream::connect(address).await.unwrap();
        running.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let _idle = TcpStream::connect(address).await.unwrap();
        asked.notified().await;
        stop.cancel();
        let mut answer = String::new();
        running.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        served.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn every_failure_is_a_problem_document() {
        let running = start().await;
        for (answer, status, code) in [
            (running.get("/nowhere").await, 404, "no_such_route"),
            (running.get("/panic").await, 500, "internal"),
            (running.get("/json").await, 405, "method_not_allowed"),
            (running.get("/number/300").await, 400, "bad_request"),
            (running.post("", b"{").await, 400, "not_understood"),
            (running.post("content-encoding: br\r\n", b"x").await, 415, "unsupported_media_type"),
            (running.post("content-encoding: gzip\r\n", b"no gzip").await, 400, "body_cut"),
        ] {
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status} {code}: {answer}");
            assert!(answer.contains("content-type: application/problem+json"), "{status} {code}: {answer}");
            assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{status} {code}: {answer}");
            assert!(!answer.contains("a bug"), "what only the log sees: {answer}");
        }
    }

    #[tokio::test]
    async fn answers_are_marked_for_browsers_and_caches() {
        let running = start().await;
        let answer = running.get("/hello").await;
        for line in [
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "x-request-id: ",
        ] {
            assert!(answer.contains(line), "{line}: {answer}");
        }
    }

    #[tokio::test]
    async fn bodies_are_decompressed_within_a_limit() {
        let running = start().await;
        let words: Vec<_> = (0..2000).map(|number| format!("第{number}层柱钢筋绑扎完成")).collect();
        let json = serde_json::to_vec(&words).unwrap();
        for (encoding, body) in [("gzip", gzip(&json)), ("zstd", zstd(&json))] {
            let answer = running.post(&format!("content-encoding: {encoding}\r\n"), &body).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("2000"), "{encoding}: {answer}");
        }
        // Blanks are good JSON, so only the limit stops them.
        let bomb = vec![b' '; 64 * 1024 * 1024];
        for (encoding, body) in [("gzip", gzip(&bomb)), ("zstd", zstd(&bomb))] {
            let answer = running.post(&format!("content-encoding: {encoding}\r\n"), &body).await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{encoding}: {answer}");
            assert!(answer.contains("\"code\":\"body_too_large\""), "{encoding}: {answer}");
        }
        let declared = running
            .answer(
                b"POST /json HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999999\r\n\r\n",
            )
            .await;
        assert!(declared.starts_with("HTTP/1.1 413"), "refused before it is sent: {declared}");
    }

    #[tokio::test]
    async fn answers_are_compressed_for_who_asks() {
        let running = start().await;
        let answer = running
            .answer(
                b"GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept-encoding: gzip, zstd;q=0.5\r\n\r\n",
            )
            .await;
        assert!(answer.contains("content-encoding: gzip"), "{answer}");
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }
}
