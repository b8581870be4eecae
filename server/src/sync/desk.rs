//! What somebody who is not signed in hands over at a county's public desk: it goes through the one
//! write path under the desk's own name, which nobody can sign in with.

use sync_protocol::change::Change;
use sync_protocol::id::{DeviceId, UserId};
use uuid::Uuid;

use super::admit::Verdict;
use super::engine::Engine;
use super::incoming::{Incoming, Rights, Sender};
use super::writer::Push;
use crate::error::{Error, Result};

/// What the desk is called in the ledger.
const NAME: &str = "公众投诉窗口";

impl Engine {
    /// Appends what was handed over at a county's desk; flushed before this answers. What the desk may
    /// not write is held nowhere: the verdict says so, and nothing was stored.
    ///
    /// # Errors
    /// If nothing can be stored at the moment. Then nothing was.
    pub async fn take_at_desk(&self, county: &str, change: &Change) -> Result<Verdict> {
        let canonical = String::from_utf8(change.canonical()).map_err(Error::internal)?;
        let changes = vec![Incoming::read(&canonical)?];
        let pushed =
            self.push(Push { sender: Sender::desk(county), changes, ticket: None, release: None }).await?;
        pushed.verdicts.into_iter().next().ok_or_else(|| Error::internal(anyhow::anyhow!("no verdict")))
    }
}

impl Sender {
    /// The public desk of a county. Its ids follow from the county's code.
    fn desk(county: &str) -> Self {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"desk.siteledger");
        let id = Uuid::new_v5(&namespace, county.as_bytes());
        Self {
            user: UserId(id),
            name: NAME.to_owned(),
            device: DeviceId(id),
            carried_by: None,
            rights: Rights::Desk { county: county.to_owned() },
        }
    }
}
