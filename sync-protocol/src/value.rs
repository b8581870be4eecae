//! The closed set of values that a field can hold.
//!
//! JSON, with what cannot be compared or stored safely left out: no null (an edit without a value
//! takes away instead), no number beyond ±(2⁵³ − 1), no NUL in text, no key twice.
//! `1` and `1.0` are the same value, as they are to RFC 8785 and to JavaScript.
//!
//! The bound holds for every notation: RFC 8785 writes `1e16` as `10000000000000000`, and what is
//! accepted must be readable again from its canonical form.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The largest integer that JSON carries exactly between all programs (RFC 7493): 2⁵³ − 1.
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// What a field holds.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "boolean | number | string | Value[] | { [name: string]: Value }"))]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number within ±[`MAX_INTEGER`].
    Int(i64),
    /// Any other number within those bounds; never a whole one.
    Number(f64),
    /// Text without NUL.
    Text(String),
    /// Values in order.
    List(Vec<Self>),
    /// Values by name.
    Map(BTreeMap<String, Self>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub const fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number, whole or not, if it is one.
    pub const fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The claim, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(claim) => Some(*claim),
            _ => None,
        }
    }

    /// The part `name` of a map.
    pub fn part(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(parts) => parts.get(name),
            _ => None,
        }
    }

    /// A number, made whole where it is whole; `None` beyond ±[`MAX_INTEGER`] and for NaN.
    pub(crate) fn from_number(number: f64) -> Option<Self> {
        if number.is_nan() || number.abs() > MAX_INTEGER as f64 {
            return None;
        }
        if number.fract() == 0.0 {
            return Some(Self::Int(number as i64));
        }
        Some(Self::Number(number))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            // Never NaN and never a zero, so bits are equal exactly when numbers are.
            (Self::Number(a), Self::Number(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(claim: bool) -> Self {
        Self::Bool(claim)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl<V: Into<Self>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<String>, V: Into<Self>, const N: usize> From<[(K, V); N]> for Value {
    fn from(parts: [(K, V); N]) -> Self {
        Self::Map(parts.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(claim) => serializer.serialize_bool(*claim),
            Self::Int(number) => serializer.serialize_i64(*number),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(parts) => serializer.collect_map(parts),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> de::Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value (leave it out to take values away; null is none)")
    }

    fn visit_bool<E: de::Error>(self, claim: bool) -> Result<Value, E> {
        Ok(Value::Bool(claim))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        if number.unsigned_abs() > MAX_INTEGER.unsigned_abs() {
            return Err(E::custom(format!("the number {number} is beyond ±(2^53 - 1)")));
        }
        Ok(Value::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::custom(format!("the number {number} is beyond ±(2^53 - 1)"))),
        }
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        Value::from_number(number)
            .ok_or_else(|| E::custom(format!("the number {number} is beyond ±(2^53 - 1)")))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        if text.contains('\0') {
            return Err(E::custom("text must not contain NUL"));
        }
        Ok(Value::Text(text))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut parts = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if name.contains('\0') {
                return Err(de::Error::custom("a name must not contain NUL"));
            }
            if parts.contains_key(&name) {
                return Err(de::Error::custom(format!("the name {name:?} stands there twice")));
            }
            parts.insert(name, value);
        }
        Ok(Value::Map(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Value, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn one_and_one_point_zero_are_one_value() {
        assert_eq!(parse("1"), parse("1.0"));
        assert_eq!(parse("-0.0"), parse("0"));
        assert_eq!(parse("1e2"), parse("100"));
        assert_ne!(parse("1.5"), parse("1"));
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        for bad in [
            "null",
            "[null]",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
            "9007199254740992.0",
            "1e16",
            "-1e300",
            r#""a\u0000b""#,
            r#"{"a\u0000":1}"#,
            r#"{"a":1,"a":2}"#,
            r#""\ud800""#,
            "NaN",
            "1e999",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse("9007199254740991").is_ok());
    }
}
