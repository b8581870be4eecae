//! A change and its edits: what one person did in one go on one device.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::id::{ChangeId, EditId, RecordId};
use crate::refusal::{Code, Refusal, not_read};
use crate::value::Value;

/// The most bytes that the JSON of one change may have.
pub const MAX_CHANGE_BYTES: usize = 256 * 1024;
/// The most edits in one change.
pub const MAX_EDITS: usize = 512;
/// The most bytes that the JSON of one value may have.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;
/// The most levels of JSON in one change, the change itself being the first.
pub const MAX_LEVELS: usize = 16;
/// The most characters in the key of a keyed field.
pub const MAX_KEY_CHARS: usize = 64;

/// What one person did in one go on one device. Immutable; one per explicit save.
///
/// Who made it and on which device comes from the token that delivers it, never from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Change {
    /// Its id, made on the device. The time inside a `UUIDv7` is never used for order.
    pub id: ChangeId,
    /// The record that it is about.
    pub record: RecordId,
    /// The record's kind.
    pub kind: String,
    /// The device's own clock: evidence, never used to merge.
    pub made_at: Stamp,
    /// Its lines, at least one.
    pub edits: Vec<Edit>,
}

/// One line of a change: it adds a value, and names the heads that it replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Edit {
    /// The field, with its key if it is keyed.
    pub field: FieldName,
    /// The value added. Absent: the edit only takes heads away.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[cfg_attr(test, ts(optional))]
    pub value: Option<Value>,
    /// The heads that the author saw and means to replace.
    #[serde(default)]
    pub replaces: Vec<EditId>,
}

/// A `value` that stands there must be one: `null` is none, and not the same as leaving it out.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Change {
    /// Reads one change as it came over the wire.
    ///
    /// Only the form is judged here: limits, JSON, ids, names. Whether its kind and fields exist
    /// and hold such values is [`crate::kinds::Kind::check`]'s to say.
    ///
    /// # Errors
    /// [`Code::TooLarge`] beyond a limit, [`Code::Invalid`] for anything that is not a change.
    pub fn decode(raw: &str) -> Result<Self, Refusal> {
        if raw.len() > MAX_CHANGE_BYTES {
            return Err(Refusal::new(
                Code::TooLarge,
                "这条记录超过 256 KiB，请分几次保存",
                "the change is over 256 KiB; save it in parts",
            ));
        }
        if levels(raw) > MAX_LEVELS {
            return Err(Refusal::new(
                Code::TooLarge,
                "数据嵌套超过 16 层",
                "the change has more than 16 levels of JSON",
            ));
        }
        let change: Self = serde_json::from_str(raw).map_err(|error| {
            Refusal::invalid(
                format!("不是有效的变更：{}", not_read(&error)),
                format!("not a change: {error}"),
            )
        })?;
        change.check_limits()?;
        Ok(change)
    }

    fn check_limits(&self) -> Result<(), Refusal> {
        if self.edits.is_empty() {
            return Err(Refusal::invalid("变更里没有内容", "a change needs at least one edit"));
        }
        if self.edits.len() > MAX_EDITS {
            return Err(Refusal::new(
                Code::TooLarge,
                "一次保存超过 512 项",
                "a change has at most 512 edits",
            ));
        }
        for (id, edit) in self.lines() {
            if edit.replaces.contains(&id) {
                return Err(Refusal::invalid("这一项替换了它自己", "an edit cannot replace itself")
                    .at(edit.field.as_str()));
            }
            let Some(value) = &edit.value else {
                if edit.replaces.is_empty() {
                    return Err(Refusal::invalid(
                        "这一项既没有值，也没有要替换的内容",
                        "an edit needs a value, or heads to replace",
                    )
                    .at(edit.field.as_str()));
                }
                continue;
            };
            if encoded_len(value) > MAX_VALUE_BYTES {
                return Err(Refusal::new(
                    Code::TooLarge,
                    "一项内容超过 64 KiB",
                    "a value has at most 64 KiB",
                )
                .at(edit.field.as_str()));
            }
        }
        Ok(())
    }

    /// The edits with their ids.
    pub fn lines(&self) -> impl Iterator<Item = (EditId, &Edit)> {
        (0_u16..).zip(&self.edits).map(|(index, edit)| (EditId::new(self.id, index), edit))
    }

    /// The value that this change sets for the plain field `name`, the last one if several.
    pub fn value_of(&self, name: &str) -> Option<&Value> {
        self.edits.iter().rev().find(|edit| edit.field.as_str() == name)?.value.as_ref()
    }
}

