//! Changes that somebody carried by hand: judged as of the device that wrote them, on the one write path.

use std::sync::Arc;

use sync_protocol::id::UserId;
use sync_protocol::message::Outcome;

use super::engine::Engine;
use super::incoming::{Incoming, Sender};
use super::round::{outcome, shown_up_to};
use super::writer::Push;
use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::{Language, Result};

/// What was carried, and for whom.
#[derive(Debug)]
pub struct Carried {
    /// Who wrote it, on which device.
    pub author: Arc<Actor>,
    /// Since when the device, or its owner, is let in no more.
    pub shut_out_since: Option<Moment>,
    /// Where the device's last answer ended.
    pub cursor: Option<String>,
    /// Who carries it.
    pub carrier: UserId,
    /// In order.
    pub changes: Vec<String>,
}

impl Engine {
    /// Takes what was carried, in one commit; flushed before this answers.
    ///
    /// # Errors
    /// If nothing can be stored at the moment. Then nothing of it was.
    pub async fn take_carried(&self, carried: Carried, language: Language) -> Result<Vec<Outcome>> {
        let Carried { author, shut_out_since, cursor, carrier, changes } = carried;
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        self.demand_office(&author).await?;
        let changes: Result<Vec<_>> = changes.iter().map(|raw| Incoming::read(raw)).collect();
        let changes = changes?;
        let ids: Vec<_> = changes.iter().map(|incoming| incoming.sent_id.clone()).collect();
        let cursor = match cursor.and_then(|text| self.sealer.open(&text)) {
            Some(cursor) if self.is_of_this_history(&cursor).await? => Some(cursor),
            _ => None,
        };
        let sender = Sender::carried(carrier, author, shown_up_to(cursor.as_ref()), shut_out_since);
        // The device is not here: its tickets stay as they are.
        let pushed = self.push(Push { sender, changes, ticket: None, release: None }).await?;
        let verdicts = ids.into_iter().zip(pushed.verdicts);
        Ok(verdicts.map(|(id, verdict)| outcome(id, verdict, language)).collect())
    }
}
