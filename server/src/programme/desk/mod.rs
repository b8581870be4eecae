//! The desk: what waits for somebody, most urgent first. What may wait for whom stands in `group.rs`,
//! when it does in `waiting.rs`; whether somebody may do it is asked as the writer asks it.

mod devices;
mod group;
mod held;
mod line;
mod person;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

pub use group::Group;
pub use line::{Device, FundKey, Line};

use super::evidence::silence::{self, Silent};
use super::facts::is_of_offices;
use super::figures::{Asked, Counted, Figures};
use super::states::list::Mark;
use crate::access::actor::Actor;
use crate::access::policy::Place;
use crate::clock::Moment;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::sync::engine::Engine;
use crate::sync::standing;
use person::{Person, Site};
use waiting::Found;

/// Whoever sits at a desk, and where its papers come from.
pub struct Desk<'d> {
    /// The database.
    pub store: &'d Store,
    /// How the ledgers stand.
    pub engine: &'d Arc<Engine>,
    /// The facts.
    pub figures: &'d Figures,
    /// Whose desk.
    pub actor: &'d Arc<Actor>,
    /// Now.
    pub now: Moment,
    /// Which counties; all that there are for this person if left out.
    pub counties: Option<BTreeSet<String>>,
}

/// A ledger that lines were taken from.
#[derive(Clone, Debug)]
pub struct Position {
    /// The county.
    pub county: String,
    /// Its name.
    pub name: String,
    /// The number of the last entry that was read.
    pub position: u64,
}

/// What waits of one group.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub group: Group,
    /// How much.
    pub count: usize,
    /// Some of it.
    pub lines: Vec<Line>,
}

/// What waits.
#[derive(Clone, Debug)]
pub struct Papers {
    /// As of which day.
    pub at: NaiveDate,
    /// From which ledgers.
    pub counties: Vec<Position>,
    /// What waits, group by group.
    pub groups: Vec<Waiting>,
}

/// Which lines of each group.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Leave out so many.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

/// What the records of all counties have.
#[derive(Default)]
struct Read {
    counties: Vec<Position>,
    found: BTreeMap<Group, Found>,
    /// By county, projects that must be heard of, each with its school.
    asked_today: BTreeMap<String, Vec<(RecordId, RecordId)>>,
}

