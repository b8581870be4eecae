//! Scopes: where a role is held.

use std::fmt;
use std::str::FromStr;

use sync_protocol::id::RecordId;

/// Where a role is held. Divisions go by their official code, all else by record id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `city:350400`: all counties of the city.
    City(String),
    /// `county:350823`.
    County(String),
    /// `township:350823101`.
    Township(String),
    /// `zone:<record id>`: the schools that the zone has today.
    Zone(RecordId),
    /// `school:<record id>`.
    School(RecordId),
    /// `project:<record id>`.
    Project(RecordId),
}

/// The text is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no scope: city:350400, county:350823, township:350823101, or zone:, school:, project: and a record id"
)]
pub struct ScopeError(String);

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ScopeError(text.chars().take(80).collect());
        let (noun, name) = text.split_once(':').ok_or_else(wrong)?;
        let code = |digits: usize| {
            let fits = name.len() == digits && name.bytes().all(|byte| byte.is_ascii_digit());
            fits.then(|| name.to_owned()).ok_or_else(wrong)
        };
        let record = || name.parse::<RecordId>().map_err(|_| wrong());
        Ok(match noun {
            "city" => Self::City(code(6)?),
            "county" => Self::County(code(6)?),
            "township" => Self::Township(code(9)?),
            "zone" => Self::Zone(record()?),
            "school" => Self::School(record()?),
            "project" => Self::Project(record()?),
            _ => return Err(wrong()),
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::City(code) => write!(f, "city:{code}"),
            Self::County(code) => write!(f, "county:{code}"),
            Self::Township(code) => write!(f, "township:{code}"),
            Self::Zone(id) => write!(f, "zone:{id}"),
            Self::School(id) => write!(f, "school:{id}"),
            Self::Project(id) => write!(f, "project:{id}"),
        }
    }
}
