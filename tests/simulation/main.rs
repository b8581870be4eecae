//! Histories from seeds: people, phones, a line that does what it likes, a server that is killed,
//! backed up and put back. Whatever happens, the laws of the protocol hold.
//!
//! One seed is one history; nothing in it depends on time, threads or anything else. The server is a
//! model of its database under its own judgement ([`office`]), the phones are the reference device
//! ([`phone`]), the [`oracle`] knows the laws. [`sabotage`] shows that it notices when they break.
//!
//! `SITELEDGER_SIMULATION_SEEDS` and `SITELEDGER_SIMULATION_STEPS` say how many histories are played
//! and how long they are, `SITELEDGER_SIMULATION_FROM` with which seed they begin.

mod county;
mod history;
mod line;
mod office;
mod oracle;
mod pages;
mod phone;
mod played;
mod readings;
mod sabotage;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use county::County;
use history::{Failure, History, Tally};
use sabotage::Sabotage;

/// Records are copied all the time, as a database would read them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn play(seed: u64, steps: u64, sabotage: Option<Sabotage>) -> Result<Tally, Failure> {
    let history = History::begin(seed, County::planned(), history::beginning(), sabotage, false);
    history.play(steps).map(|history| history.tally)
}

/// How many histories are played where nobody says, and how many steps each has.
const ORDINARY: (u64, u64) = (200, 10_000);

#[test]
fn laws_hold_in_every_history() {
    let seeds = setting("SITELEDGER_SIMULATION_SEEDS", ORDINARY.0);
    let steps = setting("SITELEDGER_SIMULATION_STEPS", ORDINARY.1);
    let from = setting("SITELEDGER_SIMULATION_FROM", 0);
    let next = AtomicU64::new(from);
    let (tally, failures) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    let play_on = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                return;
            }
            let failure = match std::panic::catch_unwind(|| play(seed, steps, None)) {
                Ok(Ok(one)) => {
                    tally.lock().unwrap_or_else(PoisonError::into_inner).add(&one);
                    continue;
                }
                Ok(Err(failure)) => failure.to_string(),
                Err(_) => format!("seed {seed} panicked"),
            };
            println!("{failure}");
            failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(play_on);
        }
    });
    println!("{:?}", tally.into_inner().unwrap_or_else(PoisonError::into_inner));
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (broke, all) = (failures.len(), failures.join("\n"));
    assert!(failures.is_empty(), "{broke} of {seeds} histories broke a law:\n{all}");
}

/// A simulation that cannot fail proves nothing.
#[test]
fn every_sabotage_is_noticed() {
    for sabotage in Sabotage::ALL {
        let noticed = (0..40).find_map(|seed| play(seed, 6_000, Some(sabotage)).err());
        let noticed = noticed.unwrap_or_else(|| panic!("nobody noticed {sabotage:?}"));
        println!("{sabotage:?}: {noticed}");
    }
}
