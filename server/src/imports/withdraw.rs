//! Takes one import back as a whole: what it replaced is put back, what it began is withdrawn, as far as
//! nobody has touched it since. What somebody has is told and left as it is.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::Serialize;
use sync_protocol::change::{Change, Edit, FieldName};
use sync_protocol::id::{ChangeId, EditId, RecordId};
use sync_protocol::kinds;
use sync_protocol::record::{Head, Record};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::{self, Force};
use uuid::Uuid;

use super::edits::known_name;
use super::sheet::MAX_ROWS;
use super::{Imports, change_id, span};
use crate::access::actor::Actor;
use crate::error::{Error, Kind, Result};
use crate::store::ledger::{self, Entry};
use crate::sync::admit::Verdict;
use crate::sync::engine::Engine;
use crate::sync::rows;

/// The most changes that an import can have: a row with many columns is more than one.
const MOST_CHANGES: usize = MAX_ROWS + MAX_ROWS / 2;
/// How many are looked up at a time.
const PAGE: usize = 1000;

/// Something that was left as it is.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Kept {
    /// The record.
    pub record: RecordId,
    /// What people call it.
    pub name: String,
    /// The field, if not the record as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub field: Option<FieldName>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// What became of taking an import back.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Withdrawn {
    /// The import.
    pub import: Uuid,
    /// The first and the last number in the ledger under which it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<(u64, u64)>,
    /// How many records that it had begun are withdrawn.
    pub withdrawn: usize,
    /// How many records have their earlier values again.
    pub put_back: usize,
    /// How many of these changes wait for the office.
    pub held: usize,
    /// What was left as it is.
    pub kept: Vec<Kept>,
}

/// What is done about one record.
enum Undo {
    Withdraw(Vec<Edit>),
    PutBack(Vec<Edit>),
}

impl Imports {
    /// Takes an import back, for a reason that stands with every change of it.
    ///
    /// # Errors
    /// Not found if the county has no such import, or it is not this person's to know of; forbidden to
    /// who does not write what it wrote.
    pub async fn withdraw(
        &self,
        actor: &Arc<Actor>,
        county: &str,
        import: Uuid,
        reason: &str,
    ) -> Result<Withdrawn> {
        if reason.trim().is_empty() {
            return Err(Error::new(
                Kind::Unprocessable,
                "reason_needed",
                "撤回导入要写明原因",
                "taking an import back needs a reason",
            ));
        }
        if !self.engine.read_scope(actor, self.clock.now()).counties.contains_key(county) {
            return Err(Error::not_found());
        }
        let _alone = self.gate.lock().await;
        let (ours, histories, position) = self.history_of(county, import).await?;
        let kinds: BTreeSet<String> = histories
            .iter()
            .filter_map(|(id, entries)| Some(rows::rebuild(*id, entries).ok()?.kind))
            .collect();
        for kind in &kinds {
            self.demand(actor, county, kinds::named(kind).ok_or_else(Error::not_found)?)?;
        }
        let mut answer = Withdrawn { import, ..Withdrawn::default() };
        let (back, made_at) = (Uuid::now_v7(), self.clock.now().utc().fixed_offset().into());
        let (mut changes, mut withdraws) = (Vec::new(), Vec::new());
        for (id, entries) in histories {
            let record = rows::rebuild(id, &entries)?;
            let Some(undo) = undo(&self.engine, &record, &entries, &ours, reason, &mut answer.kept)? else {
                continue;
            };
            let (edits, is_withdrawal) = match undo {
                Undo::Withdraw(edits) => (edits, true),
                Undo::PutBack(edits) => (edits, false),
            };
            for edits in edits.chunks(super::EDITS_A_CHANGE) {
                let mut edits = edits.to_vec();
                edits.push(Edit {
                    field: known_name("reason"),
                    value: Some(Value::from(format!("撤回导入 {import}：{reason}"))),
                    replaces: Vec::new(),
                });
                let id = change_id(back, changes.len());
                changes.push(Change {
                    id,
                    record: record.id,
                    kind: record.kind.clone(),
                    made_at: Clone::clone(&made_at),
                    edits,
                });
                withdraws.push((record.id, is_withdrawal));
            }
        }
        if changes.is_empty() {
            return Ok(answer);
        }
        let seen = BTreeMap::from([(county.to_owned(), position)]);
        let verdicts = self.engine.append_together(actor, &seen, &changes).await?;
        answer.note(&verdicts, &withdraws);
        tracing::info!(%import, user = %actor.user, county, "{} took an import back", actor.username);
        Ok(answer)
    }

