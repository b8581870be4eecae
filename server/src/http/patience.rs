//! A stream whose writes must make progress: who takes no byte of an answer for too long is cut off.
//!
//! It is closed gently where a request was answered before all of it came: a connection that is
//! closed on bytes that nobody read is reset, and the answer may be lost with it. Where what still comes
//! is known to be of no use, it is closed soon: browsers send all of a request before they look at the
//! answer, and on a slow line that is most of what they pay for.

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
/// The same where what still comes is of no use.
const LINGER_BRIEFLY: Duration = Duration::from_millis(250);
/// How much of that at a time.
const THROWN_AWAY_BYTES: usize = 8 * 1024;

/// What a connection knows of the request that it carries.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// It was answered before all of it was read.
    pub(super) is_unread: AtomicBool,
    /// What still comes of it is of no use.
    pub(super) is_useless: AtomicBool,
}

/// Says of an answer that what still comes of its request is of no use.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnoughRead;

/// A stream whose writes must make progress.
pub(super) struct Patient<S> {
    stream: S,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
    waiting: bool,
    carried: Arc<Carried>,
    lingering: bool,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, patience: Duration, carried: Arc<Carried>) -> Self {
        let deadline = Box::pin(tokio::time::sleep(patience));
        Self { stream, patience, deadline, waiting: false, carried, lingering: false }
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
            let is_useless = self.carried.is_useless.load(Ordering::Relaxed);
            let linger = if is_useless { LINGER_BRIEFLY } else { LINGER };
            self.deadline.as_mut().reset(Instant::now() + linger);
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
        if self.carried.is_unread.load(Ordering::Relaxed) {
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
            let carried = Carried { is_unread: AtomicBool::new(unread), ..Carried::default() };
            let mut near = Patient::new(near, LINGER, Arc::new(carried));
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

    #[tokio::test]
    async fn what_is_of_no_use_is_not_waited_for() {
        let (near, mut far) = tokio::io::duplex(16);
        let carried = Carried { is_unread: AtomicBool::new(true), is_useless: AtomicBool::new(true) };
        let mut near = Patient::new(near, LINGER, Arc::new(carried));
        let endless = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                if far.write_all(&[7]).await.is_err() {
                    return;
                }
            }
        });
        let began = Instant::now();
        near.shutdown().await.unwrap();
        drop(near);
        endless.await.unwrap();
        assert!(began.elapsed() < LINGER / 2, "it took {:?}", began.elapsed());
    }
}
