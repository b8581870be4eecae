//! One round trip: what a device wrote goes up, what is new in its scope comes down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::value::RawValue;
use sync_protocol::change::Stamp;
use sync_protocol::id::{ChangeId, RecordId};
use sync_protocol::message::{
    CheckpointNews, DEFAULT_LIMIT, Fate, HaveRequest, IndexResponse, MAX_INDEX, MAX_LIMIT, Outcome,
    SeenCheckpoint, SyncRequest, SyncResponse, Unsettled,
};
use sync_protocol::photo::Sha256;
use sync_protocol::version::PROTOCOL;

use super::admit::Verdict;
use super::checkpoint;
use super::cursor::{Cursor, Stood};
use super::engine::Engine;
use super::feed::{self, From, Page};
use super::heal;
use super::incoming::{Incoming, Sender};
use super::lineage::{self, Known, Relation};
use super::mend;
use super::placing;
use super::scope::ReadScope;
use super::ticket::{self, Ticket};
use super::writer::{CameWith, Push};
use crate::access::actor::Actor;
use crate::error::{Error, Kind, Language, Result};
use crate::store::{epochs, held, ledger, records, settled};

/// The most changes in one request; a client with more sends them in batches.
pub const MAX_CHANGES: usize = 1_000;
/// The most missing photos that an answer names; a later answer names the next.
const MAX_PHOTOS_MISSING: u32 = 500;
/// The most ids in one question whether the server has them.
const MAX_HAVE: usize = 10_000;

/// An answer whose records are passed on as they stand in the store.
pub type Answer = SyncResponse<Box<RawValue>>;

/// What became of what a device sent.
struct Sent {
    /// Of each change, with its id as it was sent.
    verdicts: Vec<(Option<String>, Verdict)>,
    /// The device's next ticket.
    ticket: Option<Ticket>,
}

impl Sent {
    fn touched(&self) -> BTreeSet<RecordId> {
        self.verdicts.iter().filter_map(|(_, verdict)| verdict.record()).collect()
    }

    fn outcomes(self, language: Language) -> Vec<Outcome> {
        self.verdicts.into_iter().map(|(id, verdict)| outcome(id, verdict, language)).collect()
    }
}

/// What is new for a device.
struct News {
    page: Page,
    cursor: Option<String>,
    photos_missing: Vec<Sha256>,
    checkpoint: Option<CheckpointNews>,
    settled: u64,
}

impl News {
    /// Nothing for now: the device stays where it is, and asks again.
    fn later(cursor: Option<String>) -> Self {
        let page = Page { more: true, ..Page::default() };
        Self { page, cursor, photos_missing: Vec::new(), checkpoint: None, settled: 0 }
    }
}

/// What a device asks to be sent.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// What is new in its scope, up to so many records.
    News { limit: u32 },
    /// What its own changes touched, and nothing else.
    TouchedAlone,
}

impl Wanted {
    /// What of a page without news is told.
    fn of(self, page: Page) -> Page {
        match self {
            Self::News { .. } => page,
            Self::TouchedAlone => Page { digest: None, ..page },
        }
    }
}

impl Engine {
    /// Takes what a device wrote and answers with what is new in its scope.
    ///
    /// Everything that came is flushed before this answers: in the ledger, or in the held box.
    ///
    /// # Errors
    /// If the request is none that this server understands, or nothing can be stored at the
    /// moment. Then nothing of it was stored, and the client keeps everything.
    pub async fn round(
        &self,
        actor: &Arc<Actor>,
        request: SyncRequest,
        language: Language,
    ) -> Result<Answer> {
        check(&request)?;
        let opened = request.cursor.as_deref().and_then(|text| self.sealer.open(text));
        let cursor = match &opened {
            Some(cursor) if self.is_of_this_history(cursor).await? => Some(cursor),
            _ => None,
        };
        let from = From { cursor, foreign: request.cursor.is_some() && cursor.is_none() };
        if let (None, Some(seen)) = (&request.cursor, &request.checkpoint) {
            self.heed_signed(seen.note()).await?;
        }
        let shown = request.ticket.as_deref().and_then(ticket::decode);

        let sent = if request.changes.is_empty() && self.keeps_ticket(actor, shown) {
            None
        } else {
            let ahead_ms = request.device_time.as_ref().map(|stamp| self.ahead_ms(stamp));
            Some(self.send(actor, &request.changes, shown, from.cursor, ahead_ms).await?)
        };
        let news = self.news(actor, &request, from, sent.as_ref()).await;
        let news = match news {
            Ok(news) => news,
            // What was sent is flushed, and that is what the device must hear of; news can wait.
            Err(error) if !request.changes.is_empty() => {
                tracing::error!(?error, "what came is stored, but what is new could not be read");
                News::later(request.cursor.clone())
            }
            Err(error) => return Err(error),
        };
        let ticket = sent.as_ref().map_or(shown, |sent| sent.ticket);
        let News { page, cursor, photos_missing, checkpoint, settled } = news;
        Ok(SyncResponse {
            protocol: PROTOCOL,
            server_time: self.clock.now().rfc3339(),
            outcomes: sent.map(|sent| sent.outcomes(language)).unwrap_or_default(),
            records: page.records,
            gone: page.gone,
            photos_missing,
            cursor,
            more: page.more,
            resync: page.resync,
            settled,
            ticket: ticket.map(ticket::encode),
            digest: page.digest,
            checkpoint,
        })
    }