    /// The changes of an import, and all entries about the records that they touched.
    async fn history_of(
        &self,
        county: &str,
        import: Uuid,
    ) -> Result<(HashSet<ChangeId>, BTreeMap<RecordId, Vec<Entry>>, u64)> {
        let mut tx = self.store.snapshot().await?;
        let ids: Vec<_> = (0..MOST_CHANGES).map(|number| change_id(import, number)).collect();
        let (mut ours, mut touched) = (HashSet::new(), BTreeSet::new());
        for some in ids.chunks(PAGE) {
            for (change, known) in ledger::known(&mut tx, some.iter().copied()).await? {
                ours.insert(change);
                touched.insert(known.record);
            }
        }
        let touched: Vec<_> = touched.into_iter().collect();
        let mut histories: BTreeMap<RecordId, Vec<Entry>> = BTreeMap::new();
        for some in touched.chunks(PAGE) {
            for (entry, _) in ledger::histories(&mut tx, some.iter().copied(), u64::MAX).await? {
                if entry.county != county {
                    return Err(Error::not_found());
                }
                histories.entry(entry.record).or_default().push(entry);
            }
        }
        let ledgers = ledger::ledgers(&mut tx).await?;
        let ledger =
            ledgers.into_iter().find(|ledger| ledger.county == county).ok_or_else(Error::not_found)?;
        if histories.is_empty() { Err(Error::not_found()) } else { Ok((ours, histories, ledger.seq)) }
    }
}

impl Withdrawn {
    fn note(&mut self, verdicts: &[Verdict], withdraws: &[(RecordId, bool)]) {
        let (mut withdrawn, mut put_back) = (BTreeSet::new(), BTreeSet::new());
        for (verdict, (record, is_withdrawal)) in verdicts.iter().zip(withdraws) {
            match verdict {
                Verdict::Held { .. } => self.held += 1,
                _ if *is_withdrawal => {
                    withdrawn.insert(*record);
                }
                _ => {
                    put_back.insert(*record);
                }
            }
        }
        (self.withdrawn, self.put_back, self.seq) = (withdrawn.len(), put_back.len(), span(verdicts));
    }
}

/// What is to be done about a record that the import touched.
fn undo(
    engine: &Engine,
    record: &Record,
    entries: &[Entry],
    ours: &HashSet<ChangeId>,
    reason: &str,
    kept: &mut Vec<Kept>,
) -> Result<Option<Undo>> {
    let bodies: Result<Vec<_>> = entries.iter().map(body).collect();
    let bodies: Vec<Change> = bodies?.into_iter().flatten().collect();
    let mine: Vec<&Change> = bodies.iter().filter(|change| ours.contains(&change.id)).collect();
    let began = entries.first().is_some_and(|entry| ours.contains(&entry.change));
    let put_back = mine
        .iter()
        .flat_map(|change| &change.edits)
        .any(|edit| edit.field.as_str() == withdrawal::FIELD && edit.value.is_none());
    if !began && !put_back {
        return Ok(Some(put_back_values(record, &bodies, &mine, kept))
            .filter(|edits| !edits.is_empty())
            .map(Undo::PutBack));
    }
    if record.force() == Force::Withdrawn {
        return Ok(None);
    }
    let first = entries.iter().position(|entry| ours.contains(&entry.change)).unwrap_or(0);
    if let Some(other) = entries[first..].iter().rev().find(|entry| !ours.contains(&entry.change)) {
        let by = &other.by_name;
        kept.push(keep(
            record,
            None,
            format!("导入后 {by} 又改过，没有作废"),
            format!("{by} has changed it since; it was not withdrawn"),
        ));
        return Ok(None);
    }
    if is_in_use(engine, record) {
        kept.push(keep(
            record,
            None,
            "导入后已有别的记录属于它（项目、日志等），没有作废".to_owned(),
            "other records belong to it by now; it was not withdrawn".to_owned(),
        ));
        return Ok(None);
    }
    let covers: Vec<Value> = record
        .fields
        .values()
        .flat_map(|state| &state.heads)
        .map(|head| Value::from(head.edit.to_string()))
        .collect();
    let value = Value::from([("reason", Value::from(reason)), ("covers", Value::List(covers))]);
    let replaces = record.heads_named(withdrawal::FIELD).iter().map(|head| head.edit).collect();
    Ok(Some(Undo::Withdraw(vec![Edit {
        field: known_name(withdrawal::FIELD),
        value: Some(value),
        replaces,
    }])))
}

