//! Why a change was held: a stable code for programs, a sentence in two languages for people.

use serde::{Deserialize, Serialize};

/// The stable codes of `held`. Clients are written against them: add, never rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
        }
    }

    /// All codes, in the order of the protocol page.
    pub const ALL: [Self; 7] = [
        Self::Invalid,
        Self::UnknownKind,
        Self::UnknownField,
        Self::NotPermitted,
        Self::OutOfScope,
        Self::IdReused,
        Self::TooLarge,
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