    /// All that is new for a device.
    async fn news(
        &self,
        actor: &Actor,
        request: &SyncRequest,
        from: From<'_>,
        sent: Option<&Sent>,
    ) -> Result<News> {
        let scope = self.read_scope(actor, self.clock.now());
        let limit = request.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let touched = sent.map(Sent::touched).unwrap_or_default();
        let wanted = if request.news == Some(false) { Wanted::TouchedAlone } else { Wanted::News { limit } };
        let page = self.page(&scope, from, wanted, &touched).await?;
        let seen = request.checkpoint.as_ref().map(SeenCheckpoint::note);
        Ok(News {
            cursor: Some(self.sealer.seal(&page.cursor)),
            settled: if from.cursor.is_some() { self.settled(&page.cursor) } else { 0 },
            page,
            photos_missing: self.photos_missing(actor).await?,
            checkpoint: self.checkpoint_news(actor, &scope, seen).await?,
        })
    }

    /// Whether the ledgers grew out of what a cursor remembers. Where they were not there yet, or went
    /// elsewhere, they were put back to an older state, and a new epoch begins.
    pub(super) async fn is_of_this_history(&self, cursor: &Cursor) -> Result<bool> {
        let is_known = {
            let standing = self.standing();
            let mut stood = cursor.stood();
            stood.all(|(county, stood)| {
                standing.counties.get(county).is_some_and(|county| county.stood_lately(stood))
            })
        };
        if is_known {
            return Ok(true);
        }
        let mut relations = Vec::new();
        {
            // What is in memory may be behind what another device was told.
            let mut tx = self.store.snapshot().await?;
            let ledgers = ledger::ledgers(&mut tx).await?;
            let epoch = ledgers.iter().map(|ledger| ledger.epoch).max().unwrap_or(0);
            for (county, stood) in cursor.stood() {
                let ledger = ledgers.iter().find(|ledger| ledger.county == *county).map(Stood::of);
                let leaf = match stood.seq {
                    0 => Some(0),
                    seq => epochs::leaf_at(&mut tx, county, seq).await?.map(|leaf| ledger::mark(&leaf)),
                };
                // A ledger that is not there was opened after the copy was made.
                let nothing = Stood { epoch, ..Stood::default() };
                relations.push(lineage::relation(stood, ledger.unwrap_or(nothing), leaf));
            }
        }
        if relations.contains(&Relation::Foreign) {
            let mut known = Known::default();
            for (county, stood) in cursor.stood() {
                known.add(county, stood.epoch, stood.seq);
            }
            self.begin_epoch(known).await?;
        }
        Ok(relations.iter().all(|relation| *relation == Relation::Ours))
    }

