//! One history: from one seed, what everybody does and what becomes of it.

use std::fmt;

use chrono::FixedOffset;
use harness::replica::Answer;
use harness::{Draft, seed::Seed};
use siteledger::clock::Moment;
use sync_protocol::change::Change;
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::message::SyncRequest;

use crate::county::{self, County, LEDGERS, OFFICES, Own};
use crate::line::{Letter, Line, Question, Reply};
use crate::office::Office;
use crate::oracle::{Backup, Breach, Kept, Oracle};
use crate::phone::{Hand, Letters, Then};
use crate::sabotage::Sabotage;

/// When histories begin.
const BEGINNING_MS: i64 = 1_456_790_400_000;
/// Everything comes to rest, and is looked at, about once in so many steps.
const UNTIL_QUIET: u64 = 1_000;
/// So many phones there are at most; beyond that a copy takes the place of an older copy.
const MOST_HANDS: usize = 17;
/// So many backups are kept.
const BACKUPS: usize = 3;
/// A phone with more changes than so many is replaced when all is quiet: what was refused stays on it
/// for ever, and would make each step of a long history cost more.
const FULL: usize = 60;
/// A phone that is not done after so many rounds on a good line will never be.
const MOST_ROUNDS: usize = 300;
/// Phones that still bring something after everybody synced so often will never be done.
const MOST_PASSES: usize = 20;

/// Where a history failed, and how to see it again.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) step: u64,
    pub(crate) breach: Breach,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, breach } = self;
        write!(
            f,
            "seed {seed}, step {step}: {}\nto see it again: SITELEDGER_SIMULATION_FROM={seed} SITELEDGER_SIMULATION_SEEDS=1 SITELEDGER_SIMULATION_STEPS={step} cargo test --release --workspace --test simulation laws_hold",
            breach.0
        )
    }
}

/// What happened in a history, in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) saved: u64,
    pub(crate) requests: u64,
    pub(crate) held: u64,
    pub(crate) decided: u64,
    pub(crate) wavered: u64,
    pub(crate) crashes: u64,
    pub(crate) backups: u64,
    pub(crate) restores: u64,
    pub(crate) copies: u64,
    pub(crate) rolled_back: u64,
    pub(crate) replaced: u64,
    pub(crate) quiet: u64,
    pub(crate) entries: u64,
    pub(crate) conflicts: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        let pairs: [(&mut u64, u64); 14] = [
            (&mut self.saved, other.saved),
            (&mut self.requests, other.requests),
            (&mut self.held, other.held),
            (&mut self.decided, other.decided),
            (&mut self.wavered, other.wavered),
            (&mut self.crashes, other.crashes),
            (&mut self.backups, other.backups),
            (&mut self.restores, other.restores),
            (&mut self.copies, other.copies),
            (&mut self.rolled_back, other.rolled_back),
            (&mut self.replaced, other.replaced),
            (&mut self.quiet, other.quiet),
            (&mut self.entries, other.entries),
            (&mut self.conflicts, other.conflicts),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
    }
}

/// What is done to the server, with what it answers: enough to play it to another one.
pub(crate) enum Deed {
    /// A request of a device, and what the server answered.
    Sync(usize, std::rc::Rc<SyncRequest>, Box<Answer>),
    /// A role was given, or ended.
    Waver(usize, bool),
    /// A held change was let in or refused by an office; whether it was.
    Decide { held: i64, by: usize, release: bool, done: bool },
    /// The server was killed and started again.
    Crash,
}

/// A history.
pub(crate) struct History {
    seed: u64,
    chance: Seed,
    step: u64,
    pub(crate) county: County,
    pub(crate) office: Office,
    pub(crate) hands: Vec<Hand>,
    letters: Letters,
    line: Line,
    pub(crate) oracle: Oracle,
    backups: Vec<(u64, Backup)>,
    numbers: u64,
    sabotage: Option<Sabotage>,
    /// Whether the county could be brought in without breaking a law.
    founded: Kept,
    pub(crate) tally: Tally,
    /// Filled in where the history is to be played to another server.
    pub(crate) deeds: Option<Vec<Deed>>,
}

