//! A photo as a record refers to it: by the SHA-256 of its original bytes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest as _;

use crate::change::Stamp;
use crate::refusal::{Refusal, not_read};
use crate::value::Value;

/// A SHA-256, written as 64 hex digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 64, max_length = 64))]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "string"))]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// The text is not 64 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 is written as 64 hex digits in lower case")]
pub struct Sha256Error;

impl FromStr for Sha256 {
    type Err = Sha256Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut hash = [0; 32];
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(Sha256Error);
        }
        hex::decode_to_slice(text, &mut hash).map_err(|_| Sha256Error)?;
        Ok(Self(hash))
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Which system a position's numbers are in. They are stored as taken and converted for display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// What GPS gives.
    Wgs84,
    /// What Chinese maps give: shifted, here by about 600 m.
    Gcj02,
    /// Nobody said.
    Unknown,
}

/// Where something is, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, −90 to 90 degrees.
    pub lat: f64,
    /// Longitude, −180 to 180 degrees.
    pub lon: f64,
    /// How far off it may be, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
    /// Which system the numbers are in.
    #[serde(default = "unknown_datum")]
    pub datum: Datum,
}

const fn unknown_datum() -> Datum {
    Datum::Unknown
}

impl Position {
    /// Reads a position out of a value.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Invalid`] if it is none, or lies outside of the globe.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        let position: Self =
            serde_json::to_value(value).and_then(serde_json::from_value).map_err(|error| {
                Refusal::invalid(
                    format!("位置无效：{}", not_read(&error)),
                    format!("not a position: {error}"),
                )
            })?;
        let on_the_globe = position.lat.abs() <= 90.0 && position.lon.abs() <= 180.0;
        if on_the_globe && position.accuracy_m.is_none_or(|accuracy| accuracy >= 0.0) {
            Ok(position)
        } else {
            Err(Refusal::invalid("经纬度超出范围", "the position lies outside of the globe"))
        }
    }
}

/// What a record says of a photo. Further parts are kept and ignored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PhotoRef {
    /// The hash of the original bytes: the photo itself.
    pub sha256: Sha256,
    /// What it shows, from the code list `photo_category`.
    pub category: Option<String>,
    /// A line about it.
    pub caption: Option<String>,
    /// When it was taken, as the device says.
    pub taken_at: Option<Stamp>,
    /// Where it was taken, as the device says.
    pub position: Option<Position>,
    /// Whether a minor can be recognised in it.
    pub contains_minor: Option<bool>,
    /// `camera` for the camera's own bytes, `camera_reencoded` if the phone shrank it, `album`.
    pub origin: Option<String>,
}

impl PhotoRef {
    /// Reads a photo reference out of a field's value.
    ///
    /// # Errors
    /// [`crate::refusal::Code::Invalid`] if it is none.
    pub fn read(value: &Value) -> Result<Self, Refusal> {
        let photo: Self = serde_json::to_value(value).and_then(serde_json::from_value).map_err(|error| {
            Refusal::invalid(
                format!("照片信息无效：{}", not_read(&error)),
                format!("not a photo reference: {error}"),
            )
        })?;
        if let Some(position) = value.part("position") {
            Position::read(position)?;
        }
        Ok(photo)
    }
}
