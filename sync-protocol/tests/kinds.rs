//! The declarations hang together: every name that one of them uses is declared by another, and
//! nothing on the wire changes by accident.

use std::collections::BTreeSet;

use sync_protocol::change::{Change, FieldName};
use sync_protocol::kinds::{
    self, Belongs, CHECKLIST, CHOICE_LISTS, ChoiceList, Field, Identity, Kind, Requirement, Role, Type,
    Writers,
};
use sync_protocol::record::{Origin, Record, Rule};
use sync_protocol::refusal::Code;

/// Every field of every kind, common ones included.
fn fields() -> impl Iterator<Item = (&'static Kind, &'static Field)> {
    kinds::all().flat_map(|kind| kind.all_fields().map(move |field| (kind, field)))
}

/// A type and the types of its parts, with names and labels of the parts on the way.
fn visit(ty: &Type, see: &mut impl FnMut(&Type)) {
    see(ty);
    if let Type::Object(parts) = ty {
        for part in *parts {
            visit(&part.ty, see);
        }
    }
}

fn assert_unique<'n>(what: &str, names: impl Iterator<Item = &'n str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{what} {name:?} is declared twice");
    }
}

fn assert_label(what: &str, zh: &str, en: &str) {
    assert!(!zh.trim().is_empty(), "{what} has no Chinese label");
    assert!(!en.trim().is_empty(), "{what} has no English label");
    assert!(en.is_ascii(), "{what} has an English label that is not English: {en}");
}

#[test]
fn all_kinds_of_the_programme_are_declared() {
    let declared: BTreeSet<_> = kinds::all().map(|kind| kind.name).collect();
    let programme = [
        "diary inspection finding rectification verification notice stage_event progress_report suspension",
        "concealed_acceptance acceptance design_change equipment_item sample equipment_receipt service_visit",
        "fund_event meeting visit complaint interview baseline_check bulletin evaluation",
        "division school programme plan project contract zone_scheme zone checklist code_list",
    ];
    let programme: BTreeSet<_> = programme.iter().flat_map(|line| line.split(' ')).collect();
    assert_eq!(declared, programme);
}

#[test]
fn names_are_valid_and_unique() {
    assert_unique("kind", kinds::all().map(|kind| kind.name));
    assert_unique("choice list", CHOICE_LISTS.iter().map(|list| list.name));
    for kind in kinds::all() {
        assert!(kind.name.parse::<FieldName>().is_ok_and(|name| name.key().is_none()), "{}", kind.name);
        assert_unique(&format!("{} field", kind.name), kind.all_fields().map(|field| field.name));
    }
    for (kind, field) in fields() {
        let name = field.name.parse::<FieldName>();
        assert!(name.is_ok_and(|name| name.key().is_none()), "{}.{}", kind.name, field.name);
        visit(&field.ty, &mut |ty| {
            if let Type::Object(parts) = ty {
                assert_unique(
                    &format!("{}.{} part", kind.name, field.name),
                    parts.iter().map(|part| part.name),
                );
            }
        });
    }
    for list in CHOICE_LISTS {
        assert_unique(&format!("{} choice", list.name), list.choices.iter().map(|choice| choice.code));
    }
}

#[test]
fn labels_are_there_in_both_languages() {
    for kind in kinds::all() {
        assert_label(kind.name, kind.zh, kind.en);
    }
    for (kind, field) in fields() {
        let what = format!("{}.{}", kind.name, field.name);
        assert_label(&what, field.zh, field.en);
        if let Some(key) = field.key {
            assert_label(&what, key.zh, key.en);
        }
        visit(&field.ty, &mut |ty| {
            if let Type::Object(parts) = ty {
                for part in *parts {
                    assert_label(&format!("{what}.{}", part.name), part.zh, part.en);
                }
            }
        });
    }
    for list in CHOICE_LISTS {
        for choice in list.choices {
            assert_label(&format!("{}: {}", list.name, choice.code), choice.zh, choice.en);
        }
    }
    for role in Role::ALL {
        assert_label(role.as_str(), role.zh(), role.en());
    }
}

