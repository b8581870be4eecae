//! One thing that waits.

use chrono::NaiveDate;
use sync_protocol::id::{DeviceId, RecordId, UserId};

use crate::clock::Moment;
use crate::programme::states::list::{Mark, State};
use crate::store::held::HeldRow;

/// One thing that waits for somebody.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The record to be opened; of a device, none.
    pub record: Option<RecordId>,
    /// Its kind.
    pub kind: Option<String>,
    /// The county whose ledger it stands in.
    pub county: String,
    /// The school that it belongs to.
    pub school: Option<RecordId>,
    /// The project that it belongs to.
    pub project: Option<RecordId>,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
    /// By when something is to be done.
    pub due: Option<NaiveDate>,
    /// What it has come to.
    pub state: Option<State>,
    /// What is to be seen at once.
    pub marks: Vec<Mark>,
    /// Its official number.
    pub number: Option<String>,
    /// The fields that people differ about and that this person may settle.
    pub fields: Vec<String>,
    /// How many: days without a diary, projects whose phones are silent.
    pub count: Option<usize>,
    /// The change in the held box.
    pub held: Option<Box<HeldRow>>,
    /// The phone or browser.
    pub device: Option<Box<Device>>,
    /// The keys that this person can give.
    pub keys: Vec<FundKey>,
}

/// A key to money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundKey {
    /// Of the office that has the works built, or buys.
    Education,
    /// Of finance.
    Finance,
}

/// A phone or a browser with something the matter.
#[derive(Clone, Debug)]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// What it is called.
    pub name: String,
    /// Whose.
    pub user: UserId,
    /// What that person is called.
    pub by_name: String,
    /// Whether it is a phone with a token, and no browser.
    pub is_phone: bool,
    /// When it was last heard of.
    pub last_seen_at: Option<Moment>,
    /// By how much its clock was ahead of ours then.
    pub clock_offset_ms: Option<i64>,
    /// How often its storage seemed copied or rolled back.
    pub storage_alarms: u32,
    /// How many photos its changes refer to that have not come.
    pub photos_missing: u32,
}

impl Line {
    /// Of a record at that place.
    pub(super) fn of(
        record: RecordId,
        kind: &str,
        school: Option<RecordId>,
        project: Option<RecordId>,
    ) -> Self {
        Self { record: Some(record), kind: Some(kind.to_owned()), school, project, ..Self::default() }
    }

    /// With these marks, those that there are.
    pub(super) fn marked(mut self, marks: impl IntoIterator<Item = Option<Mark>>) -> Self {
        self.marks.extend(marks.into_iter().flatten());
        self
    }
}
