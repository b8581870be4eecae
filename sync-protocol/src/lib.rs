//! The agreement between a SiteLedger device and a SiteLedger server.
//!
//! This crate does no I/O, reads no clock and makes no random number: it is told everything and
//! answers with values. The server judges by it, the phone folds its outbox by it, and
//! `vectors/` holds both to it, in whatever language they are written.
//!
//! # The story
//!
//! A record is a set of fields, a field is a set of *heads*, and a *change* adds values and names
//! the heads that it replaces. So two people may write one diary in a village without signal:
//!
//! ```
//! use sync_protocol::change::{Change, Edit};
//! use sync_protocol::id::{ChangeId, DeviceId, EditId, RecordId, UserId};
//! use sync_protocol::kinds;
//! use sync_protocol::record::{Origin, Reading, Record, Rule, read};
//! use sync_protocol::value::Value;
//!
//! // Neither asks anybody for an id: a diary is named by its project and its day.
//! let project = "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11";
//! let diary = RecordId::natural("diary", &format!("{project}/2026-03-02"));
//!
//! // Each saves on a phone of their own. A phone makes the change's id; here it is a number.
//! let save = |id: u128, edits: Vec<Edit>| Change {
//!     id: ChangeId(uuid::Uuid::from_u128(id)),
//!     record: diary,
//!     kind: "diary".to_owned(),
//!     made_at: "2026-03-02T17:41:08+08:00".parse().expect("a time"),
//!     edits,
//! };
//! let says = |field: &str, value: Value, replaces: Vec<EditId>| Edit {
//!     field: field.parse().expect("a field's name"),
//!     value: Some(value),
//!     replaces,
//! };
//! let begin = [says("project", project.into(), vec![]), says("date", "2026-03-02".into(), vec![])];
//! let of_li = save(1, [
//!     &begin[..],
//!     &[says("image_progress", "主体一层".into(), vec![]), says("crew/钢筋工", 6.into(), vec![])],
//! ].concat());
//! let of_wang = save(2, [
//!     &begin[..],
//!     &[says("image_progress", "主体二层".into(), vec![]), says("crew/焊工", 2.into(), vec![])],
//! ].concat());
//!
//! // The office judges the form and the fields of each, and gives it a number in the ledger. Who
//! // sent it comes from the token that delivered it.
//! let kind = kinds::named("diary").expect("it is declared");
//! kind.check(&of_li)?;
//! kind.check(&of_wang)?;
//! let delivered = |person: u128, seq: u64| Origin {
//!     by: UserId(uuid::Uuid::from_u128(person)),
//!     by_name: format!("演示 {person}"),
//!     device: DeviceId(uuid::Uuid::from_u128(person)),
//!     seq: Some(seq),
//! };
//! let (from_li, from_wang) = (delivered(1, 1), delivered(2, 2));
//! let history = [(&of_li, &from_li), (&of_wang, &from_wang)];
//! let merged = Record::fold(diary, "diary", history);
//!
//! // What they agree on, or wrote in fields of their own, is one record. Arriving in the other
//! // order, and twice, makes no difference.
//! assert_eq!(merged.incumbent("date"), Some(&"2026-03-02".into()));
//! assert_eq!(merged.keyed("crew").map(|(trade, _)| trade).collect::<Vec<_>>(), ["焊工", "钢筋工"]);
//! assert_eq!(Record::fold(diary, "diary", [history[1], history[0], history[1]]), merged);
//!
//! // What collides is kept and shown, the first in the ledger first.
//! let progress = merged.heads_named("image_progress");
//! let Reading::Conflict(heads) = read(Rule::One, progress) else { panic!("two values stand") };
//! assert_eq!(heads[0].value, "主体一层".into());
//!
//! // A person settles it: a change that replaces exactly the heads that were on the screen.
//! let seen = heads.iter().map(|head| head.edit).collect();
//! let settlement = save(3, vec![says("image_progress", "主体二层".into(), seen)]);
//! let mut settled = merged.clone();
//! let known = [of_li.id, of_wang.id];
//! settled.apply(&settlement, &delivered(3, 3), |change| known.contains(&change));
//! let Reading::Single(head) = read(Rule::One, settled.heads_named("image_progress")) else {
//!     panic!("it is settled")
//! };
//! assert_eq!(head.value, "主体二层".into());
//!
//! // A third phone that comes back from the typhoon with a value that nobody had seen is not
//! // overwritten and overwrites nothing: the conflict opens again, in any order of arrival.
//! let late = save(4, vec![says("image_progress", "主体封顶".into(), vec![])]);
//! let known = [of_li.id, of_wang.id, settlement.id];
//! settled.apply(&late, &delivered(4, 4), |change| known.contains(&change));
//! assert!(matches!(read(Rule::One, settled.heads_named("image_progress")), Reading::Conflict(_)));
//! # Ok::<(), sync_protocol::refusal::Refusal>(())
//! ```
//!
//! # Where to read on
//!
//! - [`change`]: what a device sends, and what is no change at all.
//! - [`record`]: folding changes into heads, and reading a field by its rule.
//! - [`signoff`] and [`withdrawal`]: judgements of people, bound to what they had seen.
//! - [`kinds`]: every kind of record and every field, declared once.
//! - [`message`]: one round trip. [`digest`]: what is hashed. [`refusal`]: why a change is held.
//! - [`bundle`]: what is carried by hand from a village without signal.
//!
//! # What was decided where the protocol leaves it open
//!
//! **Gaps.** An edit may name one that has not arrived. A field then keeps its id as *awaited*;
//! when the change comes, its line is no head, and the gap closes, in every field of the record.
//! At any moment a field awaits exactly the edits that its known edits name and whose change is not
//! known *in this record*; so the record is a function of the set of known changes alone, gaps
//! included, and `tests/laws.rs` compares it with that definition after every arrival. From it
//! follows:
//! - An edit named in one field that turns out to be of another is not replaced by it. Merging
//!   knows fields of one record only.
//! - A line that its change does not have is awaited until the change arrives, then forgotten.
//! - An edit of another record, of a change that was refused, or of none at all is awaited for
//!   good. It costs its id, shows to nobody, and is the same at every party. So `known` must mean
//!   "folded into this record": a party that answered by all changes it has ever seen would differ.
//! - An edit may name another line of its own change, which is then no head. It may not name
//!   itself: such a change is refused as `invalid`.
//!
//! **Order.** Heads stand in ledger order, lines of one change in theirs. Unsynced ones come last;
//! among themselves they are ordered by id, which says nothing but is the same everywhere.
//!
//! **Equality.** Values are compared as JSON: names in any order, `1` and `1.0` alike, text
//! character by character without normalisation. Equal heads are no conflict and stay two heads.
//! Numbers lie within ±(2⁵³ − 1) in whatever notation. Dates, months and times have one spelling,
//! since ids are made of them. A `sum` leaves out what is no number.
//!
//! **Signatures.** A signature that covers two heads that *differ* is held; two equal ones may be
//! signed. It reads changed since signed when a head of content stands outside of it, and also when
//! a head that it covers is gone without another in its place. Remarks, other signatures and the
//! reason of a correction are talk and undo nothing; a kind's own `reason` is content.
//!
//! **Withdrawal.** `withdrawn` takes no content away. It is contested by content that its author
//! had not seen: by what it does not name in `covers`, or without `covers`, by what came later in
//! the ledger. See [`withdrawal`].
//!
//! **Settling.** Offices may write into a diary or a progress report, to settle what collides, but
//! not begin one: the field that makes its identity is the school's.
//!
//! **Reading a newer party.** A change with a member that is not declared, or a kind or field that
//! is not, is held and kept. A part of an object, of a photo or of a position that is not declared
//! is kept and ignored, so that a newer phone can say more than an older server knows.
#![warn(missing_docs)]

pub mod bundle;
pub mod change;
pub mod digest;
pub mod id;
pub mod kinds;
pub mod message;
#[cfg(feature = "openapi")]
mod openapi;
pub mod photo;
pub mod record;
pub mod refusal;
pub mod signoff;
mod typescript;
pub mod value;
pub mod version;
pub mod withdrawal;
