//! One-time tickets: how the office learns that a phone's storage was copied or rolled back.
//!
//! Nothing rests on them: everything is accepted whatever the ticket says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

/// A ticket as the store keeps it.
pub type Ticket = [u8; 16];

/// The tickets that a device may come with: two, since answers get lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tickets {
    /// The last one given.
    pub current: Option<Ticket>,
    /// The one before.
    pub previous: Option<Ticket>,
    /// Whether the device ever came with one: a client need not keep tickets at all.
    pub ever_showed: bool,
}

impl Tickets {
    /// Whether a device that comes with `shown` has the storage that we knew.
    pub fn know(&self, shown: Option<Ticket>) -> bool {
        match shown {
            // A client that keeps none has none, and nor has one whose first answers were lost.
            None => !self.ever_showed,
            shown => shown == self.current || shown == self.previous,
        }
    }

    /// Whether a request with nothing new in it is one that was delivered twice, or whose answer was
    /// lost: it is answered with the ticket that it was given, since the device may have got that one.
    pub fn is_repeated_by(&self, shown: Option<Ticket>) -> bool {
        shown.is_some() && shown == self.previous
    }

    /// The tickets after an answer with `fresh` to a device that came with `shown`.
    #[must_use]
    pub fn rotate(self, shown: Option<Ticket>, fresh: Ticket) -> Self {
        let lost_answer = shown.is_some() && shown == self.previous;
        let previous = if lost_answer { self.previous } else { self.current };
        Self { current: Some(fresh), previous, ever_showed: self.ever_showed || shown.is_some() }
    }
}

/// A new ticket.
///
/// # Errors
/// Only if the system gives no random bytes.
pub fn fresh() -> Result<Ticket> {
    let mut ticket = [0; 16];
    getrandom::fill(&mut ticket)
        .map_err(|error| Error::internal(anyhow::anyhow!("no randomness: {error}")))?;
    Ok(ticket)
}

/// A ticket as it travels.
pub fn encode(ticket: Ticket) -> String {
    URL_SAFE_NO_PAD.encode(ticket)
}

/// A ticket as it came; what was never a ticket of ours counts as an unknown one.
pub fn decode(text: &str) -> Ticket {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    bytes.try_into().unwrap_or([0; 16])
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Option<Ticket> = Some([1; 16]);

    /// Plays one answer; tells whether the ticket was known.
    fn answer(tickets: &mut Tickets, shown: Option<Ticket>, fresh: u8) -> bool {
        let known = tickets.know(shown);
        *tickets = tickets.rotate(shown, [fresh; 16]);
        known
    }

    #[test]
    fn a_phone_whose_answers_get_lost_raises_no_alarm() {
        let mut tickets = Tickets::default();
        assert!(answer(&mut tickets, None, 1));
        assert!(answer(&mut tickets, A, 2));
        for fresh in 3..9 {
            assert!(answer(&mut tickets, A, fresh), "every answer since the first was lost");
        }
    }

    #[test]
    fn a_phone_whose_first_answers_got_lost_raises_no_alarm() {
        let mut tickets = Tickets::default();
        assert!(answer(&mut tickets, None, 1));
        assert!(answer(&mut tickets, None, 2));
        assert!(answer(&mut tickets, A, 3), "the first answer came after all");
    }

    #[test]
    fn a_client_that_keeps_no_tickets_raises_no_alarm_and_one_that_lost_them_does() {
        let mut tickets = Tickets::default();
        for fresh in 1..9 {
            assert!(answer(&mut tickets, None, fresh));
        }
        assert!(answer(&mut tickets, Some([8; 16]), 9), "it begins to keep them");
        assert!(!answer(&mut tickets, None, 10), "its storage was put back to before");
    }

    #[test]
    fn a_request_that_is_delivered_twice_raises_no_alarm_whichever_answer_arrives() {
        let mut tickets = Tickets::default();
        assert!(answer(&mut tickets, None, 1));
        assert!(answer(&mut tickets, A, 2));
        assert!(tickets.is_repeated_by(A), "the same request again: both answers carry ticket 2");
        assert!(!tickets.is_repeated_by(Some([2; 16])));
        assert!(!tickets.is_repeated_by(None));
    }

    #[test]
    fn a_copied_phone_is_noticed_at_the_latest_when_both_were_answered() {
        let mut tickets = Tickets::default();
        answer(&mut tickets, None, 1);
        assert!(answer(&mut tickets, A, 2), "the original");
        assert!(answer(&mut tickets, A, 3), "the copy, as if the answer had been lost");
        assert!(!answer(&mut tickets, Some([2; 16]), 4), "the original again");
    }

    #[test]
    fn a_phone_that_was_rolled_back_is_noticed() {
        let mut tickets = Tickets::default();
        for fresh in 1..5 {
            let shown = tickets.current;
            assert!(answer(&mut tickets, shown, fresh));
        }
        assert!(!answer(&mut tickets, A, 9));
    }
}
