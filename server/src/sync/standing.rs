//! How the ledgers stand, in memory: numbers, digests, places, directories.
//!
//! The sync writer alone changes it, after a commit; a sync with nothing new is answered from it.

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::NaiveDate;
use sync_protocol::id::RecordId;
use sync_protocol::message::Snapshot;

use super::cursor::Stood;
use super::directory::{self, Directory};
use super::lineage::Known;
use crate::access::policy::Place;
use crate::clock::Moment;
use crate::config::Reached;
use crate::error::{Error, Result};
use crate::store::ledger::{self, CheckpointRow, LedgerRow};
use crate::store::records::{self, PlaceKey, PlaceRow, RecordRow};
use crate::store::{Tx, founding, settled};

/// How one county stands.
#[derive(Clone, Debug)]
pub struct County {
    /// Its ledger.
    pub ledger: LedgerRow,
    /// Its schools, projects and zones.
    pub directory: Directory,
    /// Where its records are.
    pub places: HashMap<PlaceKey, PlaceRow>,
    /// Its latest checkpoint.
    pub checkpoint: Option<CheckpointRow>,
    /// Up to which number a verified backup contains its ledger.
    pub settled: u64,
    /// How its ledger stood lately.
    lately: Lately,
}

/// How a ledger stood after each of its last commits, oldest first. What a phone remembers is mostly
/// one of these, and then the database need not be asked whether it is of this history.
#[derive(Clone, Debug, Default)]
struct Lately(VecDeque<Stood>);

impl Lately {
    /// An evening of commits.
    const MOST: usize = 4096;

    fn note(&mut self, stood: Stood) {
        if self.0.len() == Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(stood);
    }

    fn has(&self, stood: Stood) -> bool {
        let place = |stood: &Stood| (stood.epoch, stood.seq);
        let found = self.0.binary_search_by_key(&place(&stood), place);
        found.is_ok_and(|index| self.0[index] == stood)
    }
}

/// How all counties of this server stand.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// By code.
    pub counties: BTreeMap<String, County>,
}

impl County {
    /// Reads one county from the database. What it left out for its damaged row is told.
    async fn load(tx: &mut Tx, mut ledger: LedgerRow, damaged: &mut Vec<RecordId>) -> Result<Self> {
        if !founding::is_intact(tx, &ledger.county).await? {
            // It may be another city's: whoever has a role at a city has none here meanwhile.
            ledger.city = None;
        }
        let mut directory = Directory::default();
        for kind in directory::KINDS {
            let read = records::each_of_kind(tx, &ledger.county, kind, |found| {
                match found {
                    Ok(row) => directory.learn(&snapshot(&row)?.into_record()),
                    Err(left_out) => damaged.push(left_out.record),
                }
                Ok(())
            });
            read.await?;
        }
        let places = records::places(tx, &ledger.county).await?;
        let checkpoint = ledger::latest_checkpoint(tx, &ledger.county).await?;
        let settled = settled::of_county(tx, &ledger.county).await?;
        let places = places.into_iter().map(|place| (place.key.clone(), place)).collect();
        Ok(Self { directory, places, checkpoint, settled, ..Self::opened(ledger) })
    }

    /// A county with nothing in it yet.
    pub fn opened(ledger: LedgerRow) -> Self {
        let mut lately = Lately::default();
        lately.note(Stood::of(&ledger));
        Self {
            ledger,
            directory: Directory::default(),
            places: HashMap::new(),
            checkpoint: None,
            settled: 0,
            lately,
        }
    }

    /// The ledger has moved on, and that is flushed.
    pub fn move_on(&mut self, ledger: LedgerRow) {
        self.lately.note(Stood::of(&ledger));
        // A command may have corrected its name and city meanwhile.
        let LedgerRow { name, city, .. } = std::mem::replace(&mut self.ledger, ledger);
        (self.ledger.name, self.ledger.city) = (name, city);
    }

    /// Whether the ledger stood like that not long ago. If not, only the database knows.
    pub fn stood_lately(&self, stood: Stood) -> bool {
        self.lately.has(stood)
    }

    /// What the policy asks about a place.
    pub fn place(&self, school: Option<RecordId>, project: Option<RecordId>, day: NaiveDate) -> Place {
        Place {
            county: self.ledger.county.clone(),
            city: self.ledger.city.clone(),
            township: school.and_then(|school| self.directory.township(school)).map(str::to_owned),
            school,
            project,
            class: project.and_then(|project| self.directory.class_of(project)),
            zones: school.map(|school| self.directory.zones_of(school, day)).unwrap_or_default(),
        }
    }
}

