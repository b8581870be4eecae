//! Whatever arrives, decoding answers: a change or a refusal, never a panic. What it accepts comes
//! out of its canonical form as it went in, since that is what a server stores and reads again.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use sync_protocol::change::{Change, MAX_EDITS, MAX_LEVELS};
use sync_protocol::digest::canonical;
use sync_protocol::kinds;
use sync_protocol::refusal::Code;
use sync_protocol::value::Value;

/// A change as the protocol page shows it: the root of all mutations.
fn seed() -> Json {
    json!({
        "id": "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11",
        "record": "49921fd9-ed51-545f-9f98-d78b4743a451",
        "kind": "diary",
        "made_at": "2026-03-02T17:41:08+08:00",
        "edits": [
            { "field": "project", "value": "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11", "replaces": [] },
            { "field": "date", "value": "2026-03-02", "replaces": [] },
            { "field": "image_progress", "value": "主体二层",
              "replaces": ["0198c9a1-6f0e-7c3a-9d1b-0d4f7a2b9c11.2"] },
            { "field": "crew/钢筋工", "value": 6, "replaces": [] },
            { "field": "photos", "value": {
                "sha256": "0000000000000000000000000000000000000000000000000000000000000000",
                "position": { "lat": 25.049, "lon": 116.42, "accuracy_m": 12, "datum": "wgs84" } } },
            { "field": "signoffs", "value": { "role": "principal", "verdict": "confirmed",
                "covers": ["0198c9a1-6f0e-7c3a-9d1b-0d4f7a2b9c11.2"] } },
            { "field": "withdrawn", "value": { "reason": "重复填写", "covers": [] } },
            { "field": "materials", "value": { "name": "钢筋", "qty": 2.5, "unit": "t", "sampled": true } },
            { "field": "visitors", "replaces": ["0198c9a1-6f0e-7c3a-9d1b-0d4f7a2b9c11.4"] }
        ]
    })
}

/// Any JSON, with a taste for what is at the edge.
fn odd_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        Just(json!(9_007_199_254_740_991_i64)),
        Just(json!(9_007_199_254_740_992_i64)),
        Just(json!(1e16)),
        Just(json!(-0.0)),
        any::<String>().prop_map(Json::from),
        Just(json!("a\u{0}b")),
        Just(json!("")),
        Just(json!("2026-02-30")),
        Just(json!("0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.65536")),
        Just(json!("crew/")),
    ];
    leaf.prop_recursive(20, 64, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            btree_map(any::<String>(), inner, 0..4).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// What happens to a place in the JSON.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Json),
    Remove,
    Double,
    Nest(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => odd_json().prop_map(Mutation::Replace),
        2 => Just(Mutation::Remove),
        1 => Just(Mutation::Double),
        1 => (0_usize..24).prop_map(Mutation::Nest),
    ]
}

/// How many places a JSON value has: itself, and all within.
fn places(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(places).sum(),
        Json::Object(parts) => parts.values().map(places).sum(),
        _ => 0,
    }
}

/// Mutates the place with that number, counted depth first.
fn mutate(json: &mut Json, place: &mut usize, mutation: &Mutation) {
    let here = *place == 0;
    *place = place.wrapping_sub(1);
    if here {
        match mutation {
            Mutation::Replace(other) => *json = other.clone(),
            Mutation::Remove => *json = Json::Null,
            Mutation::Double => *json = json!([json.clone(), json.clone()]),
            Mutation::Nest(levels) => {
                for _ in 0..*levels {
                    *json = json!([json.take()]);
                }
            }
        }
        return;
    }
    match json {
        Json::Array(items) => {
            if *place < items.len() && matches!(mutation, Mutation::Remove) {
                items.remove(*place);
                *place = usize::MAX;
                return;
            }
            for item in items {
                mutate(item, place, mutation);
            }
        }
        Json::Object(parts) => {
            let name = parts.keys().nth(*place).cloned();
            if let (Some(name), Mutation::Remove) = (name, mutation) {
                parts.remove(&name);
                *place = usize::MAX;
                return;
            }
            for part in parts.values_mut() {
                mutate(part, place, mutation);
            }
        }
        _ => {}
    }
}

