//! An open loop: requests come when they come, whether or not the ones before were answered.
//!
//! Phones do not wait for each other, so a server that falls behind must be seen to: the moments at
//! which requests come are drawn beforehand (a Poisson process), and each answer is counted from the
//! moment at which its request was due, also where no phone was free to send it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::Server;
use harness::seed::Seed;
use hdrhistogram::Histogram;
use sync_protocol::photo::Sha256;
use tokio::sync::{Mutex, mpsc};

use crate::phones::{Phone, Sender};
use crate::wire::Wire;
use crate::{cpu_seconds, photos, resident_bytes};

/// How long each rate is kept up.
const LASTS: Duration = Duration::from_secs(6);
/// How long the server has after that to answer what was due.
const GRACE: Duration = Duration::from_secs(3);
/// How many phones there are for photos: fewer, since each holds one.
const PHOTO_SENDERS: usize = 16;
/// The shares of what the server does at most at which it is looked at.
const SHARES: [f64; 6] = [0.1, 0.25, 0.5, 0.75, 0.9, 1.1];

/// Somebody who sends requests, one after the other.
enum Caller {
    /// A sync with nothing new.
    Quiet { wire: Wire, request: Vec<u8> },
    /// Changes, so many a request.
    Changes { sender: Sender, batch: usize },
    /// Whole photos, each another one.
    Photos { wire: Wire, bytes: Vec<u8>, chance: Seed },
}

/// A request that only needs to be sent.
enum Ready {
    Quiet,
    Changes(Vec<u8>),
    Photo { headers: String },
}

impl Caller {
    /// Makes the next request: before it is due, so that this costs the server nothing.
    fn prepare(&mut self) -> Ready {
        match self {
            Self::Quiet { .. } => Ready::Quiet,
            Self::Changes { sender, batch } => Ready::Changes(sender.next(*batch)),
            Self::Photos { bytes, chance, .. } => {
                let end = bytes.len() - 8;
                bytes[end..].copy_from_slice(&chance.next().to_le_bytes());
                Ready::Photo { headers: photo_headers(bytes) }
            }
        }
    }

    async fn send(&mut self, ready: Ready) {
        match (self, ready) {
            (Self::Quiet { wire, request }, _) => {
                wire.post("/api/v1/sync", request).await;
            }
            (Self::Changes { sender, .. }, Ready::Changes(body)) => {
                sender.send(&body).await;
            }
            (Self::Photos { wire, bytes, .. }, Ready::Photo { headers }) => {
                let (status, ..) = wire.ask("POST", "/api/v1/uploads", &headers, bytes).await;
                assert_eq!(status, 201, "a photo is taken");
            }
            _ => unreachable!("a caller sends what it prepared"),
        }
    }
}

/// What a whole photo is sent with.
pub(crate) fn photo_headers(bytes: &[u8]) -> String {
    format!(
        "tus-resumable: 1.0.0\r\ncontent-type: application/offset+octet-stream\r\n\
         upload-length: {}\r\nupload-metadata: sha256 {},filename {},filetype {}\r\n",
        bytes.len(),
        STANDARD.encode(Sha256::of(bytes).to_string()),
        STANDARD.encode("demo.jpg"),
        STANDARD.encode("image/jpeg"),
    )
}

/// The moments at which requests come, from the beginning on: at that many a second, by chance.
fn arrivals(rate: f64, lasts: Duration, chance: &mut Seed) -> Vec<Duration> {
    let (mut at, mut moments) = (0.0, Vec::new());
    loop {
        let drawn = (chance.below(1 << 53) as f64 + 1.0) / (1_u64 << 53) as f64;
        at -= drawn.ln() / rate;
        if at >= lasts.as_secs_f64() {
            return moments;
        }
        moments.push(Duration::from_secs_f64(at));
    }
}

/// What was seen at one rate.
struct Seen {
    due: u64,
    answered: u64,
    took: Duration,
    /// In microseconds; what was not answered counts with how long it was overdue at the end.
    latency: Histogram<u64>,
    cpu_seconds: f64,
}

/// Has requests come at these moments.
async fn load(server: &Server, callers: Vec<Caller>, moments: Vec<Duration>) -> (Seen, Vec<Caller>) {
    let (due, queue) = mpsc::unbounded_channel::<Instant>();
    let queue = Arc::new(Mutex::new(queue));
    let (count, cpu_before) = (moments.len() as u64, cpu_seconds(server));
    let began = Instant::now() + Duration::from_millis(20);
    let end = began + LASTS + GRACE;
    let calling: Vec<_> =
        callers.into_iter().map(|caller| tokio::spawn(call(caller, Arc::clone(&queue), end))).collect();
    // A thread of its own: the runtime's timer is no finer than a millisecond.
    let schedule = std::thread::spawn(move || {
        for moment in moments {
            let at = began + moment;
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if due.send(at).is_err() {
                return;
            }
        }
    });
    let (mut latency, mut answered, mut callers) = (histogram(), 0, Vec::new());
    for one in calling {
        let (caller, its, count) = one.await.expect("a phone ends well");
        latency.add(&its).expect("alike");
        answered += count;
        callers.push(caller);
    }
    schedule.join().expect("the schedule ends well");
    let (took, cpu_seconds) = (began.elapsed(), cpu_seconds(server) - cpu_before);
    (Seen { due: count, answered, took, latency, cpu_seconds }, callers)
}

