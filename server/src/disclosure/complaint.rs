//! 投诉: what anybody hands over at a county's public desk, and what became of it.
//!
//! It is a record like every other, written through the one path under the desk's name and acknowledged
//! only once it is flushed. Whoever has the receipt learns where it stands and what was answered; not
//! what was complained of, nor by whom: receipts get lost.

use std::net::IpAddr;

use chrono::{DateTime, FixedOffset, NaiveDate};
use sync_protocol::change::{Change, Edit, FieldName};
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::Force;
use uuid::Uuid;

use super::{Disclosure, Receipt, not_published};
use crate::access::people::People;
use crate::error::{Error, Kind, Result};
use crate::programme::reading::Read;
use crate::store::records;
use crate::sync::admit::Verdict;
use crate::sync::standing::{day, snapshot};

/// The most characters of a complaint.
pub const MAX_TEXT_CHARS: usize = 1000;
/// The most characters of how somebody can be reached.
pub const MAX_CONTACT_CHARS: usize = 100;
/// The fewest that say anything.
const LEAST_TEXT_CHARS: usize = 5;

/// What somebody hands over.
#[derive(Clone, Debug)]
pub struct Handed {
    /// In which county.
    pub county: String,
    /// About which project, if about one.
    pub project: Option<RecordId>,
    /// What it says.
    pub text: String,
    /// How to reach who says it, for the office alone.
    pub contact: Option<String>,
    /// The number by which it is found again.
    pub receipt: Receipt,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It was received.
    Received,
    /// A finding was made of it.
    Handled,
    /// It was answered.
    Replied,
    /// The office declared it void.
    Void,
}

/// What became of a complaint.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The name of the county.
    pub county: String,
    /// When it was received.
    pub received_on: Option<NaiveDate>,
    /// By when it is to be answered.
    pub reply_due: Option<NaiveDate>,
    /// How far it has come.
    pub reached: Reached,
    /// What was answered.
    pub replies: Vec<Reply>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// When.
    pub on: NaiveDate,
    /// What it says.
    pub text: String,
}

impl Disclosure {
    /// Takes a complaint in; flushed before this answers. Handing over the same receipt again is harmless:
    /// the answer was lost, or somebody sent the form twice.
    ///
    /// # Errors
    /// Not found if the county does not publish or the project is none of its own; `unsound` if it says
    /// nothing or too much; `too_many`, `desk_full`. Then nothing was stored.
    pub async fn complain(&self, people: &People, peer: IpAddr, handed: &Handed) -> Result<()> {
        let county = self.open_county(&handed.county).await?;
        if let Some(project) = handed.project {
            self.project_name(project).await?;
            if self.county_of(project)? != county.code {
                return Err(not_published());
            }
        }
        check(handed)?;
        let record = handed.receipt.record();
        if self.is_here(record).await? {
            return Ok(());
        }
        people.count_complaint(&county.code, peer)?;
        match self.engine.take_at_desk(&county.code, &self.change(handed)).await? {
            Verdict::Accepted { seq, .. } => {
                tracing::info!(county = county.code, seq, "the public desk took in a complaint");
                Ok(())
            }
            Verdict::Duplicate { .. } => Ok(()),
            // Of two at the same moment the first one counts.
            Verdict::Held { .. } if self.is_here(record).await? => Ok(()),
            Verdict::Held { refusal, .. } => Err(unsound(&refusal.zh, &refusal.en)),
        }
    }

    async fn is_here(&self, record: RecordId) -> Result<bool> {
        let found = records::outlines(&mut *self.store.read().await?, std::iter::once(record)).await?;
        Ok(!found.is_empty())
    }

    fn change(&self, handed: &Handed) -> Change {
        let (now, record) = (self.clock.now(), handed.receipt.record());
        let mut parts = vec![
            ("date", day(now).to_string()),
            ("channel", "公示页".to_owned()),
            ("text", sound(&handed.text)),
        ];
        parts.extend(handed.contact.as_deref().map(|contact| ("contact", sound(contact))));
        parts.push(match handed.project {
            Some(project) => ("project", project.to_string()),
            None => ("county", handed.county.clone()),
        });
        let edit = |(field, value): (&str, String)| Edit {
            field: name(field),
            value: Some(Value::from(value)),
            replaces: Vec::new(),
        };
        Change {
            id: ChangeId(Uuid::new_v5(&record.0, b"begun")),
            record,
            kind: "complaint".to_owned(),
            made_at: now.utc().fixed_offset().into(),
            edits: parts.into_iter().map(edit).collect(),
        }
    }