fn body(entry: &Entry) -> Result<Option<Change>> {
    let body = entry.body.as_deref().map(|body| {
        Change::decode(body).map_err(|refusal| {
            Error::internal(anyhow::anyhow!(
                "entry {} is damaged: {}; run `siteledger verify`",
                entry.seq,
                refusal.en
            ))
        })
    });
    body.transpose()
}

/// Whether more than the record itself stands at the school or project that it is.
fn is_in_use(engine: &Engine, record: &Record) -> bool {
    let standing = engine.standing();
    let places = standing.counties.values().flat_map(|county| county.places.values());
    let here = places.filter(|place| match record.kind.as_str() {
        "school" => place.key.school == Some(record.id),
        "project" => place.key.project == Some(record.id),
        _ => false,
    });
    here.map(|place| place.digest.count).sum::<u64>() > 1
}

/// The edits that put back what the import replaced, field by field.
fn put_back_values(record: &Record, bodies: &[Change], mine: &[&Change], kept: &mut Vec<Kept>) -> Vec<Edit> {
    let values: BTreeMap<EditId, &Value> = bodies
        .iter()
        .flat_map(Change::lines)
        .filter_map(|(id, edit)| Some((id, edit.value.as_ref()?)))
        .collect();
    let mut edits = Vec::new();
    for (id, edit) in
        mine.iter().flat_map(|change| change.lines()).filter(|(_, edit)| edit.field.as_str() != "reason")
    {
        let heads = record.heads(&edit.field);
        let is_set = kinds::named(&record.kind)
            .is_some_and(|kind| kind.rule(&edit.field) == sync_protocol::record::Rule::Many);
        let others: Vec<&Head> = heads.iter().filter(|head| head.edit != id).collect();
        let stands = heads.len() > others.len();
        if !stands || (!is_set && !others.is_empty()) {
            let by = others.last().map_or("", |head| head.by_name.as_str());
            kept.push(keep(
                record,
                Some(edit.field.clone()),
                format!("导入后 {by} 又改过这一项，保持不变"),
                format!("{by} has changed this field since; it stays"),
            ));
            continue;
        }
        let mut old = edit.replaces.iter().filter_map(|replaced| values.get(replaced).copied());
        edits.push(Edit { field: edit.field.clone(), value: old.next().cloned(), replaces: vec![id] });
        // People differed about it before, and do again.
        edits.extend(old.map(|value| Edit {
            field: edit.field.clone(),
            value: Some(value.clone()),
            replaces: Vec::new(),
        }));
    }
    edits
}

fn keep(record: &Record, field: Option<FieldName>, zh: String, en: String) -> Kept {
    let name = record.incumbent("name").and_then(Value::as_text);
    Kept { record: record.id, name: name.map_or_else(|| record.id.to_string(), str::to_owned), field, zh, en }
}
