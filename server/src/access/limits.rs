//! Against guessing: how often somebody may try a code or a password.
//!
//! A whole village may share one address, so what is counted by address is loose and what is
//! counted by account is strict. Nobody is ever locked out: waiting always helps.
//!
//! Whoever has one IPv6 address has 2⁶⁴ of them, so those of one /64 count as one.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};
use moka::ops::compute::Op;
use moka::sync::Cache;

use crate::clock::Moment;
use crate::error::{Error, Kind, Result};

/// How often a short code may be typed from one address: ten, then one every six seconds.
const SHORT_CODES: Quota = Quota::per_minute(NonZeroU32::new(10).expect("10 is not 0"));
/// How often short codes may be typed altogether. In the 15 minutes of its life a code of 38 bits
/// is guessed with a chance of two in a billion.
const ALL_SHORT_CODES: Quota = Quota::per_minute(NonZeroU32::new(60).expect("60 is not 0"));
/// How often a long code may be tried from one address; nobody guesses 128 bits.
const LONG_CODES: Quota = Quota::per_minute(NonZeroU32::new(1000).expect("1000 is not 0"));
/// How often people may try to sign in from one address, whatever their names.
const SIGN_INS: Quota = Quota::per_minute(NonZeroU32::new(60).expect("60 is not 0"));
/// How often an account may be tried altogether, from however many addresses. Loose: it must not
/// keep its owner out, who does not wait for it where they signed in before.
const ALL_SIGN_INS: Quota = Quota::per_minute(NonZeroU32::new(30).expect("30 is not 0"));
/// For how long an address at which somebody signed in is remembered as theirs.
const HOME_KEPT: Duration = Duration::from_hours(14 * 24);

/// How many complaints one address may hand over: ten, then one every six minutes. A village may share
/// the address.
const COMPLAINTS: Quota = Quota::per_hour(NonZeroU32::new(10).expect("10 is not 0"));
/// How many a county's desk takes in a day altogether, from however many addresses.
const ALL_COMPLAINTS: u32 = 200;
/// How often what became of a complaint may be asked for from one address; nobody guesses a receipt.
const RECEIPTS: Quota = Quota::per_minute(NonZeroU32::new(60).expect("60 is not 0"));

/// How many wrong passwords one account may be given from one address before waiting begins.
const FREE_FAILURES: u32 = 5;
/// The longest wait.
const MAX_WAIT_SECONDS: i64 = 300;
/// After such a time without an attempt the failures are forgotten.
const FAILURES_KEPT: Duration = Duration::from_hours(1);
/// Of how many accounts and addresses failures are remembered.
const FAILURES_REMEMBERED: u64 = 100_000;

/// All limits.
pub(super) struct Limits {
    short_codes: DefaultKeyedRateLimiter<IpAddr>,
    all_short_codes: DefaultDirectRateLimiter,
    long_codes: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    all_sign_ins: DefaultKeyedRateLimiter<String>,
    complaints: DefaultKeyedRateLimiter<IpAddr>,
    all_complaints: DefaultKeyedRateLimiter<String>,
    receipts: DefaultKeyedRateLimiter<IpAddr>,
    failures: Cache<(String, IpAddr), Failures>,
    homes: Cache<(String, IpAddr), ()>,
}

/// What an account was given wrong from one address.
#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    next_at: Moment,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            short_codes: RateLimiter::keyed(SHORT_CODES),
            all_short_codes: RateLimiter::direct(ALL_SHORT_CODES),
            long_codes: RateLimiter::keyed(LONG_CODES),
            sign_ins: RateLimiter::keyed(SIGN_INS),
            all_sign_ins: RateLimiter::keyed(ALL_SIGN_INS),
            complaints: RateLimiter::keyed(COMPLAINTS),
            all_complaints: RateLimiter::keyed(a_day(ALL_COMPLAINTS)),
            receipts: RateLimiter::keyed(RECEIPTS),
            failures: Cache::builder().max_capacity(FAILURES_REMEMBERED).time_to_idle(FAILURES_KEPT).build(),
            homes: Cache::builder().max_capacity(FAILURES_REMEMBERED).time_to_live(HOME_KEPT).build(),
        }
    }
}

impl Limits {
    /// Counts the try of a short code.
    pub(super) fn short_code(&self, peer: IpAddr) -> Result<()> {
        self.short_codes.check_key(&network(peer)).map_err(|until| not_until(&until))?;
        self.all_short_codes.check().map_err(|until| not_until(&until))
    }

    /// Counts the try of a long code.
    pub(super) fn long_code(&self, peer: IpAddr) -> Result<()> {
        self.long_codes.check_key(&network(peer)).map_err(|until| not_until(&until))
    }

