//! What those who sign said of a record, and whether it still stands.

use sync_protocol::id::UserId;
use sync_protocol::kinds::{Kind, Role};
use sync_protocol::record::Head;
use sync_protocol::signoff::{self, Signoff, Standing, Verdict};

use super::super::reading::Read;

/// What a reviewer said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// Confirmed, or approved.
    Confirmed,
    /// Sent back with a reason.
    Returned,
}

/// What a reviewer said last, and whether the record still is what that was said of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// What was said.
    pub reviewed: Reviewed,
    /// Whether content was added or taken away since.
    pub changed_since: bool,
}

/// A signature that can be read, with the head it stands in.
pub(super) fn signatures(read: Read<'_>) -> impl Iterator<Item = (&Head, Signoff)> {
    let heads = read.record().heads_named(signoff::FIELD).iter();
    heads.filter_map(|head| Some((head, Signoff::read(&head.value).ok()?)))
}

/// Those who said yes to the record as it stands now, each with the role in which they did.
pub(super) fn consents(read: Read<'_>) -> Vec<(Role, UserId)> {
    signatures(read)
        .filter(|(_, signoff)| signoff.verdict != Verdict::Returned)
        .filter(|(_, signoff)| signoff.standing(read.record()) == Standing::Current)
        .map(|(head, signoff)| (signoff.role, head.by))
        .collect()
}

/// Everybody who wrote content that stands in the record now: talk and signatures are none.
pub(super) fn authors(read: Read<'_>, kind: &Kind) -> Vec<UserId> {
    let content = read.record().fields.iter().filter(|(name, _)| !kind.is_talk(name.base()));
    let mut authors: Vec<_> = content.flat_map(|(_, state)| &state.heads).map(|head| head.by).collect();
    authors.sort_unstable();
    authors.dedup();
    authors
}

impl Review {
    /// The last review of a record. An author's own signature is none.
    pub(super) fn of(read: Read<'_>) -> Option<Self> {
        // Heads stand in ledger order.
        let (_, last) = signatures(read).filter(|(_, signoff)| signoff.verdict != Verdict::Signed).last()?;
        let reviewed = match last.verdict {
            Verdict::Returned => Reviewed::Returned,
            Verdict::Signed | Verdict::Confirmed | Verdict::Approved => Reviewed::Confirmed,
        };
        Some(Self { reviewed, changed_since: last.standing(read.record()) != Standing::Current })
    }
}