async fn call(
    mut caller: Caller,
    queue: Arc<Mutex<mpsc::UnboundedReceiver<Instant>>>,
    end: Instant,
) -> (Caller, Histogram<u64>, u64) {
    let (mut latency, mut answered) = (histogram(), 0);
    let mut ready = Some(caller.prepare());
    loop {
        let due = queue.lock().await.recv().await;
        let Some(due) = due else { return (caller, latency, answered) };
        if Instant::now() < end {
            let request = ready.take().expect("one is always prepared");
            caller.send(request).await;
            latency.saturating_record(due.elapsed().as_micros() as u64);
            answered += 1;
            ready = Some(caller.prepare());
        } else {
            latency.saturating_record(due.elapsed().as_micros() as u64);
        }
    }
}

/// Microseconds, to three digits.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 600_000_000, 3).expect("sound bounds")
}

/// Requests a second when everybody sends as soon as the answer is there.
async fn most(callers: Vec<Caller>) -> (f64, Vec<Caller>) {
    let began = Instant::now();
    let sending: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            tokio::spawn(async move {
                let mut sent = 0_u64;
                while began.elapsed() < LASTS / 2 {
                    let ready = caller.prepare();
                    caller.send(ready).await;
                    sent += 1;
                }
                (caller, sent)
            })
        })
        .collect();
    let (mut sent, mut callers) = (0, Vec::new());
    for one in sending {
        let (caller, its) = one.await.expect("a phone ends well");
        sent += its;
        callers.push(caller);
    }
    (sent as f64 / began.elapsed().as_secs_f64(), callers)
}

async fn quiet(server: &Server, phones: &[Phone]) -> Vec<Caller> {
    let (request, _) = crate::phones::quiet(server, &phones[0]).await;
    let mut callers = Vec::new();
    for _ in phones {
        let wire = Wire::connect(server.address(), &phones[0].token).await;
        callers.push(Caller::Quiet { wire, request: request.clone() });
    }
    callers
}

async fn changes(address: SocketAddr, phones: &[Phone], batch: usize, first: u64) -> Vec<Caller> {
    let mut callers = Vec::new();
    for phone in phones {
        callers.push(Caller::Changes { sender: Sender::of(address, phone, first).await, batch });
    }
    callers
}

async fn photo_senders(address: SocketAddr, phones: &[Phone]) -> Vec<Caller> {
    let mut callers = Vec::new();
    for ((number, phone), bytes) in (0..).zip(phones).zip(photos::files(PHOTO_SENDERS)) {
        let wire = Wire::connect(address, &phone.token).await;
        callers.push(Caller::Photos { wire, bytes, chance: Seed::new(number) });
    }
    callers
}

/// Prints a table of what each kind of work does at several rates.
pub(crate) async fn measure() {
    let server = Server::start().await;
    let phones = crate::phones::enrol(&server).await;
    let address = server.address();
    println!(
        "| work | due a second | answered | p50 ms | p90 | p99 | p99.9 | most | CPU ms a request | memory MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for (work, first) in [
        ("one change a request", 400_000),
        ("20 changes a request", 800_000),
        ("a sync with nothing new", 0),
        ("a photo of 0.3–3 MB", 0),
    ] {
        let mut callers = match work {
            "one change a request" => changes(address, &phones, 1, first).await,
            "20 changes a request" => changes(address, &phones, 20, first).await,
            "a sync with nothing new" => quiet(&server, &phones).await,
            _ => photo_senders(address, &phones).await,
        };
        let most;
        (most, callers) = self::most(callers).await;
        for share in SHARES {
            let rate = most * share;
            let moments = arrivals(rate, LASTS, &mut Seed::new(11));
            let seen;
            (seen, callers) = load(&server, callers, moments).await;
            print(work, share, &seen, resident_bytes(&server));
        }
    }
}

fn print(work: &str, share: f64, seen: &Seen, resident: f64) {
    let ms = |quantile: f64| seen.latency.value_at_quantile(quantile) as f64 / 1000.0;
    println!(
        "| {work}, {:.0} % of the most | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.3} | {:.0} |",
        share * 100.0,
        seen.due as f64 / LASTS.as_secs_f64(),
        seen.answered as f64 / seen.took.as_secs_f64().max(LASTS.as_secs_f64()),
        ms(0.5),
        ms(0.9),
        ms(0.99),
        ms(0.999),
        seen.latency.max() as f64 / 1000.0,
        seen.cpu_seconds * 1000.0 / seen.answered.max(1) as f64,
        resident / 1e6,
    );
}
