//! The line between phones and server: it drops, doubles, delays and reorders.

use std::rc::Rc;

use harness::replica::Answer;
use harness::seed::Seed;
use sync_protocol::message::{HaveRequest, HaveResponse, IndexResponse, SyncRequest};

/// What a phone asks.
#[derive(Clone)]
pub(crate) enum Question {
    Sync(Rc<SyncRequest>),
    Index,
    Have(Rc<HaveRequest>),
}

/// What the server answers.
pub(crate) enum Reply {
    Sync(Box<Answer>),
    Index(IndexResponse),
    Have(HaveResponse),
}

/// Something under way.
pub(crate) enum Letter {
    /// To the server.
    Up { hand: usize, device: usize, number: u64, question: Question },
    /// To a phone, which takes it only if it still waits for this number.
    Down { hand: usize, number: u64, reply: Reply },
}

/// What is under way.
#[derive(Default)]
pub(crate) struct Line {
    letters: Vec<Letter>,
}

impl Line {
    /// Sends a question; the line may lose or double it.
    pub(crate) fn ask(&mut self, letter: Letter, chance: &mut Seed) {
        if chance.chance(8) {
            return;
        }
        if chance.chance(8)
            && let Letter::Up { hand, device, number, question } = &letter
        {
            let (hand, device, number, question) = (*hand, *device, *number, question.clone());
            self.letters.push(Letter::Up { hand, device, number, question });
        }
        self.letters.push(letter);
    }

    /// Sends an answer; the line may lose it.
    pub(crate) fn answer(&mut self, letter: Letter, chance: &mut Seed) {
        if !chance.chance(12) {
            self.letters.push(letter);
        }
    }

    /// What arrives next, whatever was sent first.
    pub(crate) fn arrives(&mut self, chance: &mut Seed) -> Option<Letter> {
        if self.letters.is_empty() {
            return None;
        }
        let at = chance.below(self.letters.len() as u64) as usize;
        Some(self.letters.swap_remove(at))
    }

    /// The server went down: no answer of it arrives any more. Questions may still be under way.
    pub(crate) fn breaks(&mut self, chance: &mut Seed) {
        self.letters.retain(|letter| matches!(letter, Letter::Up { .. }) && chance.chance(70));
    }

    /// Nothing is under way any more.
    pub(crate) fn falls_silent(&mut self) {
        self.letters.clear();
    }
}