impl History {
    /// Opens the county, and has the offices bring it in.
    pub(crate) fn begin(
        seed: u64,
        county: County,
        begins: Moment,
        sabotage: Option<Sabotage>,
        deeds: bool,
    ) -> Self {
        let mut chance = Seed::new(seed).branch("history");
        let office = Office::opened(&county, begins, sabotage);
        let hands = (0..county.devices.len())
            .map(|device| Hand::of(&county, device, off(&mut chance, deeds), !deeds));
        let hands = hands.collect();
        let mut history = Self {
            seed,
            chance,
            step: 0,
            office,
            hands,
            county,
            letters: Letters::default(),
            line: Line::default(),
            oracle: Oracle::default(),
            backups: Vec::new(),
            numbers: 0,
            sabotage,
            founded: Ok(()),
            tally: Tally::default(),
            deeds: deeds.then(Vec::new),
        };
        for (office, _, _, form) in history.county.founding() {
            history.save(office, form);
        }
        history.founded = OFFICES.into_iter().try_for_each(|office| history.sync_whole(office));
        history
    }

    /// Plays so many steps, then lets everything come to rest.
    pub(crate) fn play(mut self, steps: u64) -> Result<Self, Failure> {
        let founded = std::mem::replace(&mut self.founded, Ok(()));
        let played = founded.and_then(|()| (0..steps).try_for_each(|_| self.step()));
        let outcome = played.and_then(|()| {
            self.come_to_rest()?;
            self.oracle.end(&self.office)
        });
        match outcome {
            Ok(()) => {
                self.tally.entries = self.office.books.entries.len() as u64;
                Ok(self)
            }
            Err(breach) => Err(Failure { seed: self.seed, step: self.step, breach }),
        }
    }

