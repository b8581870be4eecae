//! A stream whose writes must make progress: who takes no byte of an answer for too long is cut off.
//!
//! It is closed gently where a request was answered before all of it came: a connection that is
//! closed on bytes that nobody read is reset, and the answer may be lost with it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// For how long, after the last byte of an answer, is read and thrown away what still comes.
const LINGER: Duration = Duration::from_secs(5);
/// How much of that at a time.
const THROWN_AWAY_BYTES: usize = 8 * 1024;

/// A stream whose writes must make progress.
pub(super) struct Patient<S> {
    stream: S,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
    waiting: bool,
    /// Whether a request was answered before all of it was read.
    unread: Arc<AtomicBool>,
    lingering: bool,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, patience: Duration, unread: Arc<AtomicBool>) -> Self {
        let deadline = Box::pin(tokio::time::sleep(patience));
        Self { stream, patience, deadline, waiting: false, unread, lingering: false }
    }

    /// Passes on what a write came to, unless it waits for longer than it may.
    fn timed<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = false;
            return written;
        }
        if !self.waiting {
            self.waiting = true;
            self.deadline.as_mut().reset(Instant::now() + self.patience);
        }
        ready!(self.deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes no byte of its answer")))
    }
}

impl<S: AsyncRead + Unpin> Patient<S> {
    /// Reads and throws away what comes until the client hangs up, for a while.
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.lingering {
            self.lingering = true;
            self.deadline.as_mut().reset(Instant::now() + LINGER);
        }
        loop {
            if self.deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let mut bytes = [0; THROWN_AWAY_BYTES];
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.timed(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.timed(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.timed(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.lingering {
            let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.timed(cx, shut))?;
        }
        if self.unread.load(Ordering::Relaxed) {
            ready!(self.linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn who_takes_nothing_is_cut_off_and_who_takes_slowly_is_not() {
        let (near, mut far) = tokio::io::duplex(16);
        let mut near = Patient::new(near, Duration::from_millis(400), Arc::default());
        let slow = tokio::spawn(async move {
            // Longer than the patience altogether, shorter each time.
            for _ in 0..5 {
                tokio::time::sleep(Duration::from_millis(120)).await;
                let mut taken = [0; 16];
                far.read_exact(&mut taken).await.unwrap();
            }
            far
        });
        near.write_all(&[7; 80]).await.expect("it was taken, slowly");
        let _far = slow.await.unwrap();
        let cut = near.write_all(&[7; 80]).await.expect_err("nobody takes it");
        assert_eq!(cut.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_still_comes_of_a_request_is_read_before_the_end_and_not_for_ever() {
        for (unread, hangs_up) in [(false, false), (true, true), (true, false)] {
            let (near, mut far) = tokio::io::duplex(16);
            let mut near = Patient::new(near, LINGER, Arc::new(AtomicBool::new(unread)));
            let sending = tokio::spawn(async move {
                let sent = far.write_all(&[7; 80]).await;
                if hangs_up {
                    drop(far);
                } else {
                    // Says no more, and does not hang up.
                    std::mem::forget(far);
                }
                sent
            });
            near.shutdown().await.unwrap();
            drop(near);
            assert_eq!(sending.await.unwrap().is_ok(), unread, "{unread} {hangs_up}");
        }
    }
}
