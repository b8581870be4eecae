//! What a county publishes on the internet, to everybody: its plan, its projects, photos that were
//! reviewed; and the desk at which everybody complains.
//!
//! A county publishes when its own record says so, and not before. What is published follows from the
//! records each time it is asked for; what "reviewed" means stands in server/docs/public.md.

mod complaint;
mod county;
mod photos;
mod project;
mod receipt;
mod reviewed;

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use sync_protocol::id::{RecordId, UserId};
use sync_protocol::kinds::Role;

use crate::access::role::Scope;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::programme::figures::Figures;
use crate::programme::reading::Read;
use crate::store::records::{self, RecordRow};
use crate::store::{Store, Tx, grants};
use crate::sync::engine::Engine;
use crate::sync::standing::{self, day};

pub use complaint::{Followed, Handed, MAX_CONTACT_CHARS, MAX_TEXT_CHARS, Reached, Reply, no_such_receipt};
pub use county::{Bulletin, CountyPage, Listed, Township};
pub use photos::Shown;
pub use project::{Areas, OpenProject, ProjectPage, Unit};
pub use receipt::Receipt;

/// How many counties' pages are kept: they are the same for everybody until the ledger moves on.
const KEPT: u64 = 200;

/// What is published.
pub struct Disclosure {
    store: Store,
    clock: Clock,
    engine: Arc<Engine>,
    /// By county, and by what a page follows from: the position of the ledger and the day.
    pages: moka::sync::Cache<(String, u64, NaiveDate), Arc<CountyPage>>,
}

/// A county that publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCounty {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The position of its ledger.
    pub position: u64,
}

/// The roles whose own word needs no other's confirmation.
const OFFICIALS: [Role; 4] =
    [Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice, Role::CityOffice];

impl Disclosure {
    /// Nothing is read until somebody asks.
    pub fn new(store: Store, clock: Clock, engine: Arc<Engine>) -> Self {
        Self { store, clock, engine, pages: moka::sync::Cache::new(KEPT) }
    }

    /// Today, in China.
    pub fn today(&self) -> NaiveDate {
        day(self.clock.now())
    }

    /// The counties that publish, in order of code.
    ///
    /// # Errors
    /// What the store says.
    pub async fn counties(&self) -> Result<Vec<OpenCounty>> {
        let all: Vec<_> = {
            let standing = self.engine.standing();
            let ledgers = standing.counties.values().map(|county| &county.ledger);
            ledgers.map(|ledger| (ledger.county.clone(), ledger.name.clone(), ledger.seq)).collect()
        };
        let mut tx = self.store.read().await?;
        let mut open = Vec::new();
        for (code, name, position) in all {
            if is_open(&mut tx, &code).await? {
                open.push(OpenCounty { code, name, position });
            }
        }
        Ok(open)
    }

    /// A county that publishes.
    ///
    /// # Errors
    /// Not found if there is none, or it does not: nobody learns which.
    pub async fn open_county(&self, code: &str) -> Result<OpenCounty> {
        let found = {
            let standing = self.engine.standing();
            let ledger = standing.counties.get(code).map(|county| &county.ledger);
            ledger.map(|ledger| OpenCounty {
                code: ledger.county.clone(),
                name: ledger.name.clone(),
                position: ledger.seq,
            })
        };
        let found = found.ok_or_else(not_published)?;
        if is_open(&mut *self.store.read().await?, code).await? { Ok(found) } else { Err(not_published()) }
    }

    /// A county's page.
    ///
    /// # Errors
    /// Not found if the county does not publish.
    pub async fn county(&self, figures: &Figures, code: &str) -> Result<Arc<CountyPage>> {
        let county = self.open_county(code).await?;
        let facts = figures.facts(code).await?;
        let key = (code.to_owned(), facts.position, self.today());
        if let Some(page) = self.pages.get(&key) {
            return Ok(page);
        }
        let officials = self.officials(code).await?;
        let bulletins = self.bulletins(&facts).await?;
        let on = self.today();
        let page = tokio::task::spawn_blocking(move || {
            CountyPage::of(&county, &reviewed::reviewed(&facts, &officials), on, bulletins)
        });
        let page = Arc::new(page.await.map_err(Error::internal)?);
        self.pages.insert(key, Arc::clone(&page));
        Ok(page)
    }

    /// Everybody who is, or was, of an office of that county or of its city.
    async fn officials(&self, county: &str) -> Result<HashSet<UserId>> {
        let city = self.engine.standing().counties.get(county).and_then(|county| county.ledger.city.clone());
        let scopes = std::iter::once(Scope::County(county.to_owned())).chain(city.map(Scope::City));
        let scopes: Vec<_> = scopes.map(|scope| scope.to_string()).collect();
        let roles = OFFICIALS.map(Role::as_str);
        let holders = grants::holders(&mut *self.store.read().await?, &roles, &scopes).await?;
        Ok(holders.into_iter().collect())
    }
}

/// Whether a county publishes: the record of the division says so, and nobody says otherwise.
async fn is_open(tx: &mut Tx, county: &str) -> Result<bool> {
    let id = RecordId::natural("division", county);
    let found = records::records(tx, std::iter::once(id)).await?;
    // What is damaged says nothing.
    let Some(row) = found.into_iter().find_map(std::result::Result::ok) else { return Ok(false) };
    if row.county != county {
        return Ok(false);
    }
    let record = standing::snapshot(&row)?.into_record();
    Ok(Read::in_force(&record).and_then(|read| read.every("disclosed")) == Some(true))
}

/// A record that is in force; `None` if it is withdrawn.
fn in_force(row: &RecordRow) -> Result<Option<sync_protocol::record::Record>> {
    let record = standing::snapshot(row)?.into_record();
    let stands = Read::in_force(&record).is_some();
    Ok(stands.then_some(record))
}

/// The text of a field about which nobody differs.
fn agreed(read: Read<'_>, field: &str) -> Option<String> {
    let mut values = read.values(field);
    let first = values.next()?;
    if values.any(|other| other != first) {
        return None;
    }
    first.as_text().map(str::to_owned)
}

/// It is not published: whether it is there, nobody learns.
fn not_published() -> Error {
    Error::new(
        crate::error::Kind::NotFound,
        "not_published",
        "没有找到，或者没有公开",
        "not found, or not published",
    )
}