    /// Counts a complaint at a county's desk.
    pub(super) fn complaint(&self, county: &str, peer: IpAddr) -> Result<()> {
        self.complaints.check_key(&network(peer)).map_err(|until| not_until(&until))?;
        self.all_complaints.check_key(&county.to_owned()).map_err(|_| {
            Error::new(
                Kind::TooMany(3600),
                "desk_full",
                "本县（区）今天收到的网上投诉已满，这一条没有保存；请明天再试，或直接向县（区）教育局反映",
                "this county has taken in all the complaints that it takes in a day, this one was not stored; try tomorrow, or turn to the county's education bureau",
            )
        })
    }

    /// Counts a question what became of a complaint.
    pub(super) fn receipt(&self, peer: IpAddr) -> Result<()> {
        self.receipts.check_key(&network(peer)).map_err(|until| not_until(&until))
    }

    /// Counts an attempt to sign in, as a failure until [`Self::forgive`] says otherwise: of many
    /// attempts at once no more get through than of as many in a row.
    pub(super) fn sign_in(&self, username: &str, peer: IpAddr, now: Moment) -> Result<()> {
        let peer = network(peer);
        self.sign_ins.check_key(&peer).map_err(|until| not_until(&until))?;
        let key = (username.to_owned(), peer);
        let is_home = self.homes.contains_key(&key);
        let mut refused = None;
        self.failures.entry(key).and_compute_with(|failures| {
            let before = failures.map(moka::Entry::into_value);
            let before = before.unwrap_or(Failures { count: 0, next_at: now });
            // A clock that was set back must not make anybody wait longer than the longest wait.
            let wait = (before.next_at.0 - now.0).min(MAX_WAIT_SECONDS * 1000);
            if wait > 0 {
                refused = Some(too_many(wait.unsigned_abs().div_ceil(1000)));
                return Op::Nop;
            }
            // Only what gets so far counts: who is refused above keeps nobody else waiting.
            if !is_home && let Err(until) = self.all_sign_ins.check_key(&username.to_owned()) {
                refused = Some(not_until(&until));
                return Op::Nop;
            }
            let count = before.count.saturating_add(1);
            Op::Put(Failures { count, next_at: now.plus_seconds(wait_seconds(count)) })
        });
        refused.map_or(Ok(()), Err)
    }

    /// Forgets the failures of an account at an address: somebody signed in.
    pub(super) fn forgive(&self, username: &str, peer: IpAddr) {
        let key = (username.to_owned(), network(peer));
        self.failures.invalidate(&key);
        self.homes.insert(key, ());
    }

    /// Takes back one attempt that was neither good nor bad: it lacked the one-time code.
    pub(super) fn take_back(&self, username: &str, peer: IpAddr, now: Moment) {
        self.failures.entry((username.to_owned(), network(peer))).and_compute_with(|failures| {
            let Some(failures) = failures.map(moka::Entry::into_value) else { return Op::Nop };
            let count = failures.count.saturating_sub(1);
            Op::Put(Failures { count, next_at: now.plus_seconds(wait_seconds(count)) })
        });
    }

    /// Forgets addresses that have not been heard of for a while.
    pub(super) fn forget_old(&self) {
        for limiter in [&self.short_codes, &self.long_codes, &self.sign_ins, &self.complaints, &self.receipts]
        {
            limiter.retain_recent();
        }
        self.all_sign_ins.retain_recent();
        self.all_complaints.retain_recent();
    }
}

/// So many at once, and as many again in the course of a day.
fn a_day(many: u32) -> Quota {
    let many = NonZeroU32::new(many).unwrap_or(NonZeroU32::MIN);
    let every = Duration::from_hours(24) / many.get();
    Quota::with_period(every).unwrap_or(Quota::per_hour(NonZeroU32::MIN)).allow_burst(many)
}

/// What counts as one address: an IPv4 one, however it is written, or a /64 of IPv6.
pub fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// How long to wait after that many failures: nothing at first, then doubling from two seconds.
fn wait_seconds(failures: u32) -> i64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(more) => (2_i64 << more.min(20)).min(MAX_WAIT_SECONDS),
    }
}

fn not_until(until: &NotUntil<<DefaultClock as governor::clock::Clock>::Instant>) -> Error {
    let wait = until.wait_time_from(DefaultClock::default().now());
    too_many(wait.as_secs() + 1)
}

