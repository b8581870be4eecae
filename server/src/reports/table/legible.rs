//! Values as people read them in one cell.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::{Part, Type};
use sync_protocol::photo::{Datum, Position};
use sync_protocol::signoff::{Signoff, Verdict};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Withdrawal;

use super::codes::Codes;
use crate::clock::Moment;
use crate::error::Language;
use crate::reports::words;

/// Names of records, by their ids: only of those that the reader may see.
pub(in crate::reports) type Names = HashMap<RecordId, String>;

/// In which words values are told.
#[derive(Clone, Copy)]
pub(in crate::reports) struct Words<'w> {
    /// The language.
    pub(in crate::reports) language: Language,
    /// The county's schools and projects.
    pub(in crate::reports) directory: &'w Names,
    /// What else is referred to.
    pub(in crate::reports) others: &'w Names,
    /// What the county calls the codes of its lists.
    pub(in crate::reports) codes: &'w Codes,
}

impl<'w> Words<'w> {
    /// Yes or no.
    pub(in crate::reports) const fn claim(&self, claim: bool) -> &'static str {
        match (claim, self.language) {
            (true, Language::Chinese) => "是",
            (false, Language::Chinese) => "否",
            (true, Language::English) => "yes",
            (false, Language::English) => "no",
        }
    }

    /// What stands between the values of one cell.
    pub(in crate::reports) const fn between(&self) -> &'static str {
        self.language.pick("；", "; ")
    }

    /// What stands between the parts of one value.
    const fn within(&self) -> &'static str {
        self.language.pick("，", ", ")
    }

    const fn colon(&self) -> &'static str {
        self.language.pick("：", ": ")
    }

    /// The name of a record, where the reader may know it.
    pub(in crate::reports) fn name(&self, id: RecordId) -> Option<&'w str> {
        self.directory.get(&id).or_else(|| self.others.get(&id)).map(String::as_str)
    }

    /// What people of the county call a code of a list; the code itself where nobody says.
    pub(in crate::reports) fn choice<'v>(&self, list: &str, code: &'v str) -> Cow<'v, str> {
        let its = self.codes.name(list, code, self.language).map(|name| Cow::Owned(name.to_owned()));
        its.unwrap_or_else(|| words::choice(list, code, self.language).into())
    }

    /// A value as text.
    pub(in crate::reports) fn text(&self, ty: Type, value: &Value) -> String {
        let mut text = String::new();
        self.tell(&mut text, ty, value);
        text
    }

    /// Adds a value to a text.
    pub(in crate::reports) fn tell(&self, out: &mut String, ty: Type, value: &Value) {
        match (ty, value) {
            (Type::Object(parts), Value::Map(given)) => self.tell_parts(out, parts, given),
            (Type::Choice(list) | Type::OpenChoice(list), Value::Text(code)) => {
                out.push_str(&self.choice(list, code));
            }
            (Type::Ref(_), Value::Text(id)) => {
                let name = id.parse().ok().and_then(|id| self.name(id));
                out.push_str(name.unwrap_or(id));
            }
            (Type::Moment, Value::Text(text)) => {
                out.push_str(&in_china(text).unwrap_or_else(|| text.clone()));
            }
            (Type::Photo, value) => self.tell_photo(out, value),
            (Type::Position, value) => self.tell_position(out, value),
            (_, value) => self.tell_plainly(out, value),
        }
    }

    fn tell_plainly(&self, out: &mut String, value: &Value) {
        match value {
            Value::Bool(claim) => out.push_str(self.claim(*claim)),
            Value::Int(number) => {
                let _ = write!(out, "{number}");
            }
            Value::Number(number) => {
                let _ = write!(out, "{number}");
            }
            Value::Text(text) => out.push_str(text),
            Value::List(_) | Value::Map(_) => {
                out.push_str(&serde_json::to_string(value).unwrap_or_default());
            }
        }
    }

    /// What an object needs stands first and by itself, the rest behind what it is called.
    fn tell_parts(&self, out: &mut String, parts: &[Part], given: &BTreeMap<String, Value>) {
        let begin = out.len();
        let next = |out: &mut String| {
            if out.len() > begin {
                out.push_str(self.within());
            }
        };
        // Accounts are for programs.
        let told = parts.iter().filter(|part| !matches!(part.ty, Type::User));
        let (needed, optional): (Vec<&Part>, Vec<&Part>) = told.partition(|part| part.required);
        for part in needed.into_iter().chain(optional) {
            let Some(value) = given.get(part.name) else { continue };
            next(out);
            if !part.required {
                let _ = write!(out, "{}{}", self.language.pick(part.zh, part.en), self.colon());
            }
            self.tell(out, part.ty, value);
        }
        // A newer phone may say more than this server knows of.
        for (name, value) in given.iter().filter(|(name, _)| parts.iter().all(|part| part.name != *name)) {
            next(out);
            let _ = write!(out, "{name}{}", self.colon());
            self.tell_plainly(out, value);
        }
    }

    /// By its hash it can be had.
    fn tell_photo(&self, out: &mut String, value: &Value) {
        let said = |part| value.part(part).and_then(Value::as_text);
        let Some(sha256) = said("sha256") else { return self.tell_plainly(out, value) };
        for text in [said("category"), said("caption")].into_iter().flatten() {
            let _ = write!(out, "{text} ");
        }
        out.push_str(sha256);
    }

    fn tell_position(&self, out: &mut String, value: &Value) {
        let Ok(position) = Position::read(value) else { return self.tell_plainly(out, value) };
        let _ = write!(out, "{} {} ({})", position.lat, position.lon, datum(position.datum));
    }

    /// A signature: in which role, what is said of it, by whom.
    pub(in crate::reports) fn signoff(&self, value: &Value, by_name: &str, is_current: bool) -> String {
        let Ok(signoff) = Signoff::read(value) else { return self.text(Type::Any, value) };
        let (zh, en) = match signoff.verdict {
            Verdict::Signed => ("签字", "signed"),
            Verdict::Confirmed => ("确认", "confirmed"),
            Verdict::Returned => ("退回", "returned"),
            Verdict::Approved => ("批准", "approved"),
        };
        let role = self.language.pick(signoff.role.zh(), signoff.role.en());
        let name = signoff.name.as_deref().unwrap_or(by_name);
        let mut text = match self.language {
            Language::Chinese => format!("{role}{zh}（{name}）"),
            Language::English => format!("{en} by {role} ({name})"),
        };
        if let Some(note) = &signoff.note {
            let _ = write!(text, "{}{note}", self.colon());
        }
        if !is_current {
            text.push_str(self.language.pick("（签后有改动）", " (changed since)"));
        }
        text
    }

    /// A withdrawal with its reason. One that is contested leaves the record in view.
    pub(in crate::reports) fn withdrawal(&self, value: &Value, is_contested: bool) -> String {
        let mut text = if is_contested {
            self.language.pick("作废有争议", "withdrawal contested").to_owned()
        } else {
            self.language.pick("作废", "withdrawn").to_owned()
        };
        if let Some(reason) = Withdrawal::read(value).ok().and_then(|withdrawal| withdrawal.reason) {
            let _ = write!(text, "{}{reason}", self.colon());
        }
        text
    }

    /// An entry of a talk with who said it.
    pub(in crate::reports) fn tell_said(&self, out: &mut String, by_name: &str, ty: Type, value: &Value) {
        let _ = write!(out, "{by_name}{}", self.colon());
        self.tell(out, ty, value);
    }
}

/// What a system of positions is called.
pub(in crate::reports) const fn datum(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "WGS-84",
        Datum::Gcj02 => "GCJ-02",
        Datum::Unknown => "?",
    }
}

/// A moment by the clocks in China.
fn in_china(text: &str) -> Option<String> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(clock_in_china(Moment(moment.timestamp_millis())).format("%Y-%m-%d %H:%M:%S").to_string())
}

/// What the clocks in China show at that moment.
pub(in crate::reports) fn clock_in_china(moment: Moment) -> chrono::NaiveDateTime {
    moment.utc().naive_utc() + TimeDelta::hours(8)
}