    /// Who begins from nothing may still have a checkpoint that shows that a ledger went further.
    async fn heed_signed(&self, note: &str) -> Result<()> {
        let is_known = self
            .standing()
            .counties
            .values()
            .any(|county| county.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.note == note));
        if is_known {
            return Ok(());
        }
        let ahead = {
            let mut tx = self.store.snapshot().await?;
            checkpoint::signed_ahead(&mut tx, note).await?
        };
        match ahead {
            Some(known) => self.begin_epoch(known).await,
            None => Ok(()),
        }
    }

    /// Up to which number all is settled that a device with that cursor was told of.
    fn settled(&self, cursor: &Cursor) -> u64 {
        let standing = self.standing();
        let counties = cursor.stood().filter_map(|(county, _)| standing.counties.get(county));
        lineage::settled(counties.map(|county| (county.ledger.seq, county.settled)))
    }

    /// By how much a device's clock is ahead of ours, in milliseconds.
    fn ahead_ms(&self, shown: &Stamp) -> i64 {
        shown.moment().timestamp_millis().saturating_sub(self.clock.now().0)
    }

    /// `[id, seq]` of what somebody has in scope, a page at a time.
    ///
    /// # Errors
    /// If `after` is not where a page ended.
    pub async fn index(
        &self,
        actor: &Actor,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Result<IndexResponse> {
        let after = after.map(str::parse).transpose()?;
        let scope = self.read_scope(actor, self.clock.now());
        let mut tx = self.store.snapshot().await?;
        feed::index(&mut tx, &scope, after, limit.unwrap_or(MAX_INDEX).clamp(1, MAX_INDEX)).await
    }

    /// Which of these changes the server lacks. What is held is not lacking.
    ///
    /// It tells nobody what a change says, only that it is safe; so it asks for no scope.
    pub async fn lacking(&self, asked: &HaveRequest) -> Result<Vec<ChangeId>> {
        if asked.changes.len() + asked.photos.len() > MAX_HAVE {
            return Err(Error::new(
                Kind::TooLarge,
                "too_many_ids",
                "一次最多询问 10000 个编号，请分批询问",
                "at most 10,000 ids in one question; ask in batches",
            ));
        }
        let mut tx = self.store.snapshot().await?;
        let known = ledger::known(&mut tx, asked.changes.iter().copied()).await?;
        let mut here: BTreeSet<_> = known.into_iter().map(|(change, _)| change).collect();
        for change in mend::lacking(&mut tx, &asked.changes).await? {
            here.remove(&change);
        }
        here.extend(held::has_changes(&mut tx, &asked.changes).await?);
        Ok(asked.changes.iter().filter(|change| !here.contains(change)).copied().collect())
    }

    /// What of that the server has, and no backup yet.
    pub async fn unsettled(&self, asked: &HaveRequest) -> Result<Unsettled> {
        let mut tx = self.store.snapshot().await?;
        Ok(Unsettled {
            changes: settled::unsettled_changes(&mut tx, &asked.changes).await?,
            photos: settled::unsettled_photos(&mut tx, &asked.photos).await?,
        })
    }

    /// Whether the device may go on with the ticket that it has, so that nothing need be written.
    fn keeps_ticket(&self, actor: &Actor, shown: Option<Ticket>) -> bool {
        let device = self.devices.get(actor.device);
        device.zip(shown).is_some_and(|(device, shown)| device.shown.leaves(shown))
    }

    /// Sends changes to be appended; tells what became of each.
    async fn send(
        &self,
        actor: &Arc<Actor>,
        changes: &[Box<RawValue>],
        shown: Option<Ticket>,
        cursor: Option<&Cursor>,
        ahead_ms: Option<i64>,
    ) -> Result<Sent> {
        if !changes.is_empty() {
            self.demand_office(actor).await?;
        }
        let changes: Result<Vec<_>> = changes.iter().map(|raw| Incoming::read(raw.get())).collect();
        let changes = changes?;
        let ids: Vec<_> = changes.iter().map(|incoming| incoming.sent_id.clone()).collect();
        let sender = Sender::own(Arc::clone(actor), shown_up_to(cursor), ahead_ms);
        let push = Push { sender, changes, ticket: Some(CameWith(shown)), release: None };
        let pushed = self.push(push).await?;
        Ok(Sent {
            verdicts: ids.into_iter().zip(pushed.verdicts).collect(),
            ticket: pushed.ticket.map(|turn| turn.next),
        })
    }

    /// Makes sure that there is an office that what somebody sends could wait at.
    pub(super) async fn demand_office(&self, actor: &Actor) -> Result<()> {
        if placing::has_an_office(&self.standing(), actor) {
            return Ok(());
        }
        // Its ledger may have been opened this very moment.
        self.look_again().await?;
        if placing::has_an_office(&self.standing(), actor) { Ok(()) } else { Err(no_office()) }
    }

    async fn page(
        &self,
        scope: &ReadScope,
        from: From<'_>,
        wanted: Wanted,
        touched: &BTreeSet<RecordId>,
    ) -> Result<Page> {
        if touched.is_empty()
            && let Some(page) = feed::nothing_new(&self.standing(), scope, &from)
        {
            return Ok(wanted.of(page));
        }
        let page = self.read_page(scope, from, wanted, touched).await?;
        if page.left_out.is_empty() {
            return Ok(page);
        }
        match heal::heal(&self.store, page.left_out.clone()).await {
            Ok(true) => self.read_page(scope, from, wanted, touched).await,
            Ok(false) => Ok(page),
            Err(error) => {
                tracing::warn!(
                    ?error,
                    "damaged records are left out of an answer and could not be made anew"
                );
                Ok(page)
            }
        }
    }

    async fn read_page(
        &self,
        scope: &ReadScope,
        from: From<'_>,
        wanted: Wanted,
        touched: &BTreeSet<RecordId>,
    ) -> Result<Page> {
        let mut tx = self.store.snapshot().await?;
        match wanted {
            Wanted::News { limit } => feed::page(&mut tx, scope, from, limit, touched).await,
            Wanted::TouchedAlone => feed::touched_alone(&mut tx, scope, from, touched).await,
        }
    }

    /// The photos that this device's changes refer to and that have not come.
    async fn photos_missing(&self, actor: &Actor) -> Result<Vec<Sha256>> {
        let (before, now) = (self.devices.get(actor.device), self.clock.now());
        if before.is_some_and(|device| !device.may_lack_photos(now)) {
            return Ok(Vec::new());
        }
        let mut tx = self.store.read().await?;
        let missing = records::photos_wanted(&mut tx, actor.device, MAX_PHOTOS_MISSING).await?;
        if missing.is_empty() {
            self.devices.none_missing(actor.device, before, now);
        }
        Ok(missing)
    }

    /// The latest checkpoint of the one ledger that somebody reads; who reads several asks for each.
    async fn checkpoint_news(
        &self,
        actor: &Actor,
        scope: &ReadScope,
        seen: Option<&str>,
    ) -> Result<Option<CheckpointNews>> {
        let mut counties = scope.counties.keys();
        let (Some(county), None) = (counties.next(), counties.next()) else { return Ok(None) };
        let latest = self.standing().counties.get(county).and_then(|county| county.checkpoint.clone());
        let Some(latest) = latest else { return Ok(None) };
        let by = (actor.user, actor.device);
        checkpoint::news(&self.store, &self.clock, county, latest, seen, by).await.map(Some)
    }
}