/// Holds what must hold of any text.
fn decoded(raw: &str) -> Result<Option<Change>, TestCaseError> {
    match Change::decode(raw) {
        Err(refusal) => {
            prop_assert!(matches!(refusal.code, Code::Invalid | Code::TooLarge), "{}", refusal);
            prop_assert!(!refusal.zh.is_empty() && !refusal.en.is_empty());
            Ok(None)
        }
        Ok(change) => {
            let canonical = String::from_utf8(change.canonical()).expect("JSON is UTF-8");
            let again = Change::decode(&canonical);
            prop_assert_eq!(again.as_ref(), Ok(&change), "{} does not come back", canonical);
            prop_assert_eq!(again.expect("just compared").digest(), change.digest());
            // Judging by kind must not panic either, whatever the kind is.
            for kind in kinds::all() {
                drop(kind.check(&change));
            }
            Ok(Some(change))
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(raw in any::<String>()) {
        decoded(&raw)?;
    }

    #[test]
    fn any_json_is_answered(json in odd_json()) {
        decoded(&json.to_string())?;
    }

    #[test]
    fn a_mutated_change_is_answered(
        mutations in vec((any::<prop::sample::Index>(), mutation()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut json = seed();
        for (index, mutation) in &mutations {
            let mut place = index.index(places(&json));
            mutate(&mut json, &mut place, mutation);
        }
        let mut raw: String = json.to_string();
        if let Some(cut) = cut {
            let end = raw.char_indices().map(|(at, _)| at).nth(cut.index(raw.chars().count())).unwrap_or(0);
            raw.truncate(end);
        }
        decoded(&raw)?;
    }

    /// Bytes flipped within the text: what is no UTF-8 any more never comes this far.
    #[test]
    fn flipped_bytes_are_answered(flips in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = seed().to_string().into_bytes();
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(raw) = String::from_utf8(bytes) {
            decoded(&raw)?;
        }
    }

    /// Two values are equal exactly when their canonical bytes are: a client that compares JSON and
    /// one that compares bytes see the same conflicts.
    #[test]
    fn equal_values_have_equal_bytes(a in odd_json(), b in odd_json()) {
        let bytes = |value: &Value| canonical(value).expect("a value is JSON");
        if let (Ok(a), Ok(b)) = (serde_json::from_value::<Value>(a), serde_json::from_value::<Value>(b)) {
            prop_assert_eq!(a == b, bytes(&a) == bytes(&b), "{:?} {:?}", a, b);
            let again: Value = serde_json::from_slice(&bytes(&a)).expect("it reads back");
            prop_assert_eq!(again, a);
        }
    }

    /// Whatever the value: accepted as a field's value, it reads back bit for bit.
    #[test]
    fn any_value_that_is_accepted_comes_back(value in odd_json()) {
        let mut json = seed();
        json["edits"] = json!([{ "field": "figures", "value": value }]);
        decoded(&json.to_string())?;
    }
}

#[test]
fn the_seed_is_a_change_that_its_kind_takes() {
    let change = decoded(&seed().to_string()).expect("holds").expect("is a change");
    assert_eq!(kinds::named("diary").expect("declared").check(&change), Ok(()));
}

#[test]
fn bombs_are_refused_before_they_are_parsed() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(50_000));
    assert_eq!(Change::decode(&deep).expect_err("too deep").code, Code::TooLarge);
    let mut wide = seed();
    wide["edits"] = json!(vec![json!({ "field": "remarks", "value": "x" }); MAX_EDITS + 1]);
    assert_eq!(Change::decode(&wide.to_string()).expect_err("too many").code, Code::TooLarge);
    wide["edits"] = json!(vec![json!({ "field": "remarks", "value": "x" }); MAX_EDITS]);
    assert!(Change::decode(&wide.to_string()).is_ok());
    let mut level = json!(1);
    for _ in 0..MAX_LEVELS - 3 {
        level = json!([level]);
    }
    wide["edits"] = json!([{ "field": "remarks", "value": level }]);
    assert!(Change::decode(&wide.to_string()).is_ok());
    wide["edits"] = json!([{ "field": "remarks", "value": [level] }]);
    assert_eq!(Change::decode(&wide.to_string()).expect_err("too deep").code, Code::TooLarge);
}
