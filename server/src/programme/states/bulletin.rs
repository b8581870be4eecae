//! 通报: draft → approved → published → corrected by another.

use serde::Serialize;
use sync_protocol::id::RecordId;

use crate::programme::facts::{Bulletin, Facts, Review, Reviewed};

/// What a bulletin has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BulletinState {
    /// Nobody has approved it as it stands.
    Draft,
    /// A leader approved it.
    Approved,
    /// A leader sent it back with a reason, and it is as it was.
    Returned,
    /// It was published.
    Published,
    /// It was published, and a later one stands in its place.
    Corrected,
}

impl Bulletin {
    /// What it has come to, where `is_corrected` tells that one which was published stands in its place.
    pub const fn state(&self, is_corrected: bool) -> BulletinState {
        match (self.published_on, self.review) {
            (Some(_), _) if is_corrected => BulletinState::Corrected,
            (Some(_), _) => BulletinState::Published,
            (None, Some(Review { reviewed, changed_since: false })) => match reviewed {
                Reviewed::Confirmed => BulletinState::Approved,
                Reviewed::Returned => BulletinState::Returned,
            },
            (None, _) => BulletinState::Draft,
        }
    }

    /// Whether it was published without a leader having approved what it says.
    pub const fn is_unapproved(&self) -> bool {
        let approved =
            matches!(self.review, Some(Review { reviewed: Reviewed::Confirmed, changed_since: false }));
        self.published_on.is_some() && !approved
    }
}

/// Whether another bulletin that was published stands in the place of this one.
pub fn is_corrected(facts: &Facts, id: RecordId) -> bool {
    facts.bulletins.values().any(|other| other.corrects == Some(id) && other.published_on.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulletin_is_a_draft_until_a_leader_approves_what_it_says() {
        use BulletinState::{Approved, Corrected, Draft, Published, Returned};
        let review = |reviewed, changed_since| Some(Review { reviewed, changed_since });
        let (yes, no) = (Reviewed::Confirmed, Reviewed::Returned);
        for (published, review, corrected, expected, unapproved) in [
            (false, None, false, Draft, false),
            (false, review(yes, false), false, Approved, false),
            (false, review(yes, true), false, Draft, false),
            (false, review(no, false), false, Returned, false),
            (false, review(no, true), false, Draft, false),
            (true, review(yes, false), false, Published, false),
            (true, review(yes, true), false, Published, true),
            (true, review(no, false), false, Published, true),
            (true, None, false, Published, true),
            (true, None, true, Corrected, true),
            // Somebody wrote a correction of what was never published.
            (false, None, true, Draft, false),
        ] {
            let bulletin = Bulletin {
                published_on: published.then(|| "2026-03-02".parse().unwrap()),
                findings: Vec::new(),
                number: None,
                corrects: None,
                review,
            };
            let case = format!("published: {published}, {review:?}, corrected: {corrected}");
            assert_eq!(
                (bulletin.state(corrected), bulletin.is_unapproved()),
                (expected, unapproved),
                "{case}"
            );
        }
    }
}
