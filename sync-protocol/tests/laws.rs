//! The laws of the protocol page §1, over generated histories: phones that write offline, exchange,
//! are cloned and rolled back, see only the incumbent, or name what never was.
//!
//! Most laws follow from one: after *every* prefix of *every* order of arrival a record is what
//! [`model`] says of that set of changes. The model is the page's definition, word for word; it
//! knows no order. Each test names the law that it holds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use sync_protocol::change::{Change, Edit, FieldName, Stamp};
use sync_protocol::id::{ChangeId, DeviceId, EditId, RecordId, UserId};
use sync_protocol::kinds;
use sync_protocol::message::Snapshot;
use sync_protocol::record::{FieldState, Head, Origin, Reading, Record, Rule, in_conflict, read};
use sync_protocol::value::Value;
use uuid::Uuid;

const KIND: &str = "diary";
/// One field a rule, two keys of a keyed one, and one beside them in which odd edits land.
const FIELDS: [&str; 6] = ["work_status", "weather_am", "parts", "progress_text", "crew/钢筋工", "crew/焊工"];

// ---- What happens.

/// What somebody does.
#[derive(Clone, Debug)]
enum Step {
    /// Saves a change on a phone.
    Save { phone: usize, intents: Vec<(usize, Intent)> },
    /// The phone sends what it wrote to the office.
    Send { phone: usize },
    /// The phone learns what the office has.
    Pull { phone: usize },
    /// The phone's storage is copied to another phone, with everything in it.
    Clone { phone: usize },
    /// The phone's storage is copied, to come back by [`Step::RollBack`].
    BackUp { phone: usize },
    /// The phone's storage is what it was.
    RollBack { phone: usize },
}

/// What somebody means to do to a field.
#[derive(Clone, Debug)]
enum Intent {
    /// Replaces all that the phone shows.
    Settle(i64),
    /// Replaces the incumbent alone: a client that shows no more.
    ReplaceFirst(i64),
    /// Adds without replacing anything: a set's new member, or somebody who saw nothing.
    Add(i64),
    /// Takes away all that the phone shows.
    TakeAway,
    /// Names an edit out of the blue: another field's, a line that its change does not have, a
    /// change that never arrives, a later line of this very change.
    Wrong { value: i64, change: usize, line: u16 },
}