#[test]
fn every_list_and_kind_that_is_named_exists() {
    let mut used = BTreeSet::new();
    for (kind, field) in fields() {
        let what = format!("{}.{}", kind.name, field.name);
        visit(&field.ty, &mut |ty| match ty {
            Type::Choice(list) => {
                assert!(
                    ChoiceList::named(list).is_some_and(|list| !list.open),
                    "{what}: {list} must be closed"
                );
                used.insert(*list);
            }
            Type::OpenChoice(list) => {
                assert!(ChoiceList::named(list).is_some_and(|list| list.open), "{what}: {list} must be open");
                used.insert(*list);
            }
            Type::Ref(name) => assert!(kinds::named(name).is_some(), "{what}: no kind {name}"),
            _ => {}
        });
        if let Some(list) = field.key.and_then(|key| key.choices) {
            assert!(ChoiceList::named(list).is_some(), "{what}: no list {list}");
            used.insert(list);
        }
    }
    // A photo's category stands inside the photo, which has a type of its own.
    used.insert("photo_category");
    let declared: BTreeSet<_> = CHOICE_LISTS.iter().map(|list| list.name).collect();
    assert_eq!(declared, used, "a list that no field uses offers choices to nobody");
}

#[test]
fn a_key_fits_into_a_field_name() {
    for (kind, field) in fields() {
        let Some(list) = field.key.and_then(|key| key.choices).and_then(ChoiceList::named) else { continue };
        for choice in list.choices {
            let name = format!("{}/{}", field.name, choice.code);
            assert!(name.parse::<FieldName>().is_ok(), "{}.{name}", kind.name);
        }
    }
    for item in CHECKLIST {
        assert!(format!("items/{}", item.code).parse::<FieldName>().is_ok(), "{}", item.code);
    }
}

#[test]
fn what_identifies_a_record_is_declared_and_decided_on() {
    for kind in kinds::all() {
        let Identity::Natural(parts) = kind.identity else { continue };
        for part in parts {
            let field = kind.field(part).unwrap_or_else(|| panic!("{}: no field {part}", kind.name));
            assert_eq!(field.rule, Rule::One, "{}.{part}", kind.name);
            assert_eq!(field.required, Requirement::Always, "{}.{part}", kind.name);
            assert!(field.key.is_none(), "{}.{part}", kind.name);
        }
    }
}

#[test]
fn a_condition_names_a_field_and_one_of_its_choices() {
    for (kind, field) in fields() {
        let Requirement::If { field: other, value } = field.required else { continue };
        let other = kind.field(other).unwrap_or_else(|| panic!("{}: no field {other}", kind.name));
        let Type::Choice(list) = other.ty else { panic!("{}.{} is no choice", kind.name, other.name) };
        let list = ChoiceList::named(list).expect("checked above");
        assert!(
            list.choices.iter().any(|choice| choice.code == value),
            "{}.{}: {value}",
            kind.name,
            field.name
        );
    }
}

#[test]
fn rules_fit_types() {
    for (kind, field) in fields() {
        let what = format!("{}.{}", kind.name, field.name);
        if field.rule == Rule::Sum {
            assert!(matches!(field.ty, Type::Int { .. } | Type::Number), "{what} cannot be added up");
        }
        if field.unit.is_some() {
            assert!(matches!(field.ty, Type::Int { .. } | Type::Number), "{what} has a unit and no number");
        }
        if matches!(field.ty, Type::Photo | Type::Signoff) {
            assert_eq!(field.rule, Rule::Many, "{what}");
        }
    }
}

#[test]
fn nobody_writes_who_must_not() {
    for kind in kinds::all() {
        for role in [Role::Auditor, Role::SystemAdmin, Role::Leader, Role::Township] {
            assert!(!kind.writers.contains(&role), "{} is written by {}", kind.name, role.as_str());
        }
        assert!(!kind.writers.is_empty(), "{} is written by nobody", kind.name);
    }
    for (kind, field) in fields() {
        if let Writers::Only(roles) = field.writers {
            assert!(!roles.is_empty(), "{}.{} is written by nobody", kind.name, field.name);
            assert!(!roles.contains(&Role::Auditor), "{}.{}", kind.name, field.name);
            assert!(!roles.contains(&Role::SystemAdmin), "{}.{}", kind.name, field.name);
        }
    }
    let writers = |name: &str| kinds::named(name).expect("declared").writers;
    // The builder's office does not close, and whoever rectifies does not verify.
    for role in [Role::ProjectOffice, Role::SchoolTeam, Role::Principal, Role::Contractor] {
        assert!(!writers("verification").contains(&role), "{}", role.as_str());
    }
    assert!(writers("rectification").iter().all(|role| !writers("verification").contains(role)));
    // The diary is begun by the school alone.
    let diary = kinds::named("diary").expect("declared");
    let date = diary.field("date").expect("declared");
    assert_eq!(date.writers, Writers::Only(&[Role::SchoolTeam, Role::Principal]));
}