    fn step(&mut self) -> Kept {
        self.step += 1;
        let later = self.chance.below(90_000) as i64;
        self.office.now = Moment(self.office.now.0 + later);
        let who = self.chance.below(self.hands.len() as u64) as usize;
        match self.chance.below(10_000) {
            0..2700 => self.write(who),
            2700..4500 => self.ask(who),
            4500..9300 => self.arrives()?,
            9300..9400 => self.hands[who].restart(),
            9400..9450 => self.put_aside(who),
            9450..9465 => self.roll_back(who),
            9465..9480 => self.copy(who),
            9480..9500 => self.lose_a_row(who),
            9500..9560 => self.waver(),
            9560..9800 => self.decide()?,
            9800..9840 => self.crash(),
            9840..9880 if self.deeds.is_none() => self.back_up(),
            9880..9892 if self.deeds.is_none() => self.restore()?,
            9892..9900 => self.replace(who),
            _ => {
                if self.chance.below(UNTIL_QUIET / 100) == 0 {
                    self.come_to_rest()?;
                }
            }
        }
        Ok(())
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    // People --------------------------------------------------------------------------------------

    fn write(&mut self, who: usize) {
        let person = self.hands[who].person;
        let papers = &self.county.papers;
        let mine: Vec<_> = papers.iter().filter(|paper| paper.writers.contains(&person)).collect();
        let paper = if mine.is_empty() || self.chance.chance(4) {
            self.chance.pick(papers)
        } else {
            *self.chance.pick(&mine)
        };
        let hand = &self.hands[who];
        let seen = hand.phone.view(paper.record, paper.kind);
        let roles = &self.county.people[person].roles;
        let own = Own { user: hand.phone.owner.user, role: roles[0].0, seen: &seen };
        let form = county::fill(Draft::over(seen.clone()), paper, &self.county, &own, &mut self.chance);
        self.save(who, form);
    }

    fn save(&mut self, who: usize, form: Draft) {
        let hand = &mut self.hands[who];
        let again = self.chance.chance(1) && self.chance.chance(0);
        let reused = hand.phone.outbox.all().next().map(|change| change.id).filter(|_| again);
        let id = reused.unwrap_or_else(|| ChangeId(self.chance.uuid()));
        let change: Change = form.save(id, hand.clock(self.office.now.0));
        if change.edits.is_empty() {
            return;
        }
        self.oracle.saved(&change);
        self.letters.saved(&change);
        hand.phone.save(change);
        self.tally.saved += 1;
    }

    // Phones --------------------------------------------------------------------------------------

    fn size(&mut self) -> (usize, u32) {
        (1 + self.chance.below(8) as usize, 2 + self.chance.below(30) as u32)
    }

    /// A phone asks, whether or not it still waits for an answer: it may have given up.
    fn ask(&mut self, who: usize) {
        let number = self.number();
        let size = self.size();
        let (now, after_held) = (self.office.now.0, self.chance.chance(40));
        let hand = &mut self.hands[who];
        let question = if self.chance.chance(3) {
            hand.ask_have(number)
        } else {
            hand.ask(number, now, size, after_held, &self.letters)
        };
        self.send(who, number, question);
    }

    fn send(&mut self, who: usize, number: u64, question: Question) {
        let hand = &mut self.hands[who];
        if self.sabotage == Some(Sabotage::TrustsTheLine)
            && let Some(asked) = &hand.asked
        {
            hand.phone.outbox.waiting.retain(|change| !asked.carries.contains(&change.id));
        }
        let letter = Letter::Up { hand: who, device: hand.device, number, question };
        self.line.ask(letter, &mut self.chance);
    }

    fn arrives(&mut self) -> Kept {
        match self.line.arrives(&mut self.chance) {
            None => Ok(()),
            Some(Letter::Up { hand, device, number, question }) => {
                let falls = self.chance.below(150) == 0;
                let reply = self.serve(device, &question, falls)?;
                if let Some(reply) = reply {
                    if falls {
                        // Too early, by a sabotaged server: the last that is heard of it.
                        self.deliver(hand, number, reply)?;
                    } else {
                        self.line.answer(Letter::Down { hand, number, reply }, &mut self.chance);
                    }
                }
                if falls {
                    self.crash();
                }
                Ok(())
            }
            Some(Letter::Down { hand, number, reply }) => self.deliver(hand, number, reply),
        }
    }

    /// The server answers a question.
    fn serve(&mut self, device: usize, question: &Question, falls: bool) -> Kept<Option<Reply>> {
        self.tally.requests += 1;
        match question {
            Question::Sync(request) => {
                let (answer, committed) = self.office.sync(device, request, falls);
                self.oracle.committed(&committed)?;
                let Some(answer) = answer else { return Ok(None) };
                if let Some(deeds) = &mut self.deeds {
                    let told = serde_json::to_value(&answer).and_then(serde_json::from_value);
                    let told = told.expect("an answer has a JSON form");
                    deeds.push(Deed::Sync(device, std::rc::Rc::clone(request), Box::new(told)));
                }
                Ok(Some(Reply::Sync(Box::new(answer))))
            }
            Question::Index => Ok(Some(Reply::Index(self.office.index(device)))),
            Question::Have(asked) => Ok(Some(Reply::Have(self.office.have(asked)))),
        }
    }

    /// An answer arrives, if the phone still waits for it.
    fn deliver(&mut self, who: usize, number: u64, reply: Reply) -> Kept {
        if self.hands[who].asked.as_ref().is_none_or(|asked| asked.number != number) {
            return Ok(());
        }
        if let Reply::Sync(answer) = &reply {
            self.oracle.acknowledged += answer.outcomes.len() as u64;
        }
        let before: Vec<_> = self.hands[who].carries().collect();
        let then = self.hands[who].receive(reply, self.sabotage).map_err(Breach)?;
        self.oracle.received(&before, &self.hands, who, &self.office)?;
        let number = self.number();
        match then {
            Then::Again if self.chance.chance(90) => {
                let (size, now) = (self.size(), self.office.now.0);
                let question = self.hands[who].ask(number, now, size, false, &self.letters);
                self.send(who, number, question);
            }
            Then::Index => {
                let question = self.hands[who].ask_index(number);
                self.send(who, number, question);
            }
            Then::Again | Then::Rests => {}
        }
        Ok(())
    }

    /// Puts a copy of a phone's storage aside.
    fn put_aside(&mut self, who: usize) {
        let hand = &mut self.hands[who];
        if hand.backups.len() == 2 {
            hand.backups.remove(0);
        }
        hand.backups.push((hand.phone.clone(), hand.lost_a_row));
    }

    fn roll_back(&mut self, who: usize) {
        if self.hands[who].backups.is_empty() {
            return;
        }
        let before: Vec<_> = self.hands[who].carries().collect();
        let hand = &mut self.hands[who];
        (hand.phone, hand.lost_a_row) = self.chance.pick(&hand.backups).clone();
        hand.restart();
        self.oracle.misfortune(&before, &self.hands, &self.office);
        self.tally.rolled_back += 1;
    }

    /// A phone is copied onto another one.
    fn copy(&mut self, who: usize) {
        let mut copy = self.hands[who].clone();
        copy.restart();
        copy.off_ms = off(&mut self.chance, self.deeds.is_some());
        self.tally.copies += 1;
        let issued = self.county.devices.len();
        if self.hands.len() < MOST_HANDS {
            self.hands.push(copy);
            return;
        }
        let place = issued + self.chance.below((MOST_HANDS - issued) as u64) as usize;
        if place != who {
            let before: Vec<_> = self.hands[place].carries().collect();
            self.hands[place] = copy;
            self.oracle.misfortune(&before, &self.hands, &self.office);
        }
    }

    /// A phone is broken or lost, and its owner goes on with an empty one.
    fn replace(&mut self, who: usize) {
        let before: Vec<_> = self.hands[who].carries().collect();
        let off_ms = off(&mut self.chance, self.deeds.is_some());
        let Hand { device, tells_time, .. } = self.hands[who];
        self.hands[who] = Hand::of(&self.county, device, off_ms, tells_time);
        self.oracle.misfortune(&before, &self.hands, &self.office);
        self.tally.replaced += 1;
    }

    /// A phone's storage forgets a row, as a damaged page of it would.
    fn lose_a_row(&mut self, who: usize) {
        let hand = &mut self.hands[who];
        let rows: Vec<RecordId> = hand.phone.replica.records.keys().copied().collect();
        if !rows.is_empty() {
            hand.phone.replica.records.remove(self.chance.pick(&rows));
            hand.lost_a_row = true;
        }
    }

    // The server ----------------------------------------------------------------------------------

    fn waver(&mut self) {
        let wavering = self.chance.below(self.county.wavering.len() as u64) as usize;
        let given = self.office.waver(&self.county, wavering);
        self.tally.wavered += 1;
        self.deed(Deed::Waver(wavering, given));
    }

    fn deed(&mut self, deed: Deed) {
        if let Some(deeds) = &mut self.deeds {
            deeds.push(deed);
        }
    }

    /// The offices look into their boxes: the longer, the more there is.
    fn decide(&mut self) -> Kept {
        let some = 1 + self.chance.below(8) + self.office.waiting().len() as u64 / 16;
        (0..some).try_for_each(|_| self.decide_one())
    }

    /// An office decides about something that is held, its own or another's.
    fn decide_one(&mut self) -> Kept {
        let held = &self.office.books.held;
        self.tally.held = self.tally.held.max(held.len() as u64);
        let waiting = self.office.waiting();
        if waiting.is_empty() {
            return Ok(());
        }
        // A late one, or any.
        let among = if self.chance.chance(50) { waiting.len().min(40) } else { waiting.len() };
        let nth = self.chance.below(among as u64) as usize;
        let at = *waiting.iter().rev().nth(nth).expect("there are so many");
        let whose = LEDGERS.iter().position(|(code, ..)| *code == held[at].held.county);
        let right = whose.filter(|_| self.chance.chance(75)).map(|whose| OFFICES[whose]);
        let by = right.unwrap_or_else(|| *self.chance.pick(&OFFICES));
        let release = self.chance.chance(60);
        let id = held[at].id;
        let done = if release {
            let (done, committed) = self.office.release(at, by);
            self.oracle.committed(&committed)?;
            done
        } else {
            self.office.refuse(at, by, "请核对后重新填写")
        };
        self.tally.decided += u64::from(done);
        self.deed(Deed::Decide { held: id, by, release, done });
        Ok(())
    }

    fn crash(&mut self) {
        self.line.breaks(&mut self.chance);
        self.tally.crashes += 1;
        self.deed(Deed::Crash);
    }

    fn back_up(&mut self) {
        let books = self.office.back_up();
        let backup = self.oracle.backed_up(books);
        if self.backups.len() == BACKUPS {
            self.backups.remove(0);
        }
        self.backups.push((self.tally.backups, backup));
        self.tally.backups += 1;
    }

    /// The server is put back, mostly to the last backup, sometimes to an older one.
    fn restore(&mut self) -> Kept {
        if self.backups.is_empty() {
            return Ok(());
        }
        let last = self.backups.len() - 1;
        let at = if self.chance.chance(70) { last } else { self.chance.below(last as u64 + 1) as usize };
        let (_, to) = &self.backups[at];
        self.line.breaks(&mut self.chance);
        self.office.restore(&to.books, &self.county);
        self.oracle.restored(to, &self.backups, &self.hands)?;
        self.tally.restores += 1;
        Ok(())
    }

    // Rest ----------------------------------------------------------------------------------------

    /// The line becomes good, every phone syncs, and the oracle looks at everything.
    pub(crate) fn come_to_rest(&mut self) -> Kept {
        self.line.falls_silent();
        self.tally.quiet += 1;
        // Until nobody brings anything any more: what was held may be let in on being asked after.
        let mut passes = 0;
        let mut entries = usize::MAX;
        while entries != self.office.books.entries.len() {
            entries = self.office.books.entries.len();
            for who in 0..self.hands.len() {
                self.sync_whole(who)?;
            }
            passes += 1;
            if passes == MOST_PASSES {
                return Err(Breach("phones go on sending for ever on a good line".to_owned()));
            }
        }
        let conflicts = self.office.books.rows.values().flat_map(|row| &row.record.fields);
        self.tally.conflicts += conflicts.filter(|(_, state)| state.heads.len() > 1).count() as u64;
        self.oracle.quiet(&self.office, &self.hands, &mut self.chance)?;
        for who in 0..self.hands.len() {
            if self.hands[who].carries().nth(FULL).is_some() {
                self.replace(who);
            }
        }
        Ok(())
    }

    /// A phone on a good line syncs until there is nothing more to do.
    fn sync_whole(&mut self, who: usize) -> Kept {
        let mut question = None;
        for round in 0..MOST_ROUNDS {
            let number = self.number();
            let (size, now) = (self.size(), self.office.now.0);
            let hand = &mut self.hands[who];
            // All that is held is asked after: what does not fit waits for a later sync.
            let size = (1_000, size.1 * 4);
            let asks = match question.take() {
                Some(Then::Index) => hand.ask_index(number),
                _ => hand.ask(number, now, size, round == 0, &self.letters),
            };
            let device = hand.device;
            let Some(reply) = self.serve(device, &asks, false)? else { continue };
            if let Reply::Sync(answer) = &reply {
                self.oracle.acknowledged += answer.outcomes.len() as u64;
            }
            let before: Vec<_> = self.hands[who].carries().collect();
            let then = self.hands[who].receive(reply, self.sabotage).map_err(Breach)?;
            self.oracle.received(&before, &self.hands, who, &self.office)?;
            if then == Then::Rests {
                return Ok(());
            }
            question = Some(then);
        }
        Err(Breach(format!("phone {who} is not done after {MOST_ROUNDS} rounds on a good line")))
    }
}

/// A clock that is right, or wrong by up to thirty years either way. Where the history is played to
/// a server that has a clock of its own, all are wrong by years, so that nothing depends on seconds.
fn off(chance: &mut Seed, by_years: bool) -> i64 {
    const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;
    let years = 1 + chance.below(30) as i64;
    match chance.below(3) {
        0 if !by_years => 0,
        1 => years * YEAR_MS,
        _ => -years * YEAR_MS,
    }
}

/// When histories begin that are not played to a real server.
pub(crate) fn beginning() -> Moment {
    let zone = FixedOffset::east_opt(8 * 3600).expect("within a day");
    debug_assert_eq!(Moment(BEGINNING_MS).utc().with_timezone(&zone).date_naive().to_string(), "2016-03-01");
    Moment(BEGINNING_MS)
}
