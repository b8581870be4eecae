//! Sends the story through the same door as everybody's changes, the sync engine: each deed on its
//! day, in order, those of one moment together.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::ProgressBar;
use sync_protocol::change::Change;
use sync_protocol::id::DeviceId;
use sync_protocol::photo::Sha256;

use super::cast::Player;
use super::draft::demo_id;
use super::fill::STORY_COUNTY;
use super::office;
use super::story::Deed;
use super::travel::Travel;
use crate::access::accounts::{self, NewPerson};
use crate::access::actor::{Actor, Grant, Via};
use crate::access::role::Scope;
use crate::clock::Moment;
use crate::error::{Error, Result};
use crate::http::app::App;
use crate::photos::upload::Announced;
use crate::programme::figures::By;
use crate::reports::bulletin::{self, Period};
use crate::store::devices;
use crate::store::devices::NewDevice;
use crate::store::ledger;
use crate::store::people::Person;
use crate::sync::admit::Verdict;

/// How many changes go into one request.
const BATCH: usize = 1000;
/// How many requests are on their way at a time.
const AT_A_TIME: usize = 32;
/// What comes within so many hours comes in one moment.
const HOURS: i64 = 3;

/// All that is needed while loading.
pub(super) struct Filling<'f> {
    pub(super) app: &'f App,
    pub(super) bar: &'f ProgressBar,
}

impl Filling<'_> {
    /// The account of a player, made where it is missing.
    pub(super) async fn person(&self, player: &Player) -> Result<Person> {
        if let Ok(person) = accounts::named(&self.app.store, &player.username).await {
            return Ok(person);
        }
        let new = NewPerson {
            username: player.username.clone(),
            display_name: player.display_name.clone(),
            password: None,
            roles: player.roles.clone(),
        };
        accounts::add(&self.app.store, &self.app.clock, new).await?;
        accounts::named(&self.app.store, &player.username).await
    }

    /// The player with a phone of their own.
    pub(super) async fn actor(&self, player: &Player, person: &Person) -> Result<Arc<Actor>> {
        let device = DeviceId(demo_id(&format!("device/{}", player.username)));
        let new = NewDevice {
            id: device,
            user: person.id,
            name: format!("{}的设备", player.display_name),
            secrets: None,
            created_at: person.created_at,
        };
        let store = &self.app.store;
        store
            .write(move |tx| {
                Box::pin(async move {
                    if devices::device(tx, device).await?.is_none() {
                        devices::add(tx, &new).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        let held = |(role, scope): &(_, Scope)| Grant {
            role: *role,
            scope: scope.clone(),
            since: Moment(0),
            until: None,
        };
        Ok(Arc::new(Actor {
            user: person.id,
            username: person.username.clone(),
            display_name: person.display_name.clone(),
            device,
            via: Via::Device,
            home_county: person.home_county.clone(),
            grants: player.roles.iter().map(held).collect(),
        }))
    }

    /// Sends what was done in its order, each on its day. What came in one moment goes together, as it
    /// does from phones in the evening; of each person in order.
    pub(super) async fn tell(
        &self,
        mut deeds: Vec<Deed>,
        actors: &BTreeMap<String, Arc<Actor>>,
        travel: &mut Travel,
    ) -> Result<()> {
        deeds.sort_by_key(|deed| moment_of(deed.when));
        for together in deeds.chunk_by(|one, next| moment_of(one.when) == moment_of(next.when)) {
            travel.to(moment_of(together[0].when));
            self.bar.set_message(together[0].when.format("%Y-%m-%d").to_string());
            let mut by_person: BTreeMap<&str, Vec<Change>> = BTreeMap::new();
            for deed in together {
                let actor = &actors[&deed.who];
                if deed.change.value_of("figures").is_none() {
                    by_person.entry(&deed.who).or_default().push(deed.change.clone());
                } else if let Some(frozen) = self.frozen(&deed.change, actor, deed.when.date_naive()).await? {
                    by_person.entry(&deed.who).or_default().push(frozen);
                }
            }
            let sending = by_person.iter().map(|(who, changes)| self.send(&actors[*who], changes));
            stream::iter(sending).buffer_unordered(AT_A_TIME).try_collect::<()>().await?;
        }
        Ok(())
    }

    /// A bulletin with the figures of its day; `None` if it was published already: a start that goes on
    /// where another was cut off freezes nothing anew.
    async fn frozen(&self, draft_of: &Change, actor: &Actor, day: NaiveDate) -> Result<Option<Change>> {
        let known = ledger::known(&mut *self.app.store.read().await?, std::iter::once(draft_of.id)).await?;
        if !known.is_empty() {
            return Ok(None);
        }
        let counties = [STORY_COUNTY.to_owned()];
        let period = Period { from: None, at: day - TimeDelta::days(1), by: By::Township };
        let app = self.app;
        let draft = bulletin::draft(&app.figures, &app.engine, actor, &counties, &period).await?;
        let figures = serde_json::to_value(draft.figures).and_then(serde_json::from_value);
        let figures = figures.map_err(|error| Error::internal(anyhow::Error::new(error)))?;
        let position = draft.cutoff.get(STORY_COUNTY).copied().unwrap_or_default();
        Ok(Some(office::frozen(draft_of, STORY_COUNTY, position, figures)))
    }

    /// Appends what one person wrote. What is there already is a duplicate, and no second record.
    pub(super) async fn send(&self, actor: &Arc<Actor>, changes: &[Change]) -> Result<()> {
        for batch in changes.chunks(BATCH) {
            let verdicts = self.app.engine.append_together(actor, &BTreeMap::new(), batch).await?;
            for (verdict, change) in verdicts.iter().zip(batch) {
                if let Verdict::Held { refusal, .. } = verdict {
                    let what = format!("{} {}: {refusal:?}", change.kind, change.record);
                    return Err(Error::internal(anyhow::anyhow!(
                        "a change of the demonstration was held: {what}"
                    )));
                }
            }
            self.bar.inc(batch.len() as u64);
        }
        Ok(())
    }

    pub(super) async fn upload(&self, actor: &Arc<Actor>, photo: Vec<u8>, sha256: Sha256) -> Result<()> {
        let length = photo.len() as u64;
        let filename = format!("演示-{}.jpg", &sha256.to_string()[..8]);
        let uploads = &self.app.photos.uploads;
        let begun = uploads.begin(actor, Announced { sha256, length, filename }).await?;
        if begun.offset < length {
            let rest = Bytes::from(photo).slice(begun.offset as usize..);
            let body = stream::iter([Ok(rest)]);
            let received = uploads.receive(actor, begun.id, begun.offset, None, body).await;
            received.map_err(|stopped| stopped.error)?;
        }
        self.bar.inc(1);
        Ok(())
    }
}

/// The moment in which something comes: the end of the hours that it is within.
fn moment_of(when: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let midnight = when - (when.time() - NaiveTime::MIN);
    let hours = (when.time() - NaiveTime::MIN).num_minutes() / 60 / HOURS + 1;
    midnight + TimeDelta::hours(hours * HOURS) - TimeDelta::minutes(1)
}