impl Desk<'_> {
    /// Everything that waits for this person: of each group that they act on, the first lines.
    ///
    /// # Errors
    /// Not found if nothing of what is asked about is theirs.
    pub async fn papers(&self, limit: usize) -> Result<Papers> {
        let groups = Group::all().filter(|group| group.is_for(self.actor, self.now)).collect();
        self.read(groups, Slice { skip: 0, limit }).await
    }

    /// What waits of one group.
    ///
    /// # Errors
    /// Not found if this person does not act on it, or nothing of what is asked about is theirs.
    pub async fn of_group(&self, group: Group, slice: Slice) -> Result<Papers> {
        if !group.is_for(self.actor, self.now) {
            return Err(Error::not_found());
        }
        self.read(vec![group], slice).await
    }

    async fn read(&self, groups: Vec<Group>, slice: Slice) -> Result<Papers> {
        let minder = self.minder();
        let most = slice.skip.saturating_add(slice.limit);
        let mut read = match self.read_records(groups.clone(), most).await {
            // Who sees no records may look after devices.
            Err(error) if error.kind == Kind::NotFound && !minder.counties().is_empty() => Read::default(),
            read => read?,
        };
        let silent = self.silent(std::mem::take(&mut read.asked_today)).await?;
        read.found.insert(Group::SilentSchools, silent.into());
        let mut waiting = Vec::with_capacity(groups.len());
        for group in groups {
            let (count, lines) = match group {
                Group::Held => held::waiting(self, slice).await?,
                Group::Devices => slice.of(devices::lines(&minder).await?.into()),
                group => slice.of(read.found.remove(&group).unwrap_or_default()),
            };
            waiting.push(Waiting { group, count, lines });
        }
        self.number(&mut waiting).await?;
        Ok(Papers { at: standing::day(self.now), counties: read.counties, groups: waiting })
    }

    /// Gives findings their official numbers.
    async fn number(&self, waiting: &mut [Waiting]) -> Result<()> {
        const NUMBERED: &str = "finding";
        let lines = || waiting.iter().flat_map(|waiting| &waiting.lines);
        let findings = lines().filter(|line| line.kind.as_deref() == Some(NUMBERED));
        let counties: BTreeSet<_> = findings.map(|line| line.county.clone()).collect();
        if counties.is_empty() {
            return Ok(());
        }
        let numbers = self.engine.numbers(counties.iter().map(String::as_str), NUMBERED).await?;
        for line in waiting.iter_mut().flat_map(|waiting| &mut waiting.lines) {
            line.number = line.record.and_then(|record| numbers.get(&record).cloned());
        }
        Ok(())
    }

    /// One pass over the facts of each county.
    async fn read_records(&self, groups: Vec<Group>, most: usize) -> Result<Read> {
        let (engine, actor, now) = (Arc::clone(self.engine), Arc::clone(self.actor), self.now);
        let asked = Asked::today(self.counties.clone(), standing::day(now));
        let its = asked.clone();
        let found = move |counties: BTreeMap<String, Counted>| {
            let mut read = Read::default();
            for (code, county) in &counties {
                let (name, position) = (county.name.clone(), county.facts.position);
                read.counties.push(Position { county: code.clone(), name, position });
                let place_of = |site: Site| place_of(&engine, code, site, now);
                let person = Person::new(&actor, now, &place_of);
                let view = its.view(county);
                for group in &groups {
                    let sees = |kind: &str, (school, project): Site| {
                        county.has(school, project, !kind.is_empty() && is_of_offices(kind))
                    };
                    let mut found = waiting::find(*group, &view, &person, &sees, most);
                    for line in &mut found.lines {
                        line.county.clone_from(code);
                    }
                    read.found.entry(*group).or_default().append(found);
                }
                if groups.contains(&Group::SilentSchools) {
                    let looks_after = |(project, school): &(RecordId, RecordId)| {
                        person.holds(Group::SilentSchools.roles(), (Some(*school), Some(*project)))
                    };
                    let asked = silence::asked_today(&view).filter(looks_after).collect();
                    read.asked_today.insert(code.clone(), asked);
                }
            }
            read
        };
        self.figures.reckon(self.engine, self.actor, &asked, found).await
    }

    /// A line for each school with projects whose phones are silent, the longest silence first.
    async fn silent(&self, asked: BTreeMap<String, Vec<(RecordId, RecordId)>>) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for (county, projects) in asked {
            let silent = silence::silent(self.store, &projects, self.now).await?;
            lines.extend(of_schools(&county, silent));
        }
        Ok(lines)
    }
}

impl Slice {
    /// How many there are, and those of the slice.
    fn of(self, Found { count, lines }: Found) -> (usize, Vec<Line>) {
        (count, lines.into_iter().skip(self.skip).take(self.limit).collect())
    }
}

fn place_of(engine: &Engine, county: &str, (school, project): Site, now: Moment) -> Place {
    let standing = engine.standing();
    let county = standing.counties.get(county).expect("facts are read of counties that stand here");
    county.place(school, project, standing::day(now))
}

/// Several projects of a school are one line.
fn of_schools(county: &str, silent: Vec<Silent>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut at: BTreeMap<RecordId, usize> = BTreeMap::new();
    for each in silent {
        if let Some(line) = at.get(&each.school).map(|at| &mut lines[*at]) {
            // The longest silence came first.
            (line.count, line.project) = (line.count.map(|count| count + 1), None);
            continue;
        }
        at.insert(each.school, lines.len());
        let mut line = Line {
            county: county.to_owned(),
            day: each.last.map(standing::day),
            count: Some(1),
            ..Line::of(each.school, "school", Some(each.school), Some(each.project))
        };
        line.marks.extend(each.days.map(|days| Mark::Silent { days }));
        lines.push(line);
    }
    lines
}
