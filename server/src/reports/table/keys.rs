//! Which keys occur in the keyed fields of a kind, so that each has a column of its own.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;
use sync_protocol::kinds::{ChoiceList, Field, Kind};

/// The most columns that one field gets for its keys; what is under further ones shares a column.
const MOST: usize = 200;

/// Looks for keys in one record after the other.
pub(super) struct Keys {
    fields: Vec<Sought>,
}

struct Sought {
    field: &'static Field,
    finder: Finder<'static>,
    found: BTreeSet<String>,
    are_too_many: bool,
}

/// The keys of one field, in the order of their columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeysOf {
    /// Those that have a column.
    pub(super) keys: Vec<String>,
    /// Whether there are more.
    pub(super) are_too_many: bool,
}

impl Keys {
    /// For the keyed fields of a kind.
    pub(super) fn of(kind: &'static Kind) -> Self {
        let keyed = kind.all_fields().filter(|field| field.key.is_some());
        let fields = keyed.map(|field| Sought {
            field,
            finder: Finder::new(&format!("\"{}/", field.name)).into_owned(),
            found: BTreeSet::new(),
            are_too_many: false,
        });
        Self { fields: fields.collect() }
    }

    /// Whether the kind has no keyed field at all.
    pub(super) const fn are_none(&self) -> bool {
        self.fields.is_empty()
    }

    /// Takes in the keys of a record. A body is not read for this but searched: what looks like a key
    /// and is none makes an empty column, and no more.
    pub(super) fn look_at(&mut self, body: &[u8]) {
        for sought in &mut self.fields {
            sought.look_at(body);
        }
    }

    /// What was found, by the field's name.
    pub(super) fn found(self) -> BTreeMap<&'static str, KeysOf> {
        self.fields.into_iter().map(|sought| (sought.field.name, sought.in_order())).collect()
    }
}

impl Sought {
    fn look_at(&mut self, body: &[u8]) {
        for at in self.finder.find_iter(body) {
            let is_within_text = at > 0 && body[at - 1] == b'\\';
            let rest = &body[at..];
            let Some(end) = end_of_text(rest).filter(|_| !is_within_text) else { continue };
            if !rest[end..].starts_with(b":[{\"edit\"") {
                continue;
            }
            let key_from = self.field.name.len() + 2;
            let bare = &rest[key_from..end - 1];
            if std::str::from_utf8(bare).is_ok_and(|key| self.found.contains(key)) {
                continue;
            }
            let Ok(name) = serde_json::from_slice::<String>(&rest[..end]) else { continue };
            let Some((_, key)) = name.split_once('/') else { continue };
            if self.found.len() < MOST {
                self.found.insert(key.to_owned());
            } else if !self.found.contains(key) {
                self.are_too_many = true;
            }
        }
    }

    /// The keys of the field's list come first, in its order.
    fn in_order(self) -> KeysOf {
        let list = self.field.key.and_then(|key| key.choices).and_then(ChoiceList::named);
        let choices = list.map_or(&[][..], |list| list.choices);
        let place = |key: &String| choices.iter().position(|choice| choice.code == key);
        let mut keys: Vec<_> = self.found.into_iter().collect();
        keys.sort_by_cached_key(|key| (place(key).unwrap_or(usize::MAX), key.clone()));
        KeysOf { keys, are_too_many: self.are_too_many }
    }
}

/// Where the JSON text ends that `json` begins with.
fn end_of_text(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let next = at + memchr::memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[next] == b'"' {
            return Some(next + 1);
        }
        at = next + 2;
    }
}

#[cfg(test)]
mod tests {
    use sync_protocol::kinds;

    use super::*;

    fn found(kind: &str, bodies: &[&str]) -> BTreeMap<&'static str, KeysOf> {
        let mut keys = Keys::of(kinds::named(kind).unwrap());
        for body in bodies {
            keys.look_at(body.as_bytes());
        }
        keys.found()
    }

    #[test]
    fn keys_that_occur_come_in_the_order_of_the_list_and_then_of_the_alphabet() {
        let bodies = [
            r#"{"fields":{"crew/普工":[{"edit":"1"}],"crew/阿姨":[{"edit":"1"}],"crew/钢筋工":[{"edit":"1"}]}}"#,
            r#"{"fields":{"crew/\"快\\手\"":[{"edit":"1"}],"crew/普工":[{"edit":"1"}]}}"#,
        ];
        assert_eq!(found("diary", &bodies)["crew"].keys, ["钢筋工", "普工", "\"快\\手\"", "阿姨"]);
    }

    #[test]
    fn what_only_looks_like_a_key_is_none() {
        let bodies = [
            r#"{"fields":{"progress_text":[{"value":"crew/甲","x":"\"crew/乙\":[{\"edit\"","y":{"crew/丙":1}}]}}"#,
            r#"{"fields":{"crew/cut"#,
            r#""crew/\"#,
        ];
        assert_eq!(found("diary", &bodies)["crew"], KeysOf::default());
    }

    #[test]
    fn there_is_an_end_to_columns() {
        let bodies: Vec<_> =
            (0..MOST + 5).map(|number| format!(r#"{{"crew/工种{number}":[{{"edit":"1"}}]}}"#)).collect();
        let bodies: Vec<_> = bodies.iter().map(String::as_str).collect();
        let found = &found("diary", &bodies)["crew"];
        assert_eq!((found.keys.len(), found.are_too_many), (MOST, true));
    }
}