/// Up to which number a device had been shown each county's ledger.
pub(super) fn shown_up_to(cursor: Option<&Cursor>) -> BTreeMap<String, u64> {
    let counties = cursor.iter().flat_map(|cursor| &cursor.counties);
    counties.map(|(county, (_, seq))| (county.clone(), *seq)).collect()
}

/// There is no ledger yet that what somebody sends could stand in, nor an office that it could
/// wait at.
fn no_office() -> Error {
    Error::new(
        Kind::Unavailable(600),
        "no_ledger",
        "您所在的县还没有开通台账，内容没有保存在服务器上；手机上的内容没有丢失，请联系管理员",
        "the ledger of your county is not open yet; nothing was stored, nothing on the device is lost, ask the administrator",
    )
}

/// Whether this server takes what a client of that version sends.
pub fn speaks(protocol: u32) -> Result<()> {
    if protocol == 0 {
        return Err(Error::new(
            Kind::Unprocessable,
            "protocol",
            "请求里的 protocol 应为 1",
            "protocol must be 1",
        ));
    }
    if protocol > PROTOCOL {
        return Err(Error::new(
            Kind::UpgradeRequired,
            "protocol",
            format!("服务器最高支持协议版本 {PROTOCOL}，手机上的内容没有丢失，请等待服务器升级"),
            format!("this server speaks protocol {PROTOCOL} at most; nothing on the device is lost"),
        ));
    }
    Ok(())
}

fn check(request: &SyncRequest) -> Result<()> {
    speaks(request.protocol)?;
    if request.changes.len() > MAX_CHANGES {
        return Err(Error::new(
            Kind::TooLarge,
            "too_many_changes",
            format!("一次最多发送 {MAX_CHANGES} 条变更，请分批发送；没有内容丢失"),
            format!("at most {MAX_CHANGES} changes in one request; send them in batches, nothing is lost"),
        ));
    }
    Ok(())
}

/// What became of a change, as it is told to the device.
pub fn outcome(change: Option<String>, verdict: Verdict, language: Language) -> Outcome {
    let fate = match verdict {
        Verdict::Accepted { seq, conflicts, .. } => Fate::Accepted { seq, conflicts },
        Verdict::Duplicate { seq, .. } => Fate::Duplicate { seq },
        Verdict::Held { refusal, refused } => Fate::Held {
            code: refusal.code,
            message: language.pick(&refusal.zh, &refusal.en).to_owned(),
            field: refusal.field,
            refused,
        },
    };
    Outcome { change, fate }
}
