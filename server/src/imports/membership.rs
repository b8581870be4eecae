//! Dated memberships: which school is in a zone, who inspects there, from when to when.

use std::collections::{BTreeMap, BTreeSet};

use sync_protocol::change::FieldName;
use sync_protocol::id::EditId;
use sync_protocol::kinds::Field;
use sync_protocol::record::Head;
use sync_protocol::value::Value;

use super::edits::{Edits, known_name, overlaid};
use super::gather::Given;
use super::issue::Issue;

/// Takes memberships in: one that goes on is corrected, any other is added, none is taken away.
pub(super) fn take(edits: &mut Edits<'_>, members: Vec<(&'static Field, BTreeMap<&'static str, Given>)>) {
    let mut touched: BTreeSet<EditId> = BTreeSet::new();
    let mut added: Vec<(FieldName, Value)> = Vec::new();
    for (field, member) in members {
        let name = known_name(field.name);
        let Some(who) = ["school", "name"].into_iter().find_map(|part| Some((part, member.get(part)?)))
        else {
            if let Some(user) = member.get("user") {
                let (zh, en) = ("有账号，还要写姓名", "there is an account; say whose, by name");
                edits.issues.push(Issue::at(user.at, zh, en));
            }
            continue;
        };
        let at = who.1.at;
        let parts: Vec<_> = member.iter().map(|(part, given)| (*part, given.value.clone())).collect();
        let mut fitting = fitting(edits.before.heads(&name), who.0, &who.1.value, &parts);
        let user = member.get("user").map(|given| &given.value);
        if user.is_some() && fitting.iter().any(|head| head.value.part("user") == user) {
            fitting.retain(|head| head.value.part("user") == user);
        }
        let before = match fitting.len() {
            0 | 1 => fitting.pop(),
            several => {
                edits.issues.push(Issue::at(
                    at,
                    format!("有 {several} 段时间都符合，请写清开始和结束日期"),
                    format!("{several} memberships fit; say from when to when"),
                ));
                continue;
            }
        };
        let value = overlaid(before.map(|head| &head.value), parts.into_iter());
        let backwards =
            value.part("from").and_then(Value::as_text).zip(value.part("to").and_then(Value::as_text));
        if backwards.is_some_and(|(from, to)| to < from) {
            edits.issues.push(Issue::at(at, "结束日期早于开始日期", "it ends before it begins"));
            continue;
        }
        match before {
            Some(head) if head.value == value => {}
            Some(head) if touched.insert(head.edit) => {
                let replaced = vec![(head.edit, head.value.clone())];
                edits.write(&name, value, Some(at), replaced);
            }
            Some(_) => edits.issues.push(Issue::at(
                at,
                "与前面一行说的是同一段时间，请合并",
                "an earlier row speaks of the same membership; make them one",
            )),
            None if added.contains(&(name.clone(), value.clone())) => {}
            None => {
                added.push((name.clone(), value.clone()));
                edits.write(&name, value, Some(at), Vec::new());
            }
        }
    }
}

/// The memberships that a row may mean: of the same school or person, in days that overlap; where it
/// names no day, those that have not ended.
fn fitting<'h>(
    heads: &'h [Head],
    part: &'static str,
    who: &Value,
    said: &[(&'static str, Value)],
) -> Vec<&'h Head> {
    let day = |name: &str| said.iter().find(|(part, _)| *part == name).and_then(|(_, day)| day.as_text());
    let (from, to) = (day("from"), day("to"));
    let user = said.iter().find(|(part, _)| *part == "user").map(|(_, user)| user);
    // Two people may have one name; no two have one account.
    let is_another = |head: &Head| head.value.part("user").zip(user).is_some_and(|(its, user)| its != user);
    let theirs = heads.iter().filter(|head| head.value.part(part) == Some(who) && !is_another(head));
    let is_meant = |head: &&Head| {
        let its = |name: &str| head.value.part(name).and_then(Value::as_text);
        if from.is_none() && to.is_none() {
            return its("to").is_none();
        }
        // Days in ISO form stand in the order of their texts.
        let begins_in_time = its("from").zip(to).is_none_or(|(its, to)| its <= to);
        let ends_late_enough = its("to").zip(from).is_none_or(|(its, from)| from <= its);
        begins_in_time && ends_late_enough
    };
    theirs.filter(is_meant).collect()
}
