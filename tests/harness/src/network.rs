//! The line between a phone and the server: a TCP proxy in the test that does what it is told.
//!
//! One connection carries one request (see [`crate::Device::behind`]), so that [`Network::next`] is
//! the weather of the next request. Cuts are counted in bytes, not in time: a story that fails
//! fails again.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::server::Server;

/// What happens to a request.
#[derive(Clone, Debug, Default)]
pub enum Weather {
    /// It passes, and so does its answer.
    #[default]
    Fair,
    /// The line dies after so many bytes of the request.
    CutRequestAfter(usize),
    /// The line dies after so many bytes of the answer. With 0 the server did everything and the
    /// phone hears nothing.
    CutAnswerAfter(usize),
    /// The same bytes arrive twice, at once, on two connections; the answer to one of them comes back.
    Twice,
    /// Something on the way answers instead of the server, which hears nothing.
    Answer(Vec<u8>),
    /// So many bytes of the request arrive, then nothing more happens and nobody is told.
    SilentAfter(usize),
    /// It passes slowly.
    Slow {
        /// So many bytes a second each way.
        bytes_per_second: u32,
        /// So long before the first byte each way.
        latency: Duration,
    },
}

impl Weather {
    /// The server acts and the answer is lost.
    pub const LOST_ANSWER: Self = Self::CutAnswerAfter(0);

