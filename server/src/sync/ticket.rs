//! One-time tickets: how the office learns that a phone's storage was copied or rolled back.
//!
//! Nothing rests on them: everything is accepted whatever the ticket says.
//!
//! Each ticket names the one that was shown for it. The server remembers the last that was shown; a
//! phone comes with one that was given for it, whichever answer arrived, or with the same again where
//! none did. A request with another ticket comes from a phone that was copied or rolled back, or it
//! was on its way for long while the phone went on by another. It does not say which; but nobody
//! reads the answer to a request that came late. So it is answered with a ticket of doubt, and the
//! alarm is raised once that is shown. A phone that syncs one request after the other never raises
//! it, however often requests are lost, repeated or late.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

type Name = [u8; 6];

/// What a ticket of doubt says that it was given for.
const DOUBT: Name = [0xff; 6];

/// A ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// One more than that of the ticket that was shown for it.
    turn: u32,
    /// The name of the ticket that was shown for it.
    given_for: Name,
    name: Name,
}

impl Ticket {
    /// What counts as shown by a device that has none yet.
    const NONE_YET: Self = Self { turn: 0, given_for: [0; 6], name: [0; 6] };

    /// A ticket as the store keeps it.
    pub const fn of_bytes(bytes: [u8; 16]) -> Self {
        let [a, b, c, d, p0, p1, p2, p3, p4, p5, n0, n1, n2, n3, n4, n5] = bytes;
        Self {
            turn: u32::from_be_bytes([a, b, c, d]),
            given_for: [p0, p1, p2, p3, p4, p5],
            name: [n0, n1, n2, n3, n4, n5],
        }
    }

    /// The same for the store.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&self.turn.to_be_bytes());
        bytes[4..10].copy_from_slice(&self.given_for);
        bytes[10..].copy_from_slice(&self.name);
        bytes
    }
}

/// What the ticket that a device came with says of its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is the one that we knew.
    Known,
    /// It was copied or rolled back, or the request is an old one that came late.
    Doubtful,
    /// It was copied or rolled back.
    Copied,
}

/// The last ticket that a device showed, if it was ever answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown(pub Option<Ticket>);

impl Shown {
    /// Judges the ticket of the next request.
    pub fn judge(self, next: Option<Ticket>) -> Judgement {
        let Some(last) = self.0 else { return Judgement::Known };
        let next = next.unwrap_or(Ticket::NONE_YET);
        if next == last || self.awaits(next) {
            Judgement::Known
        } else if next.given_for == DOUBT {
            Judgement::Copied
        } else if next.turn > last.turn.saturating_add(1) {
            // It is the server that was put back to an older copy.
            Judgement::Known
        } else {
            Judgement::Doubtful
        }
    }

    /// Whether a device that has nothing to say may go on with the ticket that it comes with, so that
    /// nothing need be written. That it shows one at all is written down.
    pub fn leaves(self, next: Ticket) -> bool {
        self.0 != Some(Ticket::NONE_YET) && self.awaits(next)
    }

    /// Whether a ticket is one that was given for the last one shown.
    fn awaits(self, next: Ticket) -> bool {
        self.0.is_some_and(|last| next.given_for == last.name && next.turn == last.turn.saturating_add(1))
    }

    /// What is remembered after a request with that ticket.
    #[must_use]
    pub fn after(self, next: Option<Ticket>) -> Self {
        match self.judge(next) {
            Judgement::Doubtful => self,
            Judgement::Known | Judgement::Copied => Self(Some(next.unwrap_or(Ticket::NONE_YET))),
        }
    }

    /// The ticket that a request with ticket `next` is answered with.
    ///
    /// # Errors
    /// Only if the system gives no random bytes.
    pub fn answer(self, next: Option<Ticket>) -> Result<Ticket> {
        let mut name = [0; 6];
        getrandom::fill(&mut name)
            .map_err(|error| Error::internal(anyhow::anyhow!("no randomness: {error}")))?;
        let last = self.after(next).0.unwrap_or(Ticket::NONE_YET);
        let given_for = if self.judge(next) == Judgement::Doubtful { DOUBT } else { last.name };
        Ok(Ticket { turn: last.turn.saturating_add(1), given_for, name })
    }
}

