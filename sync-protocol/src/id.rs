//! Typed ids. A bare UUID never crosses a function boundary, so a swapped pair does not compile.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[cfg_attr(test, ts(type = "string"))]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id's 16 bytes, most significant first.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

uuid_id!(
    /// One document about one thing: a diary, a finding, a school.
    RecordId
);
uuid_id!(
    /// What one person did in one go on one device; normally a `UUIDv7` made there.
    ChangeId
);
uuid_id!(
    /// A person with an account.
    UserId
);
uuid_id!(
    /// An enrolled phone, or a signed-in browser.
    DeviceId
);

impl RecordId {
    /// The id that two people give to the same thing without talking: `UUIDv5(namespace of the
    /// kind, key)`, the namespace being `UUIDv5(NAMESPACE_DNS, "<kind>.siteledger")` (RFC 9562).
    ///
    /// `key` is the kind's identity joined by `/`: for a diary `<project id>/<YYYY-MM-DD>`.
    pub fn natural(kind: &str, key: &str) -> Self {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_DNS, format!("{kind}.siteledger").as_bytes());
        Self(Uuid::new_v5(&namespace, key.as_bytes()))
    }
}

/// One line of a change: the change's id and the line's position in it, written `<change>.<index>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "string"))]
pub struct EditId {
    /// The change that the edit belongs to.
    pub change: ChangeId,
    /// The edit's position in that change, from 0.
    pub index: u16,
}

impl EditId {
    /// Names line `index` of `change`.
    pub const fn new(change: ChangeId, index: u16) -> Self {
        Self { change, index }
    }
}

impl fmt::Display for EditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.change, self.index)
    }
}

impl fmt::Debug for EditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EditId({self})")
    }
}

/// The text is not `<change id>.<index>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an edit id reads <change id>.<index>")]
pub struct EditIdError;

impl FromStr for EditId {
    type Err = EditIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (change, index) = text.rsplit_once('.').ok_or(EditIdError)?;
        let plain = index == "0" || (index.starts_with(|c: char| c.is_ascii_digit() && c != '0'));
        if !plain {
            return Err(EditIdError);
        }
        Ok(Self {
            change: change.parse().map_err(|_| EditIdError)?,
            index: index.parse().map_err(|_| EditIdError)?,
        })
    }
}

impl Serialize for EditId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EditId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = EditId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an edit id, <change id>.<index>")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<EditId, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_id_reads_back_as_it_was_written() {
        let id: EditId = "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.12".parse().expect("well formed");
        assert_eq!(id.index, 12);
        assert_eq!(id.to_string(), "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.12");
        for bad in [
            "",
            "12",
            "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11",
            "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.+1",
            "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.01",
            "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11.70000",
        ] {
            assert_eq!(bad.parse::<EditId>(), Err(EditIdError), "{bad}");
        }
    }

    #[test]
    fn a_diary_has_one_id_wherever_it_is_begun() {
        // Frozen: phones in the field compute this without asking. Changing it splits diaries in two.
        let id = RecordId::natural("diary", "0198c9a4-6f0e-7c3a-9d1b-0d4f7a2b9c11/2026-03-02");
        assert_eq!(id.to_string(), "49921fd9-ed51-545f-9f98-d78b4743a451");
    }
}
