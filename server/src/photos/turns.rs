//! Whose turn it is with an upload: the newest request's.
//!
//! A phone knows before the server that its line died. So who comes later tells who is at it to
//! end, waits until that one has saved what it has, and goes on from there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// All uploads that somebody is at.
#[derive(Debug, Default)]
pub(super) struct Turns {
    seats: Mutex<HashMap<Uuid, Arc<Seat>>>,
}

#[derive(Debug, Default)]
struct Seat {
    /// Held by whose turn it is.
    taken: Arc<tokio::sync::Mutex<()>>,
    /// Tells the newest of those at it or waiting for it to end.
    newest: Mutex<CancellationToken>,
}

/// Somebody's turn; it ends when this is dropped.
pub(super) struct Turn {
    /// Told when somebody else wants it.
    pub(super) over: CancellationToken,
    // Dropped in this order: the seat is free before it is given up.
    _taken: tokio::sync::OwnedMutexGuard<()>,
    _claim: Claim,
}

/// Keeps a seat alive while somebody is at it or waits for it.
struct Claim {
    turns: Arc<Turns>,
    upload: Uuid,
    seat: Arc<Seat>,
}

impl Turns {
    /// Ends whose turn it is and takes over.
    pub(super) async fn take(self: &Arc<Self>, upload: Uuid) -> Turn {
        let claim = self.claim(upload);
        let over = CancellationToken::new();
        let before = std::mem::replace(&mut *lock(&claim.seat.newest), over.clone());
        before.cancel();
        let taken = Arc::clone(&claim.seat.taken).lock_owned().await;
        Turn { over, _taken: taken, _claim: claim }
    }

    fn claim(self: &Arc<Self>, upload: Uuid) -> Claim {
        let seat = Arc::clone(lock(&self.seats).entry(upload).or_default());
        Claim { turns: Arc::clone(self), upload, seat }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut seats = lock(&self.turns.seats);
        // The map's and this one: seats are handed out under the lock alone, so nobody else comes.
        if Arc::strong_count(&self.seat) == 2 {
            seats.remove(&self.upload);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_has_the_turn_and_nothing_stays_behind() {
        let turns = Arc::new(Turns::default());
        let upload = Uuid::now_v7();
        let first = turns.take(upload).await;
        assert!(!first.over.is_cancelled());

        let second = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.take(upload).await }
        });
        first.over.cancelled().await;
        let other = turns.take(Uuid::now_v7()).await;
        assert!(!other.over.is_cancelled(), "another upload is nobody else's affair");
        drop(first);
        let second = second.await.unwrap();
        assert!(!second.over.is_cancelled());

        // Somebody who gives up waiting ends the turn all the same, and leaves no trace.
        let mut waiting = Box::pin(turns.take(upload));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        assert!(second.over.is_cancelled());
        drop((second, other));
        assert!(lock(&turns.seats).is_empty());
    }
}