#[test]
fn the_directory_reads_as_the_server_places_by_it() {
    let belongs = |name: &str| kinds::named(name).expect("declared").belongs;
    assert_eq!(belongs("school"), Belongs::IsSchool);
    assert_eq!(belongs("project"), Belongs::IsProject);
    assert_eq!(belongs("zone"), Belongs::ToCounty);
    assert_eq!(belongs("division"), Belongs::ToCounty);
    let school = kinds::named("school").expect("declared");
    let fits =
        |field: &str, text: &str| school.field(field).expect("declared").ty.check(&text.into()).is_ok();
    assert!(fits("county", "350823") && !fits("county", "35082") && !fits("county", "35082x"));
    assert!(fits("township", "350823101") && !fits("township", "350823"));
}

#[test]
fn the_checklist_is_whole() {
    assert_unique("checklist item", CHECKLIST.iter().map(|item| item.code));
    let severities = ChoiceList::named("severity").expect("declared").choices;
    for item in CHECKLIST {
        assert_label(item.code, item.zh, item.en);
        assert_label(item.code, item.section_zh, item.section_en);
        assert!(!item.basis.is_empty(), "{}", item.code);
        assert!(severities.iter().any(|choice| choice.code == item.severity), "{}", item.code);
        let days = match item.severity {
            "重大" => 0..=1,
            "较大" => 7..=7,
            _ => 15..=30,
        };
        assert!(days.contains(&item.deadline_days), "{}: {} days", item.code, item.deadline_days);
    }
    let codes: Vec<_> = CHECKLIST.iter().map(|item| item.code).collect();
    let expected: Vec<_> = [('G', 8), ('Q', 5), ('A', 7), ('J', 2), ('Z', 4), ('S', 6), ('P', 3), ('V', 5)]
        .into_iter()
        .flat_map(|(letter, count)| (1..=count).map(move |number| format!("{letter}{number:02}")))
        .collect();
    assert_eq!(codes, expected);
}

#[test]
fn only_talk_leaves_a_signature_standing() {
    let talk: BTreeSet<_> = fields().filter(|(_, field)| field.talk).map(|(_, field)| field.name).collect();
    assert_eq!(talk, BTreeSet::from(["reason", "remarks", "signoffs"]));
    for (kind, reason_is_talk) in [("diary", true), ("suspension", false), ("design_change", false)] {
        assert_eq!(kinds::named(kind).expect("declared").is_talk("reason"), reason_is_talk, "{kind}");
    }
}

#[test]
fn what_lies_ahead_is_a_day_by_which_something_is_to_be_done() {
    let mut ahead = BTreeSet::new();
    for (kind, field) in fields() {
        let parts = if let Type::Object(parts) = field.ty { parts } else { &[] };
        let parts = parts
            .iter()
            .map(|part| (format!("{}.{}.{}", kind.name, field.name, part.name), part.ahead, part.ty));
        for (name, is_ahead, ty) in
            std::iter::once((format!("{}.{}", kind.name, field.name), field.ahead, field.ty)).chain(parts)
        {
            if is_ahead {
                assert!(matches!(ty, Type::Date), "{name} is no day");
                ahead.insert(name);
            }
        }
    }
    let expected = [
        "complaint.reply_due",
        "finding.deadline",
        "interview.deadline",
        "meeting.decisions.due",
        "visit.decisions.due",
    ];
    assert_eq!(ahead, expected.map(str::to_owned).into());
}

/// Phones draw their forms from this and store what it names. A difference here is a change of
/// what they see: meant, or a mistake.
#[test]
fn the_schema_on_the_wire_is_the_one_checked_in() {
    let now = serde_json::to_value(kinds::schema()).expect("declarations are JSON");
    let checked_in: serde_json::Value =
        serde_json::from_str(include_str!("../schema.json")).expect("schema.json is JSON");
    let differing: Vec<_> = differences("", &checked_in, &now);
    assert!(
        differing.is_empty(),
        "the schema differs from schema.json at:\n{}\nif that is meant, run\n  cargo run -p sync-protocol \
         --example schema > sync-protocol/schema.json",
        differing.join("\n")
    );
}