fn too_many(seconds: u64) -> Error {
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    Error::new(
        Kind::TooMany(seconds),
        "too_many",
        format!("尝试次数过多，请 {seconds} 秒后再试"),
        format!("too many attempts; try again in {seconds} seconds"),
    )
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    const VILLAGE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    fn seconds_to_wait(error: &Error) -> u32 {
        match error.kind {
            Kind::TooMany(seconds) => seconds,
            kind => panic!("{kind:?}"),
        }
    }

    #[test]
    fn each_wrong_password_doubles_the_wait_and_waiting_always_helps() {
        let limits = Limits::default();
        let mut now = Moment(1_700_000_000_000);
        for _ in 0..FREE_FAILURES {
            limits.sign_in("lin", OFFICE, now).unwrap();
        }
        let mut waits = Vec::new();
        for _ in 0..10 {
            let seconds = seconds_to_wait(&limits.sign_in("lin", OFFICE, now).unwrap_err());
            waits.push(seconds);
            now = now.plus_seconds(i64::from(seconds));
            limits.sign_in("lin", OFFICE, now).unwrap();
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        // Nobody else has to wait for it.
        limits.sign_in("lin", VILLAGE, now).unwrap();
        limits.sign_in("chen", OFFICE, now).unwrap();
        limits.forgive("lin", OFFICE);
        limits.sign_in("lin", OFFICE, now).unwrap();
    }

    #[test]
    fn an_attempt_taken_back_leaves_the_earlier_failures() {
        let limits = Limits::default();
        let now = Moment(1_700_000_000_000);
        for _ in 0..20 {
            limits.sign_in("lin", OFFICE, now).unwrap();
            limits.take_back("lin", OFFICE, now);
        }
        for _ in 0..FREE_FAILURES - 1 {
            limits.sign_in("lin", OFFICE, now).unwrap();
        }
        limits.sign_in("lin", OFFICE, now).unwrap();
        limits.take_back("lin", OFFICE, now);
        limits.sign_in("lin", OFFICE, now).unwrap();
        limits.sign_in("lin", OFFICE, now).unwrap_err();
    }

    #[test]
    fn whoever_has_a_whole_ipv6_network_waits_like_one_address() {
        let limits = Limits::default();
        let now = Moment(1_700_000_000_000);
        let here = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2408, 0x8409, 1, 2, last, 3, 4, last));
        let next_door = IpAddr::V6(Ipv6Addr::new(0x2408, 0x8409, 1, 3, 0, 0, 0, 1));
        assert_eq!((0..50).filter(|last| limits.short_code(here(*last)).is_ok()).count(), 10);
        limits.short_code(next_door).unwrap();
        let tries = (0..50).filter(|last| limits.sign_in("lin", here(*last), now).is_ok());
        assert_eq!(tries.count(), FREE_FAILURES as usize);
        limits.sign_in("lin", next_door, now).unwrap();
        // The same IPv4 address, written in two ways.
        let IpAddr::V4(office) = OFFICE else { unreachable!() };
        for peer in [OFFICE, IpAddr::V6(office.to_ipv6_mapped())].into_iter().cycle().take(5) {
            limits.sign_in("chen", peer, now).unwrap();
        }
        limits.sign_in("chen", OFFICE, now).unwrap_err();
    }

    #[test]
    fn one_account_is_not_tried_from_a_thousand_addresses_and_its_owner_comes_in() {
        let limits = Limits::default();
        let now = Moment(1_700_000_000_000);
        limits.sign_in("lin", OFFICE, now).unwrap();
        limits.forgive("lin", OFFICE);
        let from = |number: u16| IpAddr::V6(Ipv6Addr::new(0x2408, number, 0, 0, 0, 0, 0, 1));
        let tried = (0..1000).filter(|number| limits.sign_in("lin", from(*number), now).is_ok()).count();
        assert!((20..=60).contains(&tried), "{tried}");
        limits.sign_in("lin", VILLAGE, now).unwrap_err();
        limits.sign_in("lin", OFFICE, now).expect("where somebody signed in before they need not wait");
        limits.sign_in("chen", VILLAGE, now).unwrap();
    }

    #[test]
    fn one_address_does_not_try_a_thousand_names_and_others_come_in() {
        let limits = Limits::default();
        let now = Moment(1_700_000_000_000);
        let tried = (0..1000).filter(|name| limits.sign_in(&format!("name{name}"), OFFICE, now).is_ok());
        assert_eq!(tried.count(), 60);
        limits.sign_in("lin", VILLAGE, now).unwrap();
    }

    #[test]
    fn an_address_hands_over_ten_complaints_and_a_county_takes_two_hundred_a_day() {
        let limits = Limits::default();
        let from = |number: u32| IpAddr::V4(Ipv4Addr::from_bits(0x0a01_0000 + number));
        let handed = (0..50).filter(|_| limits.complaint("350823", OFFICE).is_ok()).count();
        assert_eq!(handed, 10);
        let others = (0..400).filter(|number| limits.complaint("350823", from(*number)).is_ok()).count();
        assert_eq!(others, 190);
        let full = limits.complaint("350823", from(500)).unwrap_err();
        assert_eq!((full.code, seconds_to_wait(&full)), ("desk_full", 3600));
        limits.complaint("350902", VILLAGE).expect("another county's desk has room");
    }

    #[test]
    fn short_codes_are_tightly_limited_by_address_and_altogether() {
        let limits = Limits::default();
        let tried = (0..50).filter(|_| limits.short_code(OFFICE).is_ok()).count();
        assert_eq!(tried, 10);
        let others =
            (0..250).filter(|last| limits.short_code(IpAddr::V4(Ipv4Addr::new(10, 1, 0, *last))).is_ok());
        assert_eq!(others.count(), 50);
        limits.long_code(OFFICE).unwrap();
    }
}