/// How deep the JSON is nested: brackets outside of strings. Counts without parsing, so that a
/// bomb costs no more than its bytes.
fn levels(raw: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in raw.bytes() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// How many bytes a value has as JSON, without building it.
fn encoded_len(value: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).map_or(usize::MAX, |()| count.0)
}

/// A field's name, with its key after a slash where it is keyed: `progress_text`, `crew/钢筋工`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "crew/钢筋工"))]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "string"))]
pub struct FieldName(String);

impl FieldName {
    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The declared name, without the key.
    pub fn base(&self) -> &str {
        self.0.split_once('/').map_or(self.as_str(), |(base, _)| base)
    }

    /// The key, where there is one.
    pub fn key(&self) -> Option<&str> {
        self.0.split_once('/').map(|(_, key)| key)
    }
}

/// The text is no field name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no field name: lower-case letters, digits and _, then /key of 1 to 64 characters if keyed")]
pub struct FieldNameError(String);

impl FromStr for FieldName {
    type Err = FieldNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for FieldName {
    type Error = FieldNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (base, key) = match text.split_once('/') {
            Some((base, key)) => (base, Some(key)),
            None => (text.as_str(), None),
        };
        let base_fits = base.len() <= 64
            && base.starts_with(|c: char| c.is_ascii_lowercase())
            && base.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let key_fits = key.is_none_or(|key| {
            (1..=MAX_KEY_CHARS).contains(&key.chars().count())
                && !key.contains(|c: char| c == '/' || c.is_control())
        });
        if base_fits && key_fits {
            Ok(Self(text))
        } else {
            Err(FieldNameError(text.chars().take(100).collect()))
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A moment as a device wrote it: RFC 3339 with its offset, kept letter by letter, since a
/// change's digest covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, example = "2026-03-02T17:41:08+08:00"))]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "string"))]
pub struct Stamp(String);

impl Stamp {
    /// The moment as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment on the time line. Evidence only: nothing is ordered or merged by it.
    pub fn moment(&self) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(&self.0).unwrap_or_default()
    }
}

impl FromStr for Stamp {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Stamp {
    type Error = chrono::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if !is_plain(text.as_bytes()) {
            DateTime::parse_from_rfc3339(&text)?;
        }
        Ok(Self(text))
    }
}

/// Whether it is a moment as every device writes it, `2026-03-02T17:41:08+08:00`. Every head of a record
/// has one, and most of reading a record would be reading these for all that RFC 3339 may say. What is not
/// as plain, and the last days of months, are left to whoever knows the calendar.
fn is_plain(text: &[u8]) -> bool {
    const SHAPE: &[u8; 25] = b"0000-00-00T00:00:00+00:00";
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'+' => matches!(byte, b'+' | b'-'),
        mark => byte == mark,
    };
    if text.len() != SHAPE.len() || !text.iter().zip(SHAPE).all(fits) {
        return false;
    }
    let number = |at: usize| (text[at] - b'0') * 10 + (text[at + 1] - b'0');
    (1..=12).contains(&number(5))
        && (1..=28).contains(&number(8))
        && number(11) < 24
        && number(14) < 60
        && number(17) < 60
        && number(20) < 15
        && number(23) < 60
}

impl From<DateTime<FixedOffset>> for Stamp {
    fn from(moment: DateTime<FixedOffset>) -> Self {
        Self(moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_plain(text.as_bytes()) || DateTime::parse_from_rfc3339(&text).is_ok() {
            Ok(Self(text))
        } else {
            Err(de::Error::custom(format!("{text:?} is no RFC 3339 time")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(edits: &str) -> String {
        format!(
            r#"{{"id":"0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11","record":"0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c12",
            "kind":"diary","made_at":"2026-03-02T17:41:08+08:00","edits":{edits}}}"#
        )
    }

    fn code(raw: &str) -> Option<Code> {
        Change::decode(raw).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_plain_moment_is_one_that_the_standard_has_too() {
        let parts = ["0000", "2026", "9999"].into_iter().flat_map(|year| {
            ["00", "01", "02", "12", "13"].into_iter().flat_map(move |month| {
                ["00", "01", "28", "29", "30", "31", "32"].map(|day| format!("{year}-{month}-{day}"))
            })
        });
        let times = ["00:00:00", "23:59:59", "24:00:00", "17:60:00", "17:00:60", "17:00:61"];
        let offsets =
            ["+00:00", "-14:59", "+08:00", "+15:00", "+23:59", "+24:00", "+08:60", "Z", "+0800", ""];
        let mut plain = 0;
        for day in parts {
            for (time, offset) in times.iter().flat_map(|time| offsets.map(|offset| (time, offset))) {
                let text = format!("{day}T{time}{offset}");
                let is_one = DateTime::parse_from_rfc3339(&text).is_ok();
                assert!(!is_plain(text.as_bytes()) || is_one, "{text}");
                assert_eq!(serde_json::from_value::<Stamp>(text.clone().into()).is_ok(), is_one, "{text}");
                assert_eq!(text.parse::<Stamp>().is_ok(), is_one, "{text}");
                plain += usize::from(is_plain(text.as_bytes()));
            }
        }
        assert!(plain > 0);
    }

    #[test]
    fn a_change_is_read_as_the_protocol_page_shows_it() {
        let raw = change(
            r#"[{"field":"crew/钢筋工","value":6,"replaces":[]},
                {"field":"visitors","replaces":["0198c9a1-6f0e-7c3a-9d1b-0d4f7a2b9c11.4"]}]"#,
        );
        let change = Change::decode(&raw).expect("well formed");
        assert_eq!(change.edits[0].field.base(), "crew");
        assert_eq!(change.edits[0].field.key(), Some("钢筋工"));
        assert_eq!(change.edits[1].value, None);
    }

    #[test]
    fn bad_form_is_refused_with_a_code() {
        let long = "长".repeat(30_000);
        let deep = format!("{}1{}", "[".repeat(14), "]".repeat(14));
        let many = vec![r#"{"field":"a","value":1}"#; 513].join(",");
        for (raw, expected) in [
            (change("[]"), Code::Invalid),
            (change(r#"[{"field":"a"}]"#), Code::Invalid),
            (change(r#"[{"field":"a","value":null}]"#), Code::Invalid),
            (
                // Not the same as leaving it out, which takes away.
                change(
                    r#"[{"field":"a","value":null,"replaces":["0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c12.0"]}]"#,
                ),
                Code::Invalid,
            ),
            (
                change(r#"[{"field":"a","value":1,"replaces":["0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.0"]}]"#),
                Code::Invalid,
            ),
            (change(r#"[{"field":"A","value":1}]"#), Code::Invalid),
            (change(r#"[{"field":"a/","value":1}]"#), Code::Invalid),
            (change(r#"[{"field":"a/b/c","value":1}]"#), Code::Invalid),
            (change(r#"[{"field":"a","value":1,"extra":1}]"#), Code::Invalid),
            (change(r#"[{"field":"a","value":"\u0000"}]"#), Code::Invalid),
            (change(r#"[{"field":"a","value":"\ud800"}]"#), Code::Invalid),
            (change(&format!(r#"[{{"field":"a","value":"{long}"}}]"#)), Code::TooLarge),
            (change(&format!(r#"[{{"field":"a","value":{deep}}}]"#)), Code::TooLarge),
            (change(&format!("[{many}]")), Code::TooLarge),
            ("[1]".to_owned(), Code::Invalid),
            (String::new(), Code::Invalid),
        ] {
            assert_eq!(code(&raw), Some(expected), "{}", &raw.chars().take(200).collect::<String>());
        }
    }

    #[test]
    fn brackets_inside_text_are_no_levels() {
        assert_eq!(levels(r#"{"a":"[[[[\"[[","b":[1]}"#), 2);
    }
}