/// A ticket as it travels.
pub fn encode(ticket: Ticket) -> String {
    URL_SAFE_NO_PAD.encode(ticket.to_bytes())
}

/// A ticket as it came; what was never a ticket of ours counts as none.
pub fn decode(text: &str) -> Option<Ticket> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Ticket::of_bytes)
}

#[cfg(test)]
mod tests {
    use super::Judgement::{Copied, Doubtful, Known};
    use super::*;

    /// A server and what it answers.
    #[derive(Default)]
    struct Server(Shown);

    impl Server {
        fn answer(&mut self, ticket: Option<Ticket>) -> (Judgement, Option<Ticket>) {
            let (judged, answer) = (self.0.judge(ticket), self.0.answer(ticket).unwrap());
            self.0 = self.0.after(ticket);
            assert_eq!(decode(&encode(answer)), Some(answer));
            (judged, Some(answer))
        }

        /// One request of a phone that reads the answer.
        fn sync(&mut self, phone: &mut Option<Ticket>) -> Judgement {
            let (judged, answer) = self.answer(*phone);
            *phone = answer;
            judged
        }
    }

    #[test]
    fn a_phone_whose_answers_get_lost_is_known() {
        let (mut server, mut phone) = (Server::default(), None);
        for _ in 0..3 {
            assert_eq!(server.answer(phone).0, Known, "the first answers were lost");
        }
        server.sync(&mut phone);
        for _ in 0..6 {
            assert_eq!(server.answer(phone).0, Known, "every answer since the first was lost");
        }
        assert_eq!(server.sync(&mut phone), Known);
        assert_eq!(server.sync(&mut phone), Known);
    }

    #[test]
    fn whichever_of_several_answers_arrives_the_phone_is_known() {
        let (mut server, mut phone) = (Server::default(), None);
        server.sync(&mut phone);
        for arrives in 0..3 {
            let answers: Vec<_> = (0..3).map(|_| server.answer(phone).1).collect();
            phone = answers[arrives];
            assert_eq!(server.sync(&mut phone), Known);
        }
    }

    #[test]
    fn requests_that_come_late_raise_no_alarm() {
        let (mut server, mut phone) = (Server::default(), None);
        let mut late = Vec::new();
        for _ in 0..5 {
            late.push(phone);
            assert_eq!(server.sync(&mut phone), Known);
            for ticket in &late {
                let (judged, _) = server.answer(*ticket);
                assert_ne!(judged, Copied, "nobody read the answer to such a request");
            }
        }
    }

    #[test]
    fn a_client_that_never_shows_a_ticket_raises_no_alarm() {
        let (mut server, mut phone) = (Server::default(), None);
        server.sync(&mut phone);
        server.sync(&mut phone);
        for _ in 0..3 {
            assert_eq!(server.answer(None).0, Doubtful);
        }
        assert_eq!(server.sync(&mut phone), Known);
    }

    #[test]
    fn a_copied_phone_is_noticed_and_both_go_on() {
        let (mut server, mut first) = (Server::default(), None);
        server.sync(&mut first);
        let mut second = first;
        let judged: Vec<_> =
            (0..4).flat_map(|_| [server.sync(&mut first), server.sync(&mut second)]).collect();
        assert_eq!(judged[..4], [Known, Known, Known, Doubtful]);
        assert!(judged[4..].contains(&Copied), "{judged:?}");
    }

    #[test]
    fn a_phone_that_was_rolled_back_is_noticed_once() {
        let (mut server, mut phone) = (Server::default(), None);
        server.sync(&mut phone);
        for backup in [None, phone] {
            for _ in 0..4 {
                assert_eq!(server.sync(&mut phone), Known);
            }
            phone = backup;
            let judged: Vec<_> = (0..4).map(|_| server.sync(&mut phone)).collect();
            assert_eq!(judged, [Doubtful, Copied, Known, Known]);
        }
    }

    #[test]
    fn a_server_that_was_put_back_to_an_older_copy_blames_no_phone() {
        let (mut server, mut phone) = (Server::default(), None);
        server.sync(&mut phone);
        for turns in 0..4 {
            let backup = server.0;
            for _ in 0..turns {
                server.sync(&mut phone);
            }
            server.0 = backup;
            assert_eq!(server.sync(&mut phone), Known, "after {turns} syncs");
        }
    }
}
