//! 监管工作日志: draft → submitted → confirmed, or returned.

use serde::Serialize;

use crate::programme::facts::{Diary, Review, Reviewed};

/// What a diary has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiaryState {
    /// Something that it must have is missing.
    Draft,
    /// Complete, and nobody has said anything of it as it stands.
    Submitted,
    /// The principal confirmed it.
    Confirmed,
    /// It was sent back with a reason, and is as it was.
    Returned,
}

impl Diary {
    /// What it has come to. What was returned and then changed is submitted again; what was confirmed
    /// and then changed stays confirmed, and reads as changed since.
    pub const fn state(&self) -> DiaryState {
        match self.review {
            Some(Review { reviewed: Reviewed::Returned, changed_since: false }) => DiaryState::Returned,
            _ if self.submitted.is_none() => DiaryState::Draft,
            Some(Review { reviewed: Reviewed::Confirmed, .. }) => DiaryState::Confirmed,
            _ => DiaryState::Submitted,
        }
    }

    /// Whether it was changed after it had been confirmed.
    pub const fn changed_since_confirmed(&self) -> bool {
        matches!(self.review, Some(Review { reviewed: Reviewed::Confirmed, changed_since: true }))
    }
}

#[cfg(test)]
mod tests {
    use sync_protocol::id::RecordId;

    use super::*;
    use crate::clock::Moment;
    use crate::programme::facts::{Came, WorkStatus};

    #[test]
    fn a_diary_is_confirmed_until_it_is_returned_and_submitted_again_once_it_is_changed() {
        use DiaryState::{Confirmed, Draft, Returned, Submitted};
        let review = |reviewed, changed_since| Some(Review { reviewed, changed_since });
        for (complete, review, expected, changed) in [
            (false, None, Draft, false),
            (true, None, Submitted, false),
            (true, review(Reviewed::Confirmed, false), Confirmed, false),
            (true, review(Reviewed::Confirmed, true), Confirmed, true),
            // Something that it must have was taken away after it had been confirmed.
            (false, review(Reviewed::Confirmed, true), Draft, true),
            (true, review(Reviewed::Returned, false), Returned, false),
            (false, review(Reviewed::Returned, false), Returned, false),
            (true, review(Reviewed::Returned, true), Submitted, false),
        ] {
            let came = Came { seq: 1, made_at: Moment(0), received_at: Moment(0) };
            let diary = Diary {
                project: RecordId(uuid::Uuid::nil()),
                day: "2026-03-02".parse().unwrap(),
                status: Some(WorkStatus::Working),
                submitted: complete.then_some(came),
                review,
                says_late: false,
                evidence: (1, 1),
                words: None,
                disputed: false,
            };
            let case = format!("complete: {complete}, {review:?}");
            assert_eq!((diary.state(), diary.changed_since_confirmed()), (expected, changed), "{case}");
        }
    }
}
