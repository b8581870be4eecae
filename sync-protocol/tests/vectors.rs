//! Every file of `vectors/`, in every order that it names. `vectors/README.md` tells their shape;
//! a client in another language runs the same files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use sync_protocol::bundle::{Key, Sealed};
use sync_protocol::change::{Change, FieldName};
use sync_protocol::digest::{Leaf, ScopeDigest};
use sync_protocol::id::{DeviceId, EditId, RecordId, UserId};
use sync_protocol::kinds::{self, natural_id};
use sync_protocol::message::Snapshot;
use sync_protocol::photo::Sha256;
use sync_protocol::record::{Origin, Reading, Record, Rule, read};
use sync_protocol::refusal::Refusal;
use sync_protocol::signoff::{self, Signoff, Standing};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Force;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    title: String,
    about: String,
    kind: String,
    record: RecordId,
    rules: BTreeMap<String, Rule>,
    arrivals: Vec<Arrival>,
    #[serde(default)]
    orders: Vec<Vec<usize>>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrival {
    change: Json,
    by: UserId,
    by_name: String,
    device: DeviceId,
    seq: Option<u64>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Expect {
    fields: BTreeMap<FieldName, ExpectedField>,
    #[serde(default)]
    awaited: BTreeMap<FieldName, Vec<EditId>>,
    #[serde(default)]
    signoffs: BTreeMap<EditId, Json>,
    #[serde(default = "in_force")]
    force: Json,
    #[serde(default)]
    held: Vec<Held>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct ExpectedField {
    heads: Vec<EditId>,
    reading: Json,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Held {
    arrival: usize,
    code: String,
    field: Option<String>,
}

fn in_force() -> Json {
    json!("in_force")
}

/// Plays a vector in one order and tells what came of it, in the vector's own words.
fn play(vector: &Vector, order: &[usize]) -> Expect {
    let mut record = Record::empty(vector.record, &vector.kind);
    let mut known = BTreeSet::new();
    let mut held = Vec::new();
    for index in order {
        match judged(&record, &known, &vector.arrivals[*index]) {
            Ok((change, next)) => {
                known.insert(change.id);
                record = next;
            }
            Err(refusal) => {
                let code = refusal.code.as_str().to_owned();
                held.push(Held { arrival: *index, code, field: refusal.field });
            }
        }
    }
    let through_the_wire = serde_json::to_string(&Snapshot::of(record.clone(), 1, None, None)).expect("JSON");
    let snapshot: Snapshot = serde_json::from_str(&through_the_wire).expect("as it was written");
    assert_eq!(snapshot.into_record(), record, "a snapshot loses something");
    told(vector, &record, held)
}

/// The record as it would stand with one arrival more, or why that arrival is held.
fn judged(
    record: &Record,
    known: &BTreeSet<sync_protocol::id::ChangeId>,
    arrival: &Arrival,
) -> Result<(Change, Record), Refusal> {
    let change = Change::decode(&arrival.change.to_string())?;
    let kind = kinds::named(&change.kind);
    if let Some(kind) = kind {
        kind.check(&change)?;
    }
    let origin =
        Origin { by: arrival.by, by_name: arrival.by_name.clone(), device: arrival.device, seq: arrival.seq };
    let mut next = record.clone();
    next.apply(&change, &origin, |id| known.contains(&id));
    let signed = change.edits.iter().filter(|edit| edit.field.as_str() == signoff::FIELD);
    for value in signed.filter_map(|edit| edit.value.as_ref()) {
        let signoff = Signoff::read(value)?;
        if kind.and_then(|kind| signoff.signs_over_conflict(&next, kind)).is_some() {
            return Err(Refusal::invalid("有冲突", "a conflict is in the way").at(signoff::FIELD));
        }
    }
    Ok((change, next))
}

fn told(vector: &Vector, record: &Record, held: Vec<Held>) -> Expect {
    let with_heads = record.fields.iter().filter(|(_, state)| !state.heads.is_empty());
    let fields = with_heads.map(|(name, state)| {
        let heads = state.heads.iter().map(|head| head.edit).collect();
        (name.clone(), ExpectedField { heads, reading: reading(vector.rules[name.base()], record, name) })
    });
    let with_gaps = record.fields.iter().filter(|(_, state)| !state.awaited.is_empty());
    let awaited = with_gaps.map(|(name, state)| (name.clone(), state.awaited.iter().copied().collect()));
    let signoffs = record.heads_named(signoff::FIELD).iter().map(|head| {
        let standing = match Signoff::read(&head.value).expect("it was checked").standing(record) {
            Standing::Current => json!("current"),
            Standing::ChangedSince(fields) => json!({ "changed_since": fields }),
        };
        (head.edit, standing)
    });
    let force = match record.force() {
        Force::InForce => json!("in_force"),
        Force::Withdrawn => json!("withdrawn"),
        Force::Contested(fields) => json!({ "contested": fields }),
    };
    Expect { fields: fields.collect(), awaited: awaited.collect(), signoffs: signoffs.collect(), force, held }
}

fn reading(rule: Rule, record: &Record, name: &FieldName) -> Json {
    let values = |heads: &[sync_protocol::record::Head]| -> Vec<Value> {
        heads.iter().map(|head| head.value.clone()).collect()
    };
    match read(rule, record.heads(name)) {
        Reading::Empty => json!({ "shows": "empty" }),
        Reading::Single(head) => json!({ "shows": "single", "value": head.value }),
        Reading::Conflict(heads) => json!({ "shows": "conflict", "values": values(heads) }),
        Reading::All(heads) => json!({ "shows": "all", "values": values(heads) }),
        Reading::Total(total) => json!({ "shows": "total", "value": total }),
    }
}

/// The files of a folder with that ending, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries =
        fs::read_dir(&folder).expect("the folder is there").map(|entry| entry.expect("readable").path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

fn parsed<T: for<'de> Deserialize<'de>>(path: &Path) -> T {
    let text = fs::read_to_string(path).expect("readable");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(path: &Path) -> String {
    path.file_stem().expect("a file").to_string_lossy().into_owned()
}

#[test]
fn every_vector_comes_out_as_it_says_in_every_order() {
    let mut failures = Vec::new();
    for path in files("vectors") {
        let vector: Vector = parsed(&path);
        assert!(!vector.title.is_empty() && !vector.about.is_empty(), "{}", name(&path));
        let straight: Vec<_> = (0..vector.arrivals.len()).collect();
        let orders = if vector.orders.is_empty() { vec![straight] } else { vector.orders.clone() };
        for order in orders {
            let told = play(&vector, &order);
            if told != vector.expect {
                failures.push(format!(
                    "{} {order:?}:\n  says {:?}\n  is   {told:?}",
                    name(&path),
                    vector.expect
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Only a case whose order decides what is held may leave orders out, or one with one arrival.
#[test]
fn every_order_is_tried_where_order_does_not_matter() {
    for path in files("vectors") {
        let vector: Vector = parsed(&path);
        let uses_all =
            |order: &Vec<usize>| order.iter().collect::<BTreeSet<_>>().len() == vector.arrivals.len();
        assert!(vector.orders.iter().all(uses_all), "{}", name(&path));
        let order_decides = vector.expect.signoffs.values().any(|standing| standing == "current")
            || !vector.expect.held.is_empty();
        assert!(
            vector.arrivals.len() == 1 || vector.orders.len() >= 2 || order_decides,
            "{} tries one order only",
            name(&path)
        );
    }
}

/// A vector states the rules that it needs, so that it can be run without the schema; they are
/// those of the schema.
#[test]
fn rules_are_those_that_the_kinds_declare() {
    let mut read = BTreeSet::new();
    for path in files("vectors") {
        let vector: Vector = parsed(&path);
        let kind = kinds::named(&vector.kind);
        for (field, rule) in &vector.rules {
            if let Some(kind) = kind {
                let declared =
                    kind.field(field).unwrap_or_else(|| panic!("{}: no field {field}", name(&path)));
                assert_eq!(declared.rule, *rule, "{}: {field}", name(&path));
            }
            read.insert(serde_json::to_string(rule).expect("JSON"));
        }
    }
    assert_eq!(read.len(), 5, "each rule has a vector: {read:?}");
}

/// What the issue of this crate asks for: a case a rule, a shape of conflict, an order of gaps, a
/// case of signatures. A file that is lost or renamed is missed here.
#[test]
fn no_case_is_missing() {
    let there: BTreeSet<_> = files("vectors").iter().map(|path| name(path)).collect();
    let listed: BTreeSet<_> =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/README.md"))
            .expect("the README is there")
            .lines()
            .filter_map(|line| Some(line.strip_prefix("- `")?.split_once('`')?.0.to_owned()))
            .collect();
    assert!(!there.is_empty());
    assert_eq!(there, listed, "vectors/README.md lists the cases");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CanonicalCase {
    #[expect(dead_code, reason = "for people")]
    title: String,
    #[expect(dead_code, reason = "for people")]
    about: String,
    change: String,
    canonical: String,
    sha256: Sha256,
}

#[test]
fn canonical_bytes_and_digests_are_frozen() {
    let cases: Vec<_> =
        files("vectors/bytes").into_iter().filter(|path| name(path).starts_with("change-")).collect();
    assert!(cases.len() >= 4);
    for path in cases {
        let case: CanonicalCase = parsed(&path);
        let change =
            Change::decode(&case.change).unwrap_or_else(|refusal| panic!("{}: {refusal}", name(&path)));
        assert_eq!(String::from_utf8(change.canonical()).expect("UTF-8"), case.canonical, "{}", name(&path));
        assert_eq!(change.digest(), case.sha256, "{}", name(&path));
        assert_eq!(Change::decode(&case.canonical).as_ref(), Ok(&change), "{}", name(&path));
    }
}

#[test]
fn natural_ids_are_frozen() {
    let case: Json = parsed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/bytes/natural-ids.json"));
    let ids = case["ids"].as_array().expect("a list");
    assert!(ids.len() >= 4);
    for id in ids {
        let text = |value: &Json| value.as_str().expect("text").to_owned();
        let kind = kinds::named(&text(&id["kind"])).expect("declared");
        let made = natural_id(kind, |part| Some(Value::from(text(&id["identity"][part]))));
        assert_eq!(made.map(|id| id.to_string()), Some(text(&id["id"])), "{id}");
        assert_eq!(RecordId::natural(kind.name, &text(&id["key"])).to_string(), text(&id["id"]), "{id}");
    }
}

#[test]
fn the_seal_of_a_bundle_is_frozen() {
    let case: Json = parsed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/bytes/bundle.json"));
    let key = Key::of(case["token"].as_str().expect("text"));
    assert_eq!(Some(Sha256(key.0).to_string().as_str()), case["key"].as_str());
    let mut manifest = case["manifest"].clone();
    let canonical = sync_protocol::digest::canonical(&manifest).expect("JSON");
    assert_eq!(Some(String::from_utf8(canonical).expect("UTF-8").as_str()), case["canonical"].as_str());
    manifest["seal"] = case["seal"].clone();
    let sealed = Sealed::read(manifest.to_string().as_bytes()).expect("a manifest");
    let opened = sealed.open(&key).expect("the seal fits");
    // Sealed again without the member that is unknown here, it is another seal.
    let again: Json = serde_json::from_slice(&opened.seal(&key)).expect("JSON");
    assert_eq!(again["photos"], case["manifest"]["photos"]);
    assert_ne!(again["seal"], case["seal"]);
}

#[test]
fn the_scope_digest_and_the_leaf_are_frozen() {
    #[derive(Deserialize)]
    struct Scope {
        records: Vec<(RecordId, u64)>,
        digest: ScopeDigest,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/bytes");
    let scope: Scope = parsed(&folder.join("scope-digest.json"));
    let mut digest = ScopeDigest::default();
    for (record, seq) in &scope.records {
        digest.add(*record, *seq);
    }
    assert_eq!(digest, scope.digest);
    for (record, seq) in &scope.records {
        digest.remove(*record, *seq);
    }
    assert_eq!(digest, ScopeDigest::default());

    let case: Json = parsed(&folder.join("leaf.json"));
    let leaf: Leaf = serde_json::from_value(case["leaf"].clone()).expect("a leaf");
    assert_eq!(
        Some(String::from_utf8(leaf.canonical()).expect("UTF-8").as_str()),
        case["canonical"].as_str()
    );
    let hashed = [&[0][..], &leaf.canonical()].concat();
    assert_eq!(Some(Sha256::of(&hashed).to_string().as_str()), case["leaf_hash"].as_str());
}
