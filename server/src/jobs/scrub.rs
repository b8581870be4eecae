//! Looks through the whole store for what a failing disk changed, a little at a time: once in so many
//! days, however much there is.
//!
//! A damaged photo is noted, never served, and asked for again; the row of a record is made anew
//! from the ledger. Everything else is counted and told in the log: `siteledger verify` says what to
//! do about it, and checks more than this does, such as signatures. What could not be made good is
//! noted until it is.

use futures_util::FutureExt as _;
use sync_protocol::photo::Sha256;

use super::Runner;
use crate::error::{Error, Result};
use crate::store::audit::Access;
use crate::store::scrub::{self, Shelf};
use crate::store::{Tx, damage, held, ledger, photos, records};
use crate::sync::heal;

/// Seconds from one step to the next.
pub(super) const EVERY_SECONDS: i64 = 600;
/// How many steps a day has.
const STEPS_A_DAY: i64 = 24 * 3600 / EVERY_SECONDS;
/// How many rows a step looks at, at least: a small store is looked through in an hour.
const AT_LEAST: i64 = 50;

const SHELVES: [Shelf; 10] = [
    Shelf::Photos,
    Shelf::Records,
    Shelf::Entries,
    Shelf::Held,
    Shelf::Access(Access::Users),
    Shelf::Access(Access::Grants),
    Shelf::Access(Access::Devices),
    Shelf::Access(Access::Codes),
    Shelf::Access(Access::Sessions),
    Shelf::Access(Access::Uploads),
];

/// A row that was looked at.
struct Looked {
    row: i64,
    /// What is wrong with it.
    outcome: Result<()>,
    /// Whether that was made good, or is noted in the row itself.
    settled: bool,
}

impl Looked {
    const fn at(row: i64, outcome: Result<()>) -> Self {
        Self { row, outcome, settled: false }
    }
}

impl Runner {
    /// Takes the next step on every shelf.
    pub(super) async fn scrub(&self) -> Result<()> {
        if self.scrub_days == 0 {
            return Ok(());
        }
        for shelf in SHELVES {
            if self.stopping.is_cancelled() {
                break;
            }
            // A shelf that cannot be gone through keeps nobody from looking at the others.
            if let Err(error) = self.scrub_shelf(shelf).await {
                let table = shelf.name();
                tracing::error!(?error, table, "rows cannot be looked through; run `siteledger verify`");
            }
        }
        let mut tx = self.store.read().await?;
        for shelf in SHELVES {
            let damaged = damage::count(&mut tx, shelf).await?;
            metrics::gauge!("siteledger_rows_damaged", "table" => shelf.name()).set(damaged as f64);
        }
        let damaged = scrub::photos_damaged(&mut tx).await?;
        metrics::gauge!("siteledger_photos_damaged").set(damaged as f64);
        Ok(())
    }

    async fn scrub_shelf(&self, shelf: Shelf) -> Result<()> {
        let (after, limit, known) = {
            let mut tx = self.store.read().await?;
            let known = damage::count(&mut tx, shelf).await?;
            let extent = scrub::extent(&mut tx, shelf).await?;
            let limit = AT_LEAST.max(extent / (STEPS_A_DAY * i64::from(self.scrub_days)) + 1);
            (scrub::after(&mut tx, shelf).await?, u32::try_from(limit).unwrap_or(u32::MAX), known)
        };
        let looked = match shelf {
            Shelf::Photos => self.look_at_photos(after, limit).await?,
            Shelf::Records => self.look_at_records(after, limit).await?,
            other => look_at_rows(&mut *self.store.read().await?, other, after, limit).await?,
        };
        // Those that end a round begin the next.
        let is_last = looked.len() < limit as usize;
        let until = looked.last().filter(|_| !is_last).map(|looked| looked.row);
        let (mut sound, mut damaged, mut noted) = (0, 0, Vec::new());
        for Looked { row, outcome, settled } in looked {
            match outcome {
                Ok(()) => sound += 1,
                Err(error) => {
                    damaged += 1;
                    if !settled {
                        noted.push(row);
                    }
                    let table = shelf.name();
                    tracing::error!(?error, row, table, "a row is damaged on disk; run `siteledger verify`");
                }
            }
        }
        for (outcome, rows) in [("sound", sound), ("damaged", damaged)] {
            metrics::counter!("siteledger_scrubbed_rows_total", "table" => shelf.name(), "outcome" => outcome)
                .increment(rows);
        }
        if (after, until) == (0, None) && noted.is_empty() && known == 0 {
            return Ok(());
        }
        self.store
            .write(move |tx| {
                async move {
                    damage::looked_through(tx, shelf, after, until, &noted).await?;
                    scrub::keep(tx, shelf, until.unwrap_or(0)).await
                }
                .boxed()
            })
            .await
    }

    /// Reads all bytes of photos. Those that are known to be damaged were asked for already.
    async fn look_at_photos(&self, after: i64, limit: u32) -> Result<Vec<Looked>> {
        let page = photos::page_to_check(&mut *self.store.read().await?, after, limit).await?;
        let mut looked = Vec::with_capacity(page.len());
        for (row, read) in page {
            looked.push(match read {
                Ok(photo) if photo.damaged_at.is_none() => {
                    Looked { row, outcome: self.look_at_bytes(photo.sha256).await, settled: true }
                }
                read => Looked::at(row, read.map(drop)),
            });
        }
        Ok(looked)
    }

    async fn look_at_bytes(&self, photo: Sha256) -> Result<()> {
        if self.photos.folder.sha256(&photo).await? == Some(photo) {
            return Ok(());
        }
        self.photos.note_damage(photo).await?;
        Err(Error::internal(anyhow::anyhow!("photo {photo} is missing or damaged; it is asked for again")))
    }

    async fn look_at_records(&self, after: i64, limit: u32) -> Result<Vec<Looked>> {
        let page = records::page_to_scrub(&mut *self.store.read().await?, after, limit).await?;
        let mut looked = Vec::with_capacity(page.len());
        for (row, read) in page {
            looked.push(match read {
                Ok(Err(damaged)) => {
                    let settled = heal::heal(&self.store, vec![damaged.record]).await?;
                    Looked { row, outcome: Err(Error::internal(damaged)), settled }
                }
                read => Looked::at(row, read.map(drop)),
            });
        }
        Ok(looked)
    }
}

async fn look_at_rows(tx: &mut Tx, shelf: Shelf, after: i64, limit: u32) -> Result<Vec<Looked>> {
    let altered = || Error::internal(anyhow::anyhow!("its hash does not fit"));
    let check = |intact: bool| if intact { Ok(()) } else { Err(altered()) };
    let looked: Vec<(i64, Result<()>)> = match shelf {
        Shelf::Access(access) => access.page_to_check(tx, after, limit).await?,
        Shelf::Held => {
            let page = held::page_to_check(tx, after, limit).await?;
            page.into_iter().map(|(row, read)| (row, read.and_then(|(_, intact)| check(intact)))).collect()
        }
        _ => {
            let page = ledger::page_to_scrub(tx, after, limit).await?;
            let read = |(entry, intact): (ledger::Entry, bool)| check(intact && entry.fits_or_is_erased());
            page.into_iter().map(|(row, found)| (row, found.and_then(read))).collect()
        }
    };
    Ok(looked.into_iter().map(|(row, outcome)| Looked::at(row, outcome)).collect())
}
