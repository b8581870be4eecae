//! Photos under load: whole photos in one request each, and the pictures made of them.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::Server;
use harness::photos::Shot;
use harness::seed::Seed;

use crate::open_loop::photo_headers;
use crate::wire::Wire;

/// How many phones send photos at the same time.
pub(crate) const SENDERS: usize = 8;

/// Files of 300 KB to 3 MB that begin as a small picture does, so that what is made of them later
/// costs next to nothing.
pub(crate) fn files(count: usize) -> Vec<Vec<u8>> {
    let small = Shot::small().take(1);
    let mut chance = Seed::new(7);
    (0..count)
        .map(|_| {
            let mut bytes = small.clone();
            let length = 300_000 + chance.below(2_700_000) as usize;
            while bytes.len() < length {
                bytes.extend_from_slice(&chance.next().to_le_bytes());
            }
            bytes
        })
        .collect()
}

/// Bytes a second that the server takes, flushed and checked.
pub(crate) async fn take_in(server: &Server, token: &str, files: Arc<Vec<Vec<u8>>>) -> f64 {
    let began = Instant::now();
    let mut sending = Vec::new();
    for sender in 0..SENDERS {
        let mut wire = Wire::connect(server.address(), token).await;
        let files = Arc::clone(&files);
        sending.push(tokio::spawn(async move {
            for bytes in files.iter().skip(sender).step_by(SENDERS) {
                let headers = photo_headers(bytes);
                let (status, head, answer) = wire.ask("POST", "/api/v1/uploads", &headers, bytes).await;
                let whole = head.contains(&format!("upload-offset: {}\r\n", bytes.len()));
                assert!(status == 201 && whole, "{status} {head} {}", String::from_utf8_lossy(&answer));
            }
        }));
    }
    for sender in sending {
        sender.await.expect("a sender ends well");
    }
    let bytes: usize = files.iter().map(Vec::len).sum();
    bytes as f64 / began.elapsed().as_secs_f64()
}

/// Seconds a picture for preview and thumbnail of a 12 MP photo: by the server's own code, and by
/// libvips (`vipsthumbnail`), both on one thread. `None` where libvips is not installed.
pub(crate) fn render(folder: &Path) -> (f64, Option<f64>) {
    const PICTURES: usize = 8;
    let photo = bytes::Bytes::from(Shot::whole().take(3));
    let began = Instant::now();
    for _ in 0..PICTURES {
        let developed = siteledger::photos::render::develop(&photo);
        assert!(developed.picture.is_some(), "it is a picture");
    }
    let ours = began.elapsed().as_secs_f64() / PICTURES as f64;
    let names: Vec<_> = (0..PICTURES).map(|number| format!("{number}.jpg")).collect();
    for name in &names {
        std::fs::write(folder.join(name), &photo).expect("it is written");
    }
    let mut theirs = Duration::ZERO;
    for (size, name) in [("1600", "preview-%s.jpg[Q=80]"), ("320", "thumbnail-%s.jpg[Q=80]")] {
        let began = Instant::now();
        let done = Command::new("vipsthumbnail")
            .current_dir(folder)
            .env("VIPS_CONCURRENCY", "1")
            .args(["--rotate", "--size", size, "-o", name])
            .args(&names)
            .status();
        if !done.is_ok_and(|status| status.success()) {
            return (ours, None);
        }
        theirs += began.elapsed();
    }
    (ours, Some(theirs.as_secs_f64() / PICTURES as f64))
}
