//! A phone in somebody's hands: the rules of the reference device, a clock that is wrong, and what
//! it waits for.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::{DateTime, FixedOffset};
use harness::replica::{Answer, Batch, Owner, Phone, raw};
use serde_json::value::RawValue;
use sync_protocol::change::{Change, Stamp};
use sync_protocol::id::ChangeId;
use sync_protocol::message::HaveRequest;

use crate::county::County;
use crate::line::{Question, Reply};
use crate::sabotage::Sabotage;

/// How many bytes of changes a phone sends at once.
const BYTES: usize = 256 * 1024;

/// A phone in somebody's hands.
#[derive(Clone)]
pub(crate) struct Hand {
    /// All that it remembers.
    pub(crate) phone: Phone,
    /// Which device it is; a copy is the same.
    pub(crate) device: usize,
    /// Whose it is.
    pub(crate) person: usize,
    /// By how much its clock is wrong.
    pub(crate) off_ms: i64,
    /// The question that it waits for an answer to.
    pub(crate) asked: Option<Asked>,
    /// What it was at some moments: somebody may put it back to one of them.
    pub(crate) backups: Vec<(Phone, bool)>,
    /// Whether it tells the server what its clock says.
    pub(crate) tells_time: bool,
    /// Whether it lost a row by itself, so that its digest may rightly differ.
    pub(crate) lost_a_row: bool,
}

/// The changes as they travel. Phones send what is held again and again, and their copies do too.
#[derive(Default)]
pub(crate) struct Letters(HashMap<ChangeId, Option<Box<RawValue>>>);

impl Letters {
    /// Somebody saved a change. An id that was used twice does not say what to send.
    pub(crate) fn saved(&mut self, change: &Change) {
        self.0.entry(change.id).and_modify(|written| *written = None).or_insert_with(|| Some(raw(change)));
    }

    /// A change as it travels.
    fn written(&self, change: &Change) -> Box<RawValue> {
        self.0.get(&change.id).cloned().flatten().unwrap_or_else(|| raw(change))
    }
}

/// A question under way.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) number: u64,
    pub(crate) carries: BTreeSet<ChangeId>,
}

/// What a phone does after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Asks again at once.
    Again,
    /// Asks for the index, since its digest differs.
    Index,
    /// Rests.
    Rests,
}

impl Hand {
    pub(crate) fn of(county: &County, device: usize, off_ms: i64, tells_time: bool) -> Self {
        let issued = county.devices[device];
        let person = &county.people[issued.person];
        let owner = Owner {
            user: person.user,
            name: person.name.clone(),
            device: issued.device,
            token: String::new(),
        };
        Self {
            phone: Phone::of(owner),
            device,
            person: issued.person,
            off_ms,
            asked: None,
            backups: Vec::new(),
            tells_time,
            lost_a_row: false,
        }
    }

    /// What its clock says when it is `now`.
    pub(crate) fn clock(&self, now_ms: i64) -> Stamp {
        let moment = DateTime::from_timestamp_millis(now_ms + self.off_ms).unwrap_or_default();
        Stamp::from(moment.with_timezone(&FixedOffset::east_opt(8 * 3600).expect("within a day")))
    }

    /// Its next request.
    pub(crate) fn ask(
        &mut self,
        number: u64,
        now_ms: i64,
        size: (usize, u32),
        after_held: bool,
        letters: &Letters,
    ) -> Question {
        let batch = Batch { changes: size.0, bytes: BYTES, limit: Some(size.1), ask_after_held: after_held };
        let clock = self.clock(now_ms);
        let mut request = self.phone.request_written(clock, batch, |change| letters.written(change));
        request.body.device_time = request.body.device_time.filter(|_| self.tells_time);
        self.asked = Some(Asked { number, carries: request.carries });
        Question::Sync(Rc::new(request.body))
    }

    pub(crate) fn ask_index(&mut self, number: u64) -> Question {
        self.asked = Some(Asked { number, carries: BTreeSet::new() });
        Question::Index
    }

    pub(crate) fn ask_have(&mut self, number: u64) -> Question {
        self.asked = Some(Asked { number, carries: BTreeSet::new() });
        let HaveRequest { changes, photos } = self.phone.have();
        Question::Have(Rc::new(HaveRequest { changes, photos }))
    }

    /// Takes an answer in; tells what it does next, or what is wrong with the answer.
    pub(crate) fn receive(&mut self, reply: Reply, sabotage: Option<Sabotage>) -> Result<Then, String> {
        let Some(asked) = self.asked.take() else { return Ok(Then::Rests) };
        match reply {
            Reply::Sync(answer) => self.receive_sync(&asked, *answer, sabotage),
            Reply::Index(index) => {
                let before = self.phone.outbox.clone();
                self.phone.repair(&index);
                if sabotage == Some(Sabotage::KeepsItsNumbers) {
                    self.phone.outbox = before;
                }
                Ok(if self.phone.replica.pull.is_some() { Then::Again } else { Then::Rests })
            }
            Reply::Have(lacks) => {
                self.phone.receive_have(&lacks);
                Ok(Then::Rests)
            }
        }
    }

    fn receive_sync(
        &mut self,
        asked: &Asked,
        answer: Answer,
        sabotage: Option<Sabotage>,
    ) -> Result<Then, String> {
        if !Phone::is_answered(&asked.carries, &answer) {
            return Err("the answer does not say what became of each change".to_owned());
        }
        let outbox = &self.phone.outbox;
        let leaves = sabotage == Some(Sabotage::LeavesWhatWasRefused);
        let refused = outbox.held.iter().filter(|held| leaves && held.refused.is_some());
        let refused: Vec<_> = refused.cloned().collect();
        let received = self.phone.receive(&asked.carries, answer);
        match sabotage {
            Some(Sabotage::KeepsNothing) => self.phone.outbox.kept.clear(),
            Some(Sabotage::NeverTidiesUp) => {
                if let Some(pull) = &mut self.phone.replica.pull {
                    pull.drop_the_rest = false;
                }
            }
            Some(Sabotage::LeavesWhatWasRefused) => {
                for held in refused {
                    let outbox = &mut self.phone.outbox;
                    let waiting = outbox.waiting.iter().position(|change| change.id == held.change.id);
                    if let Some(at) = waiting {
                        outbox.waiting.remove(at);
                        outbox.held.push(held);
                    }
                }
            }
            _ => {}
        }
        if received.digest_differs {
            if !self.lost_a_row {
                return Err("the digest differs although nothing was lost on the phone".to_owned());
            }
            return Ok(Then::Index);
        }
        let again = received.again || self.phone.replica.pull.is_some();
        // Only a whole answer says that the digest fits; what moves during a repair may differ again.
        self.lost_a_row &= again;
        Ok(if again { Then::Again } else { Then::Rests })
    }

    /// The changes that are on it.
    pub(crate) fn carries(&self) -> impl Iterator<Item = ChangeId> {
        self.phone.outbox.all().map(|change| change.id)
    }

    /// Turns off: what it asked is forgotten.
    pub(crate) fn restart(&mut self) {
        self.asked = None;
    }
}
