//! The office decides about held changes: it lists them, releases them, or refuses them with a reason.

use serde::Serialize;

use super::admit::{Verdict, Work};
use super::engine::Engine;
use super::incoming::{Incoming, Rights, Sender};
use super::writer::{Push, Release, prepare};
use crate::access::actor::Actor;
use crate::access::policy;
use crate::error::{Error, Kind, Result};
use crate::store::Tx;
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

/// A held change as somebody sees it.
#[derive(Debug)]
pub struct Seen {
    /// The change.
    pub row: HeldRow,
    /// Why this person cannot release it; nothing if they can.
    pub hindrance: Option<Hindrance>,
}

/// Why somebody cannot release a held change. Named as the problem that trying would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hindrance {
    /// They do not decide what is held in that county.
    Forbidden,
    /// Somebody decided.
    DecidedAlready,
    /// They wrote it themselves, or it closes a finding on works that they have built.
    NotByYou,
    /// It breaks a rule that holds for everybody; it can be refused.
    CannotBeReleased,
}

impl Engine {
    /// The held changes of the counties whose box somebody may see, oldest first.
    ///
    /// # Errors
    /// Forbidden to who sees no county's box.
    pub async fn held(&self, actor: &Actor, query: &Query) -> Result<Vec<Seen>> {
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
        let mut tx = self.store.snapshot().await?;
        let rows = held::list(&mut tx, &counties, query.state, query.after, query.limit).await?;
        self.all_seen(&mut tx, actor, rows).await
    }

    /// The held changes that somebody delivered, newest first.
    pub async fn held_of_author(&self, author: &Actor, limit: u32) -> Result<Vec<Seen>> {
        let mut tx = self.store.snapshot().await?;
        let rows = held::of_author(&mut tx, author.user, limit).await?;
        self.all_seen(&mut tx, author, rows).await
    }

    async fn all_seen(&self, tx: &mut Tx, actor: &Actor, rows: Vec<HeldRow>) -> Result<Vec<Seen>> {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(self.seen(tx, actor, row).await?);
        }
        Ok(all)
    }

    async fn seen(&self, tx: &mut Tx, actor: &Actor, row: HeldRow) -> Result<Seen> {
        let hindrance = match self.releasing(actor, &row, None)? {
            Ok(push) => self.rule_broken_by(tx, &push).await?,
            Err(hindrance) => Some(hindrance),
        };
        Ok(Seen { row, hindrance })
    }

    /// Judges a release as the one who appends would, and writes nothing.
    async fn rule_broken_by(&self, tx: &mut Tx, push: &Push) -> Result<Option<Hindrance>> {
        let mut work = Work::new(&self.standing(), self.clock.now());
        prepare(tx, &mut work, std::slice::from_ref(push)).await?;
        let standing = self.standing();
        let mut verdicts = push.changes.iter().map(|change| work.judge(&standing, change, &push.sender));
        let is_held = verdicts.any(|verdict| matches!(verdict, Verdict::Held { .. }));
        Ok(is_held.then_some(Hindrance::CannotBeReleased))
    }

    /// What the one who appends is to be given so that somebody's release takes place, or why they
    /// are not the one.
    fn releasing(
        &self,
        actor: &Actor,
        row: &HeldRow,
        reason: Option<String>,
    ) -> Result<Result<Push, Hindrance>> {
        let held = &row.held;
        if let Err(hindrance) = self.may_decide(actor, row) {
            return Ok(Err(hindrance));
        }
        let incoming = Incoming::read(&held.raw)?;
        if incoming.digest != held.digest {
            return Err(Error::internal(anyhow::anyhow!("held change {} is damaged on disk", row.id)));
        }
        let kind = incoming.reading.as_ref().map_or("", |decoded| decoded.change.kind.as_str());
        if held.by == actor.user || !policy::may_release(actor, self.clock.now(), kind) {
            return Ok(Err(Hindrance::NotByYou));
        }
        let sender = Sender {
            user: held.by,
            name: held.by_name.clone(),
            device: held.device,
            carried_by: held.carried_by,
            rights: Rights::Released {
                by: actor.user,
                county: held.county.clone(),
                permitted_when_made: held.permitted_when_made,
            },
        };
        Ok(Ok(Push {
            sender,
            changes: vec![incoming],
            ticket: None,
            release: Some(Release { held: row.id, by: actor.user, reason }),
        }))
    }

    /// One held change of a county whose box somebody may see.
    ///
    /// # Errors
    /// Not found if there is none, or it is another county's.
    pub async fn held_change(&self, actor: &Actor, id: i64) -> Result<Seen> {
        let mut tx = self.store.snapshot().await?;
        let row = self.held_row(&mut tx, actor, id).await?;
        self.seen(&mut tx, actor, row).await
    }

    async fn held_row(&self, tx: &mut Tx, actor: &Actor, id: i64) -> Result<HeldRow> {
        let row = held::held(tx, id).await?.ok_or_else(Error::not_found)?;
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
    pub async fn release(&self, actor: &Actor, id: i64, reason: Option<String>) -> Result<Seen> {
        let row = self.held_row(&mut *self.store.read().await?, actor, id).await?;
        let push = self.releasing(actor, &row, reason)?.map_err(Hindrance::into_error)?;
        let mut pushed = self.push(push).await?;
        if let Some(Verdict::Held { refusal, refused }) = pushed.verdicts.pop() {
            if refused.is_some() {
                return Err(decided_already());
            }
            return Err(cannot_be_released(&refusal.zh, &refusal.en));
        }
        self.held_change(actor, id).await
    }

    /// Refuses a held change. It stays in the box, with the reason, for good.
    ///
    /// # Errors
    /// Conflict if it was decided already; unprocessable without a reason.
    pub async fn refuse(&self, actor: &Actor, id: i64, reason: String) -> Result<Seen> {
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
        let row = self.held_row(&mut *self.store.read().await?, actor, id).await?;
        self.may_decide(actor, &row).map_err(Hindrance::into_error)?;
        Ok(row)
    }

    fn may_decide(&self, actor: &Actor, row: &HeldRow) -> Result<(), Hindrance> {
        if !self.may(actor, &row.held.county, policy::decides_held) {
            return Err(Hindrance::Forbidden);
        }
        if row.state != State::Waiting {
            return Err(Hindrance::DecidedAlready);
        }
        Ok(())
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

impl Hindrance {
    fn into_error(self) -> Error {
        match self {
            Self::Forbidden => Error::forbidden(),
            Self::DecidedAlready => decided_already(),
            Self::NotByYou => not_by_you(),
            Self::CannotBeReleased => {
                cannot_be_released("内容不合规则", "it breaks a rule that holds for everybody")
            }
        }
    }
}

fn cannot_be_released(zh: &str, en: &str) -> Error {
    Error::new(
        Kind::Unprocessable,
        "cannot_be_released",
        format!("这条变更不能放行：{zh}。它仍保存在待处理箱里，可以退回并写明原因"),
        format!("it cannot be released: {en}. It stays in the held box and can be refused"),
    )
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
