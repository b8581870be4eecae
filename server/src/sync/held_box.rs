//! The office decides about held changes: it lists them, releases them, or refuses them with a reason.

use sync_protocol::id::UserId;

use super::admit::Verdict;
use super::engine::Engine;
use super::incoming::{Incoming, Rights, Sender};
use super::writer::{Push, Release};
use crate::access::actor::Actor;
use crate::access::policy;
use crate::error::{Error, Kind, Result};
use crate::store::held::{self, Decision, HeldRow, State};

/// Which held changes somebody asks for.
#[derive(Clone, Debug)]
pub struct Query {
    /// In that state.
    pub state: State,
    /// Of that county; of all that the person may see if none is named.
    pub county: Option<String>,
    /// After that number.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

impl Engine {
    /// The held changes of the counties whose box somebody may see, oldest first.
    ///
    /// # Errors
    /// Forbidden to who sees no county's box.
    pub async fn held(&self, actor: &Actor, query: &Query) -> Result<Vec<HeldRow>> {
        let now = self.clock.now();
        let counties: Vec<String> = {
            let standing = self.standing();
            let seen = standing
                .counties
                .values()
                .map(|county| &county.ledger)
                .filter(|ledger| policy::sees_held(actor, now, &ledger.county, ledger.city.as_deref()));
            seen.map(|ledger| ledger.county.clone()).collect()
        };
        if counties.is_empty() {
            return Err(Error::forbidden());
        }
        let asked = |county: &String| query.county.as_ref().is_none_or(|asked| asked == county);
        let counties: Vec<_> = counties.into_iter().filter(asked).collect();
        if counties.is_empty() {
            return Err(Error::not_found());
        }
        let mut tx = self.store.read().await?;
        held::list(&mut tx, &counties, query.state, query.after, query.limit).await
    }

    /// The held changes that somebody delivered, newest first.
    pub async fn held_of_author(&self, author: UserId, limit: u32) -> Result<Vec<HeldRow>> {
        let mut tx = self.store.read().await?;
        held::of_author(&mut tx, author, limit).await
    }

    /// One held change of a county whose box somebody may see.
    ///
    /// # Errors
    /// Not found if there is none, or it is another county's.
    pub async fn held_change(&self, actor: &Actor, id: i64) -> Result<HeldRow> {
        let mut tx = self.store.read().await?;
        let row = held::held(&mut tx, id).await?.ok_or_else(Error::not_found)?;
        if row.held.by != actor.user && !self.may(actor, &row.held.county, policy::sees_held) {
            return Err(Error::not_found());
        }
        Ok(row)
    }

    /// Lets a held change into the ledger as its author's. What the author may write is not asked
    /// again; what holds for everybody is. Nobody releases what they wrote themselves.
    ///
    /// # Errors
    /// Conflict if it was decided already; unprocessable, saying why, if it can be nobody's change.
    pub async fn release(&self, actor: &Actor, id: i64, reason: Option<String>) -> Result<HeldRow> {
        let row = self.to_be_decided(actor, id).await?;
        let held = row.held;
        let incoming = Incoming::read(&held.raw)?;
        if incoming.digest != held.digest {
            return Err(Error::internal(anyhow::anyhow!("held change {id} is damaged on disk")));
        }
        let kind = incoming.reading.as_ref().map_or("", |decoded| decoded.change.kind.as_str());
        if held.by == actor.user || !policy::may_release(actor, self.clock.now(), kind) {
            return Err(not_by_you());
        }
        let sender = Sender {
            user: held.by,
            name: held.by_name,
            device: held.device,
            rights: Rights::Released {
                by: actor.user,
                county: held.county,
                permitted_when_made: held.permitted_when_made,
            },
        };
        let push = Push {
            sender,
            changes: vec![incoming],
            ticket: None,
            release: Some(Release { held: id, by: actor.user, reason }),
        };
        let mut pushed = self.push(push).await?;
        if let Some(Verdict::Held { refusal, refused }) = pushed.verdicts.pop() {
            if refused.is_some() {
                return Err(decided_already());
            }
            return Err(Error::new(
                Kind::Unprocessable,
                "cannot_be_released",
                format!("这条变更不能放行：{}。它仍保存在待处理箱里，可以退回并写明原因", refusal.zh),
                format!("it cannot be released: {}. It stays in the held box and can be refused", refusal.en),
            ));
        }
        self.held_change(actor, id).await
    }

    /// Refuses a held change. It stays in the box, with the reason, for good.
    ///
    /// # Errors
    /// Conflict if it was decided already; unprocessable without a reason.
    pub async fn refuse(&self, actor: &Actor, id: i64, reason: String) -> Result<HeldRow> {
        if reason.trim().is_empty() {
            return Err(Error::new(
                Kind::Unprocessable,
                "reason_needed",
                "退回要写明原因，填报人会看到",
                "a refusal needs a reason; its author will read it",
            ));
        }
        self.to_be_decided(actor, id).await?;
        let decision = Decision {
            state: State::Refused,
            by: Some(actor.user),
            at: self.clock.now(),
            reason: Some(reason),
            seq: None,
        };
        let decided = self
            .store
            .write(move |tx| Box::pin(async move { held::decide(tx, id, &decision).await }))
            .await?;
        if !decided {
            return Err(decided_already());
        }
        self.held_change(actor, id).await
    }

    async fn to_be_decided(&self, actor: &Actor, id: i64) -> Result<HeldRow> {
        let row = self.held_change(actor, id).await?;
        if !self.may(actor, &row.held.county, policy::decides_held) {
            return Err(Error::forbidden());
        }
        if row.state != State::Waiting {
            return Err(decided_already());
        }
        Ok(row)
    }

    fn may(
        &self,
        actor: &Actor,
        county: &str,
        question: fn(&Actor, crate::clock::Moment, &str, Option<&str>) -> bool,
    ) -> bool {
        let city = self.standing().counties.get(county).and_then(|county| county.ledger.city.clone());
        question(actor, self.clock.now(), county, city.as_deref())
    }
}

fn not_by_you() -> Error {
    Error::new(
        Kind::Forbidden,
        "not_by_you",
        "这条变更要由别人放行：自己填的、或自己所建项目的复查，不能由本人放行；它仍在待处理箱里",
        "somebody else must release this: nobody releases what they wrote themselves, and who builds no verification; it stays in the held box",
    )
}

fn decided_already() -> Error {
    Error::new(
        Kind::Conflict,
        "decided_already",
        "这条变更已经有人处理过了",
        "somebody has decided about this change already",
    )
}