    /// What became of a complaint. That a county does not publish any more takes it from nobody.
    ///
    /// # Errors
    /// Not found if there is no such receipt.
    pub async fn followed(&self, receipt: &Receipt) -> Result<Followed> {
        let found = {
            let mut tx = self.store.read().await?;
            records::record(&mut tx, receipt.record()).await?
        };
        let row = found.filter(|row| row.kind == "complaint").ok_or_else(no_such_receipt)?;
        let record = snapshot(&row)?.into_record();
        let county = self.engine.standing().counties.get(&row.county).map(|its| its.ledger.name.clone());
        let replies: Vec<_> = record
            .heads_named("reply")
            .iter()
            .filter_map(|head| {
                let on = in_china(head.made_at.moment())?.date_naive();
                Some(Reply { on, text: head.value.as_text()?.to_owned() })
            })
            .collect();
        let is_void = record.force() == Force::Withdrawn;
        let mut followed = Followed {
            county: county.unwrap_or_default(),
            received_on: None,
            reply_due: None,
            reached: if is_void { Reached::Void } else { Reached::Received },
            replies,
        };
        if let Some(read) = Read::in_force(&record) {
            followed.received_on = read.earliest("date");
            followed.reply_due = read.earliest("reply_due");
            followed.reached = match (followed.replies.is_empty(), read.has("finding")) {
                (false, _) => Reached::Replied,
                (true, true) => Reached::Handled,
                (true, false) => Reached::Received,
            };
        }
        Ok(followed)
    }
}

fn in_china(moment: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    Some(moment.with_timezone(&FixedOffset::east_opt(8 * 3600)?))
}

fn name(field: &str) -> FieldName {
    field.parse().expect("the fields of a complaint are well formed")
}

/// Text as it is kept: lines end in one way, and what no keyboard writes is left out.
fn sound(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.trim().chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}

fn check(handed: &Handed) -> Result<()> {
    let chars = sound(&handed.text).chars().count();
    let contact = handed.contact.as_deref().map_or(0, |contact| sound(contact).chars().count());
    if chars < LEAST_TEXT_CHARS {
        return Err(unsound(
            "请写明投诉内容（至少 5 个字）",
            "please write what you complain of (at least 5 characters)",
        ));
    }
    if chars > MAX_TEXT_CHARS {
        return Err(unsound(
            &format!("内容最多 {MAX_TEXT_CHARS} 个字，现在有 {chars} 个，请缩短"),
            &format!("at most {MAX_TEXT_CHARS} characters, these are {chars}: please shorten it"),
        ));
    }
    if contact > MAX_CONTACT_CHARS {
        return Err(unsound(
            &format!("联系方式最多 {MAX_CONTACT_CHARS} 个字"),
            &format!("at most {MAX_CONTACT_CHARS} characters for how to reach you"),
        ));
    }
    Ok(())
}

fn unsound(zh: &str, en: &str) -> Error {
    Error::new(
        Kind::Unprocessable,
        "unsound",
        format!("{zh}。还没有提交，写的内容都在下面"),
        format!("{en}. Nothing was sent yet; what you wrote stands below"),
    )
}

/// Nobody complained under that number.
pub fn no_such_receipt() -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_receipt",
        "没有这个回执编号，请核对：共 16 位，不含 0、1、I、L、O、U、V",
        "there is no such receipt; check it: 16 characters, without 0, 1, I, L, O, U, V",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_as_people_write_it_and_nothing_hides_in_it() {
        for (written, kept) in [
            ("  围墙没有隔离\r\n第二行\r第三行 ", "围墙没有隔离\n第二行\n第三行"),
            ("a\u{0}b\u{7}c\td", "abc\td"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ] {
            assert_eq!(sound(written), kept);
        }
    }
}