fn intent() -> impl Strategy<Value = Intent> {
    let value = || 0_i64..4;
    prop_oneof![
        4 => value().prop_map(Intent::Settle),
        2 => value().prop_map(Intent::ReplaceFirst),
        3 => value().prop_map(Intent::Add),
        1 => Just(Intent::TakeAway),
        2 => (value(), 0_usize..30, 0_u16..5).prop_map(|(value, change, line)| Intent::Wrong {
            value,
            change,
            line
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let phone = || 0_usize..6;
    prop_oneof![
        8 => (phone(), vec((0..FIELDS.len(), intent()), 1..4))
            .prop_map(|(phone, intents)| Step::Save { phone, intents }),
        3 => phone().prop_map(|phone| Step::Send { phone }),
        3 => phone().prop_map(|phone| Step::Pull { phone }),
        1 => phone().prop_map(|phone| Step::Clone { phone }),
        1 => phone().prop_map(|phone| Step::BackUp { phone }),
        1 => phone().prop_map(|phone| Step::RollBack { phone }),
    ]
}

/// A change, who made it, and what its author saw when making it.
#[derive(Clone, Debug)]
struct Made {
    change: Change,
    origin: Origin,
    seen: BTreeSet<EditId>,
}

#[derive(Clone, Debug, Default)]
struct Phone {
    device: usize,
    knows: Vec<usize>,
    outbox: Vec<usize>,
    backup: Option<(Vec<usize>, Vec<usize>)>,
}

/// Plays the steps and gives back all changes in the order in which they were made.
fn play(steps: &[Step]) -> Vec<Made> {
    let mut made = Vec::new();
    let mut office: Vec<usize> = Vec::new();
    let mut phones: Vec<_> = (0..2).map(|device| Phone { device, ..Phone::default() }).collect();
    for step in steps {
        let count = phones.len();
        match step {
            Step::Save { phone, intents } => {
                let phone = &mut phones[phone % count];
                let change = save(&made, phone, intents);
                phone.knows.push(made.len());
                phone.outbox.push(made.len());
                made.push(change);
            }
            Step::Send { phone } => office.append(&mut phones[phone % count].outbox),
            Step::Pull { phone } => phones[phone % count].knows.extend(&office),
            Step::Clone { phone } if count < 5 => phones.push(phones[phone % count].clone()),
            Step::Clone { .. } => {}
            Step::BackUp { phone } => {
                let phone = &mut phones[phone % count];
                phone.backup = Some((phone.knows.clone(), phone.outbox.clone()));
            }
            Step::RollBack { phone } => {
                let phone = &mut phones[phone % count];
                if let Some((knows, outbox)) = phone.backup.clone() {
                    (phone.knows, phone.outbox) = (knows, outbox);
                }
            }
        }
    }
    made
}

fn save(made: &[Made], phone: &Phone, intents: &[(usize, Intent)]) -> Made {
    let view = fold(phone.knows.iter().map(|index| &made[*index]));
    let id = change_id(made.len());
    let edits = intents.iter().filter_map(|(field, intent)| {
        let field: FieldName = FIELDS[*field].parse().expect("a valid name");
        let shown: Vec<_> = view.heads(&field).iter().map(|head| head.edit).collect();
        let (value, replaces) = match intent {
            Intent::Settle(value) => (Some(*value), shown),
            Intent::ReplaceFirst(value) => (Some(*value), shown.into_iter().take(1).collect()),
            Intent::Add(value) => (Some(*value), vec![]),
            Intent::TakeAway if shown.is_empty() => return None,
            Intent::TakeAway => (None, shown),
            Intent::Wrong { value, change, line } => {
                (Some(*value), vec![EditId::new(change_id(*change), *line)])
            }
        };
        Some(Edit { field, value: value.map(Value::from), replaces })
    });
    let origin = Origin {
        by: UserId(Uuid::from_u128(1 + phone.device as u128)),
        by_name: format!("演示 {}", phone.device),
        device: DeviceId(Uuid::from_u128(100 + phone.device as u128)),
        seq: None,
    };
    let seen = view.fields.values().flat_map(|state| &state.heads).map(|head| head.edit).collect();
    let change = Change {
        id,
        record: record_id(),
        kind: KIND.to_owned(),
        made_at: clock(phone.device, made.len()),
        edits: edits.collect(),
    };
    Made { change, origin, seen }
}

/// Each phone's clock is off by a year or two.
fn clock(device: usize, number: usize) -> Stamp {
    let moment = 1_772_444_468 + 60 * number as i64 + 50_000_000 * (device as i64 - 1);
    Stamp::from(chrono::DateTime::from_timestamp(moment, 0).expect("within range").fixed_offset())
}

fn record_id() -> RecordId {
    RecordId(Uuid::from_u128(7))
}

/// Ids that say nothing of when they were made.
fn change_id(number: usize) -> ChangeId {
    ChangeId(Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()))
}

/// A history, numbered in the order in which it reached the ledger.
fn history() -> impl Strategy<Value = Vec<Made>> {
    (vec(step(), 1..40), order()).prop_map(|(steps, arrival)| numbered(play(&steps), &arrival))
}

/// A history of people whose clients name only what they showed.
fn honest_history() -> impl Strategy<Value = Vec<Made>> {
    (vec(step(), 1..40), order()).prop_map(|(mut steps, arrival)| {
        for step in &mut steps {
            let Step::Save { intents, .. } = step else { continue };
            for (_, intent) in intents {
                if let Intent::Wrong { value, .. } = *intent {
                    *intent = Intent::Settle(value);
                }
            }
        }
        numbered(play(&steps), &arrival)
    })
}

fn numbered(made: Vec<Made>, arrival: &[u32]) -> Vec<Made> {
    let mut history = reordered(made, arrival);
    for (seq, made) in (1..).zip(&mut history) {
        made.origin.seq = Some(seq);
    }
    history
}

/// Keys to sort by: an order of arrival.
fn order() -> impl Strategy<Value = Vec<u32>> {
    vec(any::<u32>(), 40)
}

fn reordered<T>(items: Vec<T>, keys: &[u32]) -> Vec<T> {
    let mut keyed: Vec<_> = keys.iter().zip(items).collect();
    keyed.sort_by_key(|(key, _)| **key);
    keyed.into_iter().map(|(_, item)| item).collect()
}

// ---- What must come out.

fn fold<'m>(history: impl IntoIterator<Item = &'m Made>) -> Record {
    Record::fold(record_id(), KIND, history.into_iter().map(|made| (&made.change, &made.origin)))
}

/// What the page says a set of changes is: the heads of each field, and what is replaced before it
/// has arrived.
type Model = BTreeMap<FieldName, (BTreeSet<EditId>, BTreeSet<EditId>)>;

fn model(changes: &[&Change]) -> Model {
    let known: BTreeSet<_> = changes.iter().map(|change| change.id).collect();
    let lines = || changes.iter().flat_map(|change| change.lines());
    let mut model = Model::new();
    let fields: BTreeSet<_> = lines().map(|(_, edit)| edit.field.clone()).collect();
    for name in fields {
        let of_field = || lines().filter(|(_, edit)| edit.field == name);
        let named: BTreeSet<_> = of_field().flat_map(|(_, edit)| edit.replaces.iter().copied()).collect();
        let values = of_field().filter(|(_, edit)| edit.value.is_some()).map(|(id, _)| id);
        let heads: BTreeSet<_> = values.filter(|id| !named.contains(id)).collect();
        let awaited: BTreeSet<_> = named.into_iter().filter(|id| !known.contains(&id.change)).collect();
        if !heads.is_empty() || !awaited.is_empty() {
            model.insert(name, (heads, awaited));
        }
    }
    model
}

/// The record in the model's terms.
fn outline(record: &Record) -> Model {
    let outline = record.fields.iter().map(|(name, state)| {
        let heads: BTreeSet<_> = state.heads.iter().map(|head| head.edit).collect();
        assert_eq!(heads.len(), state.heads.len(), "{name} has a head twice");
        (name.clone(), (heads, state.awaited.clone()))
    });
    outline.collect()
}

fn reading(rule: Rule, heads: &[Head]) -> String {
    match read(rule, heads) {
        Reading::Empty => "empty".to_owned(),
        Reading::Single(head) => format!("single {}", head.edit),
        Reading::Conflict(heads) => format!("conflict of {}", heads.len()),
        Reading::All(heads) => format!("all {}", heads.len()),
        Reading::Total(total) => format!("total {total:?}"),
    }
}

/// A field with its heads and what they read.
type Shown = (String, Vec<(EditId, Value)>, String);

/// What a reader is shown, without who, where and when.
fn shown(record: &Record) -> Vec<Shown> {
    let kind = kinds::named(KIND).expect("declared");
    let show = |(name, state): (&FieldName, &FieldState)| {
        let heads = state.heads.iter().map(|head| (head.edit, head.value.clone())).collect();
        let reading =
            format!("{} / {}", reading(kind.rule(name), &state.heads), reading(Rule::Sum, &state.heads));
        (name.to_string(), heads, reading)
    };
    record.fields.iter().map(show).collect()
}

proptest! {
    /// Laws 1, 4 and 5: whatever arrives in whatever order, again and again, after each arrival
    /// the record is what the set of changes says.
    #[test]
    fn every_prefix_of_every_order_is_what_the_set_says(
        history in history(),
        order in order(),
        again in vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let mut arrivals = reordered(history, &order);
        for again in again {
            let Some(repeat) = arrivals.get(again.index(arrivals.len().max(1))).cloned() else { break };
            arrivals.push(repeat);
        }
        let mut record = Record::empty(record_id(), KIND);
        let mut known = BTreeSet::new();
        let mut arrived = BTreeMap::new();
        for made in &arrivals {
            record.apply(&made.change, &made.origin, |id| known.contains(&id));
            known.insert(made.change.id);
            arrived.insert(made.change.id, &made.change);
            let arrived: Vec<_> = arrived.values().copied().collect();
            prop_assert_eq!(outline(&record), model(&arrived));
        }
    }

    /// Law 1, bit for bit: two orders give the same record, order of heads included.
    #[test]
    fn order_does_not_matter(history in history(), order in order()) {
        let straight = fold(&history);
        let twice: Vec<_> = history.iter().chain(&history).cloned().collect();
        let keys: Vec<_> = order.iter().chain(&order).map(|key| key.rotate_left(7)).collect();
        prop_assert_eq!(&fold(&reordered(history, &order)), &straight);
        prop_assert_eq!(&fold(&reordered(twice, &keys)), &straight);
    }

    /// Law 1 at two offices: who came first decides which value is shown first, never which stand.
    #[test]
    fn two_ledgers_of_the_same_changes_hold_the_same_values(history in history(), order in order()) {
        let here = outline(&fold(&history));
        let mut elsewhere = reordered(history, &order);
        for (seq, made) in (1..).zip(&mut elsewhere) {
            made.origin.seq = Some(seq);
        }
        prop_assert_eq!(outline(&fold(&elsewhere)), here);
    }

    /// Law 2: each value ever accepted is a head with that very value, or was named by an edit.
    #[test]
    fn nothing_vanishes(history in history()) {
        let record = fold(&history);
        for made in &history {
            for (id, edit) in made.change.lines() {
                let Some(value) = &edit.value else { continue };
                let head = record.heads(&edit.field).iter().find(|head| head.edit == id);
                let named = || {
                    let lines = history.iter().flat_map(|made| &made.change.edits);
                    lines.filter(|other| other.field == edit.field).any(|other| other.replaces.contains(&id))
                };
                match head {
                    Some(head) => {
                        prop_assert_eq!(&head.value, value);
                        prop_assert_eq!(head.by, made.origin.by);
                        prop_assert_eq!(head.seq, made.origin.seq);
                    }
                    None => prop_assert!(named(), "{} vanished", id),
                }
            }
        }
    }

    /// Law 3: a change takes away only what its author had been shown.
    #[test]
    fn nobody_overwrites_what_they_have_not_seen(history in honest_history()) {
        let mut record = Record::empty(record_id(), KIND);
        let mut known = BTreeSet::new();
        let standing = |record: &Record| -> BTreeSet<_> {
            record.fields.values().flat_map(|state| &state.heads).map(|head| head.edit).collect()
        };
        for made in &history {
            let before = standing(&record);
            record.apply(&made.change, &made.origin, |id| known.contains(&id));
            known.insert(made.change.id);
            let after = standing(&record);
            let lost: Vec<_> = before.difference(&after).filter(|edit| !made.seen.contains(edit)).collect();
            prop_assert!(lost.is_empty(), "{} took away {:?} unseen", made.change.id, lost);
        }
    }

    /// Law 4: what a late change says and others replaced before it came is never a head, not
    /// for a moment.
    #[test]
    fn a_gap_heals(history in history(), late in any::<prop::sample::Index>()) {
        prop_assume!(!history.is_empty());
        let mut history = history;
        let late = history.remove(late.index(history.len()));
        let mut record = fold(&history);
        record.apply(&late.change, &late.origin, |id| history.iter().any(|made| made.change.id == id));
        for (id, edit) in late.change.lines() {
            let others = history.iter().flat_map(|made| &made.change.edits);
            let replaced = others.filter(|other| other.field == edit.field).any(|other| other.replaces.contains(&id));
            let is_head = record.heads(&edit.field).iter().any(|head| head.edit == id);
            prop_assert!(!(replaced && is_head), "{} came back", id);
        }
        let gaps = record.fields.values().flat_map(|state| &state.awaited);
        prop_assert!(gaps.into_iter().all(|edit| edit.change != late.change.id), "the gap stays open");
    }

    /// Law 5: a server that reads its stored record, adds a change and stores it again holds, bit
    /// for bit, what a fold of its whole ledger gives.
    #[test]
    fn stored_heads_are_rebuilt_from_the_ledger_bit_for_bit(history in history()) {
        let stored = |record: Record| {
            serde_json::to_string(&Snapshot::of(record, 1, None, None)).expect("a snapshot is JSON")
        };
        let mut body = stored(Record::empty(record_id(), KIND));
        let mut known = BTreeSet::new();
        for made in &history {
            let snapshot: Snapshot = serde_json::from_str(&body).expect("as it was written");
            let mut record = snapshot.into_record();
            record.apply(&made.change, &made.origin, |id| known.contains(&id));
            known.insert(made.change.id);
            body = stored(record);
        }
        prop_assert_eq!(body, stored(fold(&history)));
    }

    /// Law 6: no clock and no device id decides anything that a reader is shown.
    #[test]
    fn clocks_and_device_ids_do_not_matter(
        history in history(),
        clocks in vec(0_u32..4_000_000_000, 40),
        device in any::<u128>(),
    ) {
        let mut elsewhere = history.clone();
        for (made, clock) in elsewhere.iter_mut().zip(clocks) {
            let moment = chrono::DateTime::from_timestamp(clock.into(), 0).expect("within range");
            made.change.made_at = Stamp::from(moment.fixed_offset());
            made.origin.device = DeviceId(Uuid::from_u128(device));
        }
        prop_assert_eq!(shown(&fold(&elsewhere)), shown(&fold(&history)));
    }

    /// Law 7: people who had seen less leave more standing, and settle no conflict that stood.
    #[test]
    fn missing_knowledge_only_adds_a_conflict(history in history(), forgotten in vec(any::<bool>(), 60)) {
        let kind = kinds::named(KIND).expect("declared");
        let mut ignorant = history.clone();
        let mut forgotten = forgotten.into_iter().cycle();
        for edit in ignorant.iter_mut().flat_map(|made| &mut made.change.edits) {
            edit.replaces.retain(|_| !forgotten.next().unwrap_or_default());
        }
        let (more, less) = (fold(&ignorant), fold(&history));
        for (name, state) in &less.fields {
            let standing: BTreeSet<_> = more.heads(name).iter().map(|head| head.edit).collect();
            for head in &state.heads {
                prop_assert!(standing.contains(&head.edit), "{} was removed", head.edit);
            }
            let rule = kind.rule(name);
            prop_assert!(!in_conflict(rule, &state.heads) || in_conflict(rule, more.heads(name)));
        }
    }

    /// The incumbent is the earliest in the ledger whatever comes later and unsynced; a client
    /// that shows it alone cannot settle a conflict with it.
    #[test]
    fn heads_stand_in_ledger_order_and_unsynced_ones_last(history in history(), unsynced in vec(any::<bool>(), 40)) {
        let mut history = history;
        for (made, unsynced) in history.iter_mut().zip(unsynced) {
            if unsynced {
                made.origin.seq = None;
            }
        }
        for state in fold(&history).fields.values() {
            let places: Vec<_> =
                state.heads.iter().map(|head| (head.seq.is_none(), head.seq, head.edit)).collect();
            prop_assert!(places.is_sorted(), "{:?}", places);
        }
    }

    /// An edit of another record may be named by mistake: the heads are the same as if it had not
    /// been.
    #[test]
    fn naming_an_edit_of_another_record_changes_nothing(history in history(), stranger in 100_usize..200) {
        let honest = fold(&history);
        let mut odd = history;
        for edit in odd.iter_mut().flat_map(|made| &mut made.change.edits) {
            edit.replaces.push(EditId::new(change_id(stranger), 0));
        }
        let odd_record = fold(&odd);
        for name in FIELDS.map(|name| name.parse::<FieldName>().expect("a valid name")) {
            prop_assert_eq!(honest.heads(&name), odd_record.heads(&name));
        }
    }
}

/// The generator must reach what the laws are about, or they hold of nothing.
#[test]
fn the_histories_have_conflicts_gaps_and_wrong_names() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut conflicts, mut gaps, mut odd, mut honest) = (0, 0, 0, 0);
    for _ in 0..200 {
        let tree = history().new_tree(&mut runner).expect("histories can be made");
        let history = proptest::strategy::ValueTree::current(&tree);
        let record = fold(&history);
        let kind = kinds::named(KIND).expect("declared");
        conflicts +=
            usize::from(record.fields.iter().any(|(name, state)| in_conflict(kind.rule(name), &state.heads)));
        odd += usize::from(record.fields.values().any(|state| !state.awaited.is_empty()));
        let half = fold(&history[..history.len() / 2]);
        let arrives = |edit: &EditId| history.iter().any(|made| made.change.id == edit.change);
        gaps += usize::from(half.fields.values().any(|state| state.awaited.iter().any(arrives)));
        honest += usize::from(history.iter().all(|made| {
            made.change.edits.iter().flat_map(|edit| &edit.replaces).all(|named| made.seen.contains(named))
        }));
    }
    assert!(conflicts > 50 && gaps > 50 && odd > 20 && honest > 10, "{conflicts} {gaps} {odd} {honest}");
}