    /// An answer made of a status line, headers and a body.
    pub fn answer(status: &str, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answer(
            format!(
                "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }

    /// The sign-in page of a captive portal, which says 200.
    pub fn portal() -> Self {
        Self::answer("200 OK", "text/html", "<html><title>欢迎使用无线网络</title>请先登录</html>")
    }

    /// The same page, called JSON.
    pub fn portal_in_disguise() -> Self {
        Self::answer("200 OK", "application/json", r#"{"code":0,"msg":"请先登录","data":{"outcomes":[]}}"#)
    }

    /// A redirection to a sign-in page.
    pub fn redirect() -> Self {
        Self::Answer(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .to_vec(),
        )
    }

    /// A proxy that could not reach the server.
    pub fn bad_gateway() -> Self {
        Self::answer("502 Bad Gateway", "text/html", "<h1>502 Bad Gateway</h1>")
    }

    /// Half an answer, with a length that says it is whole.
    pub fn half_an_answer() -> Self {
        Self::answer(
            "200 OK",
            "application/json",
            r#"{"protocol":1,"server_time":"2026-03-02T09:45:11.204Z","outco"#,
        )
    }

    /// An empty success.
    pub fn nothing() -> Self {
        Self::answer("204 No Content", "application/json", "")
    }
}

/// A line to a server.
#[derive(Debug)]
pub struct Network {
    address: SocketAddr,
    state: Arc<State>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    target: Mutex<Option<SocketAddr>>,
    always: Mutex<Weather>,
    next: Mutex<VecDeque<Weather>>,
    connections: AtomicUsize,
    up: AtomicU64,
    down: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Network {
    /// Lays a line to a server.
    pub async fn to(server: &Server) -> Self {
        Self::to_address(server.address()).await
    }

    /// Lays a line to an address.
    pub async fn to_address(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(State { target: Mutex::new(Some(target)), ..State::default() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, accepting }
    }

    /// The address that phones use, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The weather of the next request that has none yet.
    pub fn next(&self, weather: Weather) {
        lock(&self.state.next).push_back(weather);
    }

    /// The weather of all requests that [`Network::next`] says nothing of.
    pub fn always(&self, weather: Weather) {
        *lock(&self.state.always) = weather;
    }

    /// Fair weather from now on, whatever was to come.
    pub fn clear_up(&self) {
        lock(&self.state.next).clear();
        self.always(Weather::Fair);
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many bytes went to the server.
    pub fn bytes_up(&self) -> u64 {
        self.state.up.load(Ordering::Relaxed)
    }

    /// How many bytes came back to phones.
    pub fn bytes_down(&self) -> u64 {
        self.state.down.load(Ordering::Relaxed)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Aborted with it, so no connection outlives its network.
    let mut connections = JoinSet::new();
    while let Ok((phone, _)) = listener.accept().await {
        state.connections.fetch_add(1, Ordering::Relaxed);
        let next = lock(&state.next).pop_front();
        let weather = next.unwrap_or_else(|| lock(&state.always).clone());
        let state = Arc::clone(&state);
        // What goes wrong on a line is what both ends see of it.
        connections.spawn(async move { carry(phone, weather, &state).await.ok() });
        while connections.try_join_next().is_some() {}
    }
}

async fn carry(mut phone: TcpStream, weather: Weather, state: &State) -> io::Result<()> {
    phone.set_nodelay(true)?;
    match weather {
        Weather::Answer(answer) => {
            read_request(&mut phone).await?;
            phone.write_all(&answer).await?;
            phone.shutdown().await
        }
        Weather::Twice => twice(phone, state).await,
        Weather::Fair => pump(phone, state, Way::default(), Way::default()).await,
        Weather::CutRequestAfter(bytes) => {
            pump(phone, state, Way { end: End::Cut(bytes), ..Way::default() }, Way::default()).await
        }
        Weather::CutAnswerAfter(bytes) => {
            pump(phone, state, Way::default(), Way { end: End::Cut(bytes), ..Way::default() }).await
        }
        Weather::SilentAfter(bytes) => {
            pump(phone, state, Way { end: End::Silence(bytes), ..Way::default() }, Way::default()).await
        }
        Weather::Slow { bytes_per_second, latency } => {
            let way = Way { end: End::Never, speed: Some(bytes_per_second), latency };
            pump(phone, state, way, way).await
        }
    }
}

async fn connect(state: &State) -> io::Result<TcpStream> {
    let target = *lock(&state.target);
    let server = TcpStream::connect(target.ok_or(io::ErrorKind::NotConnected)?).await?;
    server.set_nodelay(true)?;
    Ok(server)
}

/// One direction of a connection.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    end: End,
    speed: Option<u32>,
    latency: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
enum End {
    #[default]
    Never,
    Cut(usize),
    Silence(usize),
}

async fn pump(mut phone: TcpStream, state: &State, up: Way, down: Way) -> io::Result<()> {
    let mut server = connect(state).await?;
    if let Ended::Cut = join(&mut phone, &mut server, state, up, down).await? {
        // What had passed does arrive, however busy the machine is, before the phone asks again.
        server.shutdown().await?;
        tokio::io::copy(&mut server, &mut tokio::io::sink()).await?;
    }
    Ok(())
}

async fn join(
    phone: &mut TcpStream,
    server: &mut TcpStream,
    state: &State,
    up: Way,
    down: Way,
) -> io::Result<Ended> {
    let (mut from_phone, mut to_phone) = phone.split();
    let (mut from_server, mut to_server) = server.split();
    let mut upward = std::pin::pin!(run(&mut from_phone, &mut to_server, up, &state.up));
    let mut downward = std::pin::pin!(run(&mut from_server, &mut to_phone, down, &state.down));
    let mut up_open = true;
    loop {
        tokio::select! {
            ended = &mut upward, if up_open => match ended? {
                // The phone has said everything; the answer may still come.
                Ended::Closed => up_open = false,
                Ended::Cut => return Ok(Ended::Cut),
            },
            ended = &mut downward => return ended.map(|_| Ended::Closed),
        }
    }
}

/// How a direction ended.
enum Ended {
    Closed,
    Cut,
}

async fn run(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    way: Way,
    counter: &AtomicU64,
) -> io::Result<Ended> {
    let mut buffer = vec![0; 16 * 1024];
    let mut passed = 0;
    tokio::time::sleep(way.latency).await;
    loop {
        let room = match way.end {
            End::Never => usize::MAX,
            End::Cut(limit) | End::Silence(limit) => limit - passed,
        };
        if room == 0 && matches!(way.end, End::Silence(_)) {
            // Whatever else comes is swallowed.
            while from.read(&mut buffer).await? > 0 {}
            return Ok(Ended::Cut);
        }
        let step = way.speed.map_or(buffer.len(), |speed| (speed as usize / 20).clamp(1, buffer.len()));
        let read = from.read(&mut buffer[..step]).await?;
        if read == 0 {
            to.shutdown().await?;
            return Ok(Ended::Closed);
        }
        let passing = read.min(room);
        to.write_all(&buffer[..passing]).await?;
        to.flush().await?;
        passed += passing;
        counter.fetch_add(passing as u64, Ordering::Relaxed);
        if matches!(way.end, End::Cut(limit) if limit == passed) {
            return Ok(Ended::Cut);
        }
        if let Some(speed) = way.speed {
            tokio::time::sleep(Duration::from_secs_f64(read as f64 / f64::from(speed.max(1)))).await;
        }
    }
}

async fn twice(mut phone: TcpStream, state: &State) -> io::Result<()> {
    let request = read_request(&mut phone).await?;
    // So that the end of each answer is the end of its connection.
    let request = closing(&request);
    let (first, second) = tokio::join!(ask(state, &request), ask(state, &request));
    state.up.fetch_add(2 * request.len() as u64, Ordering::Relaxed);
    second?;
    phone.write_all(&first?).await?;
    phone.shutdown().await
}

async fn ask(state: &State, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut server = connect(state).await?;
    server.write_all(request).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(answer)
}

fn closing(request: &[u8]) -> Vec<u8> {
    let line_end = request.windows(2).position(|two| two == b"\r\n").map_or(0, |at| at + 2);
    [&request[..line_end], b"Connection: close\r\n", &request[line_end..]].concat()
}

/// Reads one request, head and body.
async fn read_request(phone: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if length_of(&request).is_some_and(|whole| request.len() >= whole) {
            return Ok(request);
        }
        let read = phone.read(&mut buffer).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&buffer[..read]);
    }
}

/// How long the request is, once its head is whole.
fn length_of(request: &[u8]) -> Option<usize> {
    let head = request.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&request[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some(head + length.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each request with its body, and counts them.
    async fn echo() -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let answered = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&answered);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    let Ok(request) = read_request(&mut client).await else { return };
                    count.fetch_add(1, Ordering::SeqCst);
                    let head = request.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
                    let body = &request[head..];
                    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                    client.write_all(answer.as_bytes()).await.ok();
                    client.write_all(body).await.ok();
                });
            }
        });
        (address, answered)
    }

    async fn post(network: &Network, body: &'static str) -> Result<String, reqwest::Error> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        client.post(network.url()).body(body).send().await?.error_for_status()?.text().await
    }

    #[tokio::test]
    async fn fair_weather_changes_nothing() {
        let (address, heard) = echo().await;
        let network = Network::to_address(address).await;
        assert_eq!(post(&network, "主体一层").await.expect("fair"), "主体一层");
        network.always(Weather::Slow { bytes_per_second: 100_000, latency: Duration::from_millis(1) });
        assert_eq!(post(&network, "主体一层").await.expect("slow"), "主体一层");
        assert_eq!(heard.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_cut_request_never_reaches_the_server_whole() {
        let (address, heard) = echo().await;
        let network = Network::to_address(address).await;
        for bytes in (1..60).step_by(7) {
            network.next(Weather::CutRequestAfter(bytes));
            post(&network, "0123456789").await.expect_err("the line was cut");
        }
        assert_eq!(heard.load(Ordering::SeqCst), 0);
        post(&network, "0123456789").await.expect("the weather was for the next requests only");
    }

    #[tokio::test]
    async fn a_lost_answer_means_that_the_server_acted() {
        let (address, heard) = echo().await;
        let network = Network::to_address(address).await;
        network.next(Weather::LOST_ANSWER);
        post(&network, "x").await.expect_err("the answer was lost");
        assert_eq!(heard.load(Ordering::SeqCst), 1);
        network.next(Weather::CutAnswerAfter(40));
        post(&network, "0123456789").await.expect_err("half an answer is none");
    }

    #[tokio::test]
    async fn a_request_can_arrive_twice_or_never() {
        let (address, heard) = echo().await;
        let network = Network::to_address(address).await;
        network.next(Weather::Twice);
        assert_eq!(post(&network, "x").await.expect("one answer"), "x");
        assert_eq!(heard.load(Ordering::SeqCst), 2);
        network.next(Weather::portal());
        assert!(post(&network, "x").await.expect("a page").contains("登录"));
        network.next(Weather::SilentAfter(5));
        post(&network, "x").await.expect_err("nobody answers");
        assert_eq!(heard.load(Ordering::SeqCst), 2);
    }
}