/// Where two JSON values differ, by path; the first ten.
fn differences(path: &str, a: &serde_json::Value, b: &serde_json::Value) -> Vec<String> {
    use serde_json::Value::{Array, Null, Object};
    let mut found = match (a, b) {
        (Object(a), Object(b)) => {
            let names: BTreeSet<_> = a.keys().chain(b.keys()).collect();
            let at = |name: &String| {
                let path = format!("{path}/{name}");
                differences(&path, a.get(name).unwrap_or(&Null), b.get(name).unwrap_or(&Null))
            };
            names.into_iter().flat_map(at).collect()
        }
        (Array(a), Array(b)) => {
            let at = |index: usize| {
                let path = format!("{path}/{index}");
                differences(&path, a.get(index).unwrap_or(&Null), b.get(index).unwrap_or(&Null))
            };
            (0..a.len().max(b.len())).flat_map(at).collect()
        }
        (a, b) if a == b => vec![],
        (a, b) => vec![format!("  {path}: was {a}, is {b}")],
    };
    found.truncate(10);
    found
}

/// A record with one change in it, saved by nobody in particular.
fn record_with(kind: &Kind, edits: &[(&str, serde_json::Value)]) -> Record {
    let edits: Vec<_> =
        edits.iter().map(|(field, value)| serde_json::json!({ "field": field, "value": value })).collect();
    let id = "0198c9a4-0000-7000-8000-000000000001";
    let change = serde_json::json!({
        "id": id, "record": id, "kind": kind.name, "made_at": "2026-03-02T17:41:08+08:00", "edits": edits,
    });
    let change = Change::decode(&change.to_string()).expect("a change");
    let person =
        Origin { by: change.id.0.into(), by_name: String::new(), device: change.id.0.into(), seq: Some(1) };
    Record::fold(change.record, kind.name, [(&change, &person)])
}

#[test]
fn a_diary_is_submitted_once_what_it_needs_is_there() {
    use serde_json::json;
    let diary = kinds::named("diary").expect("declared");
    let missing = |edits: &[(&str, serde_json::Value)]| -> Vec<_> {
        diary.missing(&record_with(diary, edits)).into_iter().map(|field| field.name).collect()
    };
    let mut edits = vec![
        ("project", json!("0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11")),
        ("date", json!("2026-03-02")),
        ("work_status", json!("idle")),
        ("weather_am", json!("晴")),
        ("weather_pm", json!("雷阵雨")),
        ("progress_text", json!("雨停后清理基坑")),
        ("supervisor_present", json!(true)),
        ("isolation_ok", json!(true)),
        ("safety_ok", json!(true)),
    ];
    assert_eq!(missing(&edits), ["quality_ok"]);
    edits.push(("quality_ok", json!(false)));
    assert_eq!(missing(&edits), [""; 0], "a day without work is a diary too");
    edits.push(("work_status", json!("working")));
    assert_eq!(
        missing(&edits),
        ["parts"],
        "while people disagree whether there was work, parts are asked for"
    );

    let inspection = kinds::named("inspection").expect("declared");
    let missing = |edits: &[(&str, serde_json::Value)]| {
        inspection.missing(&record_with(inspection, edits)).iter().any(|field| field.name == "items")
    };
    assert!(missing(&[("theme", json!("全面改薄"))]));
    assert!(!missing(&[("items/A01", json!({ "result": "合格" }))]), "one item under any key is there");
}

#[test]
fn a_day_a_month_and_an_hour_have_one_spelling() {
    let accepts = |ty: Type, text: &str| ty.check(&text.into()).is_ok();
    for (ty, good, bad) in [
        (
            Type::Date,
            "2026-03-02",
            &["2026-3-02", "+2026-3-02", "2026- 3-02", "2026-02-30", "2026/03/02"][..],
        ),
        (Type::Month, "2026-03", &["2026-13", "2026-3", "+026-03", "2026-03-02"]),
        (Type::Time, "07:05", &["7:05", " 7:05", "24:00", "07:60"]),
    ] {
        assert!(accepts(ty, good), "{good}");
        for bad in bad {
            assert!(!accepts(ty, bad), "{bad:?} passes for {good:?}");
        }
    }
}

