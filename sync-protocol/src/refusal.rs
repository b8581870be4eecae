//! Why a change was held: a stable code for programs, a sentence in two languages for people.

use serde::{Deserialize, Serialize};

/// The stable codes of `held`. Clients are written against them: add, never rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Code {
    /// It is not a change, or breaks a rule that holds for everybody.
    Invalid,
    /// A kind of record that this server does not know (yet).
    UnknownKind,
    /// A field that its kind does not have (yet).
    UnknownField,
    /// The author may not write this.
    NotPermitted,
    /// The author may write this, but not there.
    OutOfScope,
    /// Another change came earlier under the same id.
    IdReused,
    /// A limit is exceeded: bytes, edits or levels.
    TooLarge,
    /// The server's copy of the record is damaged: nothing can be added until it is repaired.
    RecordDamaged,
}

impl Code {
    /// The code as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::UnknownKind => "unknown_kind",
            Self::UnknownField => "unknown_field",
            Self::NotPermitted => "not_permitted",
            Self::OutOfScope => "out_of_scope",
            Self::IdReused => "id_reused",
            Self::TooLarge => "too_large",
            Self::RecordDamaged => "record_damaged",
        }
    }

    /// All codes, in the order of the protocol page.
    pub const ALL: [Self; 8] = [
        Self::Invalid,
        Self::UnknownKind,
        Self::UnknownField,
        Self::NotPermitted,
        Self::OutOfScope,
        Self::IdReused,
        Self::TooLarge,
        Self::RecordDamaged,
    ];

    /// The code with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }
}

/// A change breaks a rule: which, where, and how to say so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {en}", code.as_str())]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// The field it is about, where it is about one.
    pub field: Option<String>,
    /// The sentence for people, in Chinese.
    pub zh: String,
    /// The sentence for people, in English.
    pub en: String,
}

/// Why something could not be read, and where, in Chinese: the parser's own words are English.
pub fn not_read(error: &serde_json::Error) -> String {
    let words = error.to_string();
    // What stands between the first two backquotes is the name that the parser speaks of.
    let name = words.split('`').nth(1).unwrap_or_default();
    let said = |beginning| words.starts_with(beginning);
    let what = if error.is_eof() {
        "内容不完整".to_owned()
    } else if error.is_syntax() {
        "不是有效的 JSON".to_owned()
    } else if said("missing field") {
        format!("缺少“{name}”")
    } else if said("unknown field") {
        format!("没有“{name}”这一项")
    } else if said("duplicate field") {
        format!("“{name}”重复")
    } else if said("unknown variant") {
        format!("没有“{name}”这个选项")
    } else {
        "有一项的类型或取值不对".to_owned()
    };
    // What was read from a value and not from text has no lines.
    if error.line() == 0 {
        what
    } else {
        format!("{what}（第 {} 行第 {} 列）", error.line(), error.column())
    }
}

impl Refusal {
    /// A refusal of the whole change.
    pub fn new(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, field: None, zh: zh.into(), en: en.into() }
    }

    /// The same refusal, about `field`.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Shorthand for [`Code::Invalid`].
    pub fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Code::Invalid, zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read")]
    struct Read {
        date: String,
        code: Option<Code>,
    }

    #[test]
    fn why_something_cannot_be_read_is_said_in_chinese_with_the_name_and_the_place() {
        for (json, words) in [
            ("{", "内容不完整（第 1 行第 1 列）"),
            ("{\"date\" \n 1}", "不是有效的 JSON（第 2 行第 2 列）"),
            ("{}", "缺少“date”（第 1 行第 2 列）"),
            (r#"{"day": "2026-03-02"}"#, "没有“day”这一项（第 1 行第 6 列）"),
            (r#"{"date": "", "date": ""}"#, "“date”重复（第 1 行第 19 列）"),
            (r#"{"date": "", "code": "wrong"}"#, "没有“wrong”这个选项（第 1 行第 28 列）"),
            (r#"{"date": 7}"#, "有一项的类型或取值不对（第 1 行第 10 列）"),
        ] {
            let error = serde_json::from_str::<Read>(json).unwrap_err();
            assert_eq!(not_read(&error), words, "{json}: {error}");
        }
        let error = serde_json::from_value::<Read>(serde_json::json!({})).unwrap_err();
        assert_eq!(not_read(&error), "缺少“date”");
    }
}
