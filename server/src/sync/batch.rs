//! Many changes of one person that belong together: judged without being written, or appended in one
//! commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use sync_protocol::change::Change;

use super::admit::{Verdict, Work};
use super::engine::Engine;
use super::heal;
use super::incoming::{Incoming, Sender};
use super::writer::{Push, prepare};
use crate::access::actor::Actor;
use crate::error::{Error, Result};

impl Engine {
    /// What would become of each change if it came now. Nothing of them is written; the rows of records
    /// that a disk damaged are made anew, as when they come, so that nothing else is foretold than happens.
    ///
    /// # Errors
    /// What the store says.
    pub async fn foresee(
        &self,
        actor: &Arc<Actor>,
        seen: &BTreeMap<String, u64>,
        changes: &[Change],
    ) -> Result<Vec<Verdict>> {
        let push = push(actor, seen, changes)?;
        let mut work = self.prepared(&push).await?;
        let unreadable: Vec<_> = work.unreadable.iter().copied().collect();
        if !unreadable.is_empty() && heal::heal(&self.store, unreadable).await? {
            work = self.prepared(&push).await?;
        }
        let standing = self.standing();
        Ok(push.changes.iter().map(|change| work.judge(&standing, change, &push.sender)).collect())
    }

    async fn prepared(&self, push: &Push) -> Result<Work> {
        let mut tx = self.store.snapshot().await?;
        let mut work = Work::new(&self.standing(), self.clock.now());
        prepare(&mut tx, &mut work, std::slice::from_ref(push)).await?;
        Ok(work)
    }

    /// Appends them in one commit, in order, by the author's own rights; tells what became of each.
    ///
    /// # Errors
    /// If nothing can be stored at the moment; then nothing was.
    pub async fn append_together(
        &self,
        actor: &Arc<Actor>,
        seen: &BTreeMap<String, u64>,
        changes: &[Change],
    ) -> Result<Vec<Verdict>> {
        self.demand_office(actor).await?;
        Ok(self.push(push(actor, seen, changes)?).await?.verdicts)
    }
}

/// `seen` is up to which number the author has been shown each county's ledger.
fn push(actor: &Arc<Actor>, seen: &BTreeMap<String, u64>, changes: &[Change]) -> Result<Push> {
    let read = |change: &Change| {
        let canonical = String::from_utf8(change.canonical()).map_err(Error::internal)?;
        Incoming::read(&canonical)
    };
    let changes: Result<Vec<_>> = changes.iter().map(read).collect();
    let sender = Sender::own(Arc::clone(actor), seen.clone(), None);
    Ok(Push { sender, changes: changes?, ticket: None, release: None })
}