#[test]
fn a_withdrawal_needs_a_reason() {
    let diary = kinds::named("diary").expect("declared");
    let check = |edits: &str| {
        let change = format!(
            r#"{{"id":"0198c9a4-0000-7000-8000-000000000001","record":"0198c9a4-0000-7000-8000-000000000002",
            "kind":"diary","made_at":"2026-03-02T17:41:08+08:00","edits":[{edits}]}}"#
        );
        diary.check(&Change::decode(&change).expect("a change"))
    };
    let withdrawn = |value: &str| format!(r#"{{"field":"withdrawn","value":{value}}}"#);
    assert!(check(&withdrawn(r#""重复填写""#)).is_ok());
    assert!(check(&withdrawn(r#"{"reason":"重复填写"}"#)).is_ok());
    assert!(check(&format!(r#"{},{{"field":"reason","value":"重复填写"}}"#, withdrawn("true"))).is_ok());
    for bad in ["true", "false", r#""  ""#, r#"{"reason":""}"#, r#"{"reason":"重复","covers":["x"]}"#, "1"]
    {
        let refusal = check(&withdrawn(bad)).expect_err(bad);
        assert_eq!((refusal.code, refusal.field.as_deref()), (Code::Invalid, Some("withdrawn")), "{bad}");
    }
}

#[test]
fn a_value_of_another_type_and_an_unknown_field_are_refused_by_name() {
    let diary = kinds::named("diary").expect("declared");
    let check = |field: &str, value: &str| {
        let change = format!(
            r#"{{"id":"0198c9a4-0000-7000-8000-000000000001","record":"0198c9a4-0000-7000-8000-000000000002",
            "kind":"diary","made_at":"2026-03-02T17:41:08+08:00","edits":[{{"field":"{field}","value":{value}}}]}}"#
        );
        diary
            .check(&Change::decode(&change).expect("a change"))
            .map_err(|refusal| (refusal.code, refusal.field))
    };
    assert_eq!(check("crew/钢筋工", "6"), Ok(()));
    assert_eq!(check("weather_am", r#""沙尘""#), Ok(()), "the county's own word for the weather is kept");
    for (field, value, code) in [
        ("no_such_field", "1", Code::UnknownField),
        ("crew", "6", Code::Invalid),
        ("progress_bp/a", "6", Code::Invalid),
        ("crew/钢筋工", "-1", Code::Invalid),
        ("crew/钢筋工", "1.5", Code::Invalid),
        ("progress_bp", "10001", Code::Invalid),
        ("work_status", r#""asleep""#, Code::Invalid),
        ("safety_ok", r#""yes""#, Code::Invalid),
        ("parts", r#"{"axis":"A"}"#, Code::Invalid),
        ("parts", r#""柱""#, Code::Invalid),
        ("project", r#""1""#, Code::Invalid),
        ("photos", r#"{"sha256":"abc"}"#, Code::Invalid),
    ] {
        assert_eq!(check(field, value), Err((code, Some(field.to_owned()))), "{field}: {value}");
    }
}

/// A diary is the diary of its project on its day, whoever begins it.
#[test]
fn a_record_under_another_id_than_its_identity_is_refused() {
    let diary = kinds::named("diary").expect("declared");
    let check = |date: &str| {
        let change = format!(
            r#"{{"id":"0198c9a4-0000-7000-8000-000000000001","record":"49921fd9-ed51-545f-9f98-d78b4743a451",
            "kind":"diary","made_at":"2026-03-02T17:41:08+08:00","edits":[
                {{"field":"project","value":"0198C9A4-6F0E-7C3A-9D1B-0D4F7A2B9C11"}},{date}]}}"#
        );
        diary.check(&Change::decode(&change).expect("a change")).map_err(|refusal| refusal.code)
    };
    assert_eq!(check(r#"{"field":"date","value":"2026-03-02"}"#), Ok(()));
    assert_eq!(check(r#"{"field":"date","value":"2026-03-03"}"#), Err(Code::Invalid));
    assert_eq!(
        check(r#"{"field":"safety_ok","value":true}"#),
        Ok(()),
        "the rest of the identity may come before"
    );
}