impl Standing {
    /// Reads everything from the database, and tells which records are left out because their rows
    /// are damaged.
    pub async fn load(tx: &mut Tx) -> Result<(Self, Vec<RecordId>)> {
        let (mut standing, mut damaged) = (Self::default(), Vec::new());
        for ledger in ledger::ledgers(tx).await? {
            let code = ledger.county.clone();
            standing.counties.insert(code, County::load(tx, ledger, &mut damaged).await?);
        }
        Ok((standing, damaged))
    }

    /// How far the ledgers ever went, if one of them stands further back.
    pub fn behind(&self, reached: &BTreeMap<String, Reached>) -> Option<Known> {
        let mut known = Known::default();
        let mut is_behind = false;
        for county in self.counties.values() {
            let ledger = &county.ledger;
            let Some(reached) = reached.get(&ledger.county) else { continue };
            known.add(&ledger.county, reached.epoch, reached.seq);
            is_behind |= *reached > Reached { epoch: ledger.epoch, seq: ledger.seq };
        }
        is_behind.then_some(known)
    }

    /// The county of a school.
    pub fn county_of_school(&self, school: RecordId) -> Option<&County> {
        self.counties.values().find(|county| county.directory.has_school(school))
    }

    /// The county of a project, and its school.
    pub fn county_of_project(&self, project: RecordId) -> Option<(&County, RecordId)> {
        self.counties.values().find_map(|county| Some((county, county.directory.school_of(project)?)))
    }
}

/// What another process did to counties: it opened some, and corrected the names or cities of others.
#[derive(Debug, Default)]
pub struct CountyNews {
    opened: Vec<County>,
    corrected: Vec<LedgerRow>,
}

impl CountyNews {
    /// What the database says and `known` does not: by code, the name and the city.
    pub async fn read(tx: &mut Tx, known: &KnownCounties) -> Result<Self> {
        let mut news = Self::default();
        for ledger in ledger::ledgers(tx).await? {
            match known.get(&ledger.county) {
                // What was opened just now has nothing yet that could be damaged.
                None => news.opened.push(County::load(tx, ledger, &mut Vec::new()).await?),
                Some((name, city)) if (name, city) != (&ledger.name, &ledger.city) => {
                    news.corrected.push(ledger);
                }
                Some(_) => {}
            }
        }
        Ok(news)
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.corrected.is_empty()
    }
}

/// Names and cities of counties, by code.
pub type KnownCounties = BTreeMap<String, (String, Option<String>)>;

impl Standing {
    /// What is known of the counties.
    pub fn known(&self) -> KnownCounties {
        let ledgers = self.counties.values().map(|county| &county.ledger);
        ledgers.map(|ledger| (ledger.county.clone(), (ledger.name.clone(), ledger.city.clone()))).collect()
    }

    /// Takes in what another process did. How far a ledger has come is not its to say.
    pub fn take_in(&mut self, news: CountyNews) {
        for county in news.opened {
            self.counties.entry(county.ledger.county.clone()).or_insert(county);
        }
        for LedgerRow { county, name, city, .. } in news.corrected {
            if let Some(county) = self.counties.get_mut(&county) {
                (county.ledger.name, county.ledger.city) = (name, city);
            }
        }
    }
}

/// The snapshot in a record's row.
pub fn snapshot(row: &RecordRow) -> Result<Snapshot> {
    serde_json::from_str(&row.body).map_err(|error| {
        Error::internal(anyhow::Error::new(error).context(format!("record {} cannot be read", row.id)))
    })
}

/// The day in China at that moment: what "today" means for everyone who uses this.
pub fn day(now: Moment) -> NaiveDate {
    (now.utc() + chrono::TimeDelta::hours(8)).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_ledger_stood_lately_is_known_to_the_mark_and_not_for_ever() {
        let stood = |epoch, seq| Stood { epoch, seq, mark: seq * 7 };
        let mut lately = Lately::default();
        for seq in 0..Lately::MOST as u64 {
            lately.note(stood(1, 3 * seq));
        }
        lately.note(stood(2, 1_000_000));
        assert!(lately.has(stood(1, 3)) && lately.has(stood(2, 1_000_000)));
        assert!(!lately.has(stood(1, 0)), "the oldest is forgotten");
        assert!(!lately.has(stood(1, 4)), "between two commits");
        assert!(!lately.has(stood(2, 3)), "of another epoch");
        assert!(!lately.has(Stood { mark: 8, ..stood(1, 3) }), "of another history with the same numbers");
    }
}
