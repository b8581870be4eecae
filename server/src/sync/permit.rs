//! Whether the author of a change may make it: every line by the one policy, then the rules that
//! look at more than one line.

use std::collections::BTreeSet;

use sync_protocol::change::{Change, Edit};
use sync_protocol::id::UserId;
use sync_protocol::kinds::{Belongs, Kind, Writers};
use sync_protocol::record::Record;
use sync_protocol::refusal::{Code, Refusal};
use sync_protocol::signoff::{self, Signoff, Verdict};
use sync_protocol::value::Value;
use sync_protocol::withdrawal::{self, Withdrawal};

use super::admit::{Work, Working};
use super::directory::reference;
use super::incoming::{Rights, Sender};
use super::placing::Placed;
use super::standing::{Standing, day};
use crate::access::actor::Actor;
use crate::access::policy::{self, Class, Denial, Place};
use crate::clock::Moment;

/// Whether somebody may settle there what people differ about in a field.
pub fn may_settle(actor: &Actor, at: Moment, kind: &Kind, field: &str, place: &Place) -> bool {
    let withdraws_findings = field == withdrawal::FIELD && OF_INSPECTION.contains(&kind.name);
    policy::may_write(actor, at, kind, field, place).is_ok()
        && (!withdraws_findings || policy::may_withdraw_findings(actor, at, place))
}

/// Whether nobody changes a field of a record any more: it is only added to, or was published.
pub fn is_closed(kind: &Kind, record: &Record, field: &str) -> bool {
    (kind.append_only && !ADDED_LATER.contains(&field))
        || (is_published(kind, record) && !ADDED_TO_PUBLISHED.contains(&field))
}

/// Everybody who had a hand in a record.
pub fn hands(record: &Record) -> BTreeSet<UserId> {
    record.fields.values().flat_map(|state| &state.heads).map(|head| head.by).collect()
}

/// All that one question is about.
pub(super) struct Question<'q> {
    pub(super) work: &'q Work,
    pub(super) standing: &'q Standing,
    pub(super) kind: &'q Kind,
    pub(super) change: &'q Change,
    /// The record as it would stand.
    pub(super) candidate: &'q Record,
    /// The record as it stands.
    pub(super) existing: Option<&'q Working>,
    /// Where it would belong.
    pub(super) placed: &'q Placed,
    pub(super) sender: &'q Sender,
}

/// What may be added to a record that is never edited.
const ADDED_LATER: [&str; 4] = ["signoffs", "remarks", "reason", "photos"];

/// What may be added to a bulletin that was published.
const ADDED_TO_PUBLISHED: [&str; 3] = [withdrawal::FIELD, signoff::FIELD, "remarks"];

fn is_published(kind: &Kind, record: &Record) -> bool {
    kind.name == "bulletin" && !record.heads_named("published_on").is_empty()
}

/// Checks everything that the author's rights and other people's signatures demand.
pub(super) fn check(question: &Question<'_>) -> Result<(), Refusal> {
    let_in(question)?;
    rights(question, question.work.now)?;
    over_a_conflict(question)?;
    never_edited(question)?;
    frozen_once_published(question)?;
    own_words(question)?;
    verified_by_another(question)?;
    match question.sender.rights {
        Rights::Own { .. } => {
            withdrawn_by_its_side(question)?;
            under_a_signature(question)?;
            applied_for(question)
        }
        Rights::Desk { .. } => taken_in_at_the_desk(question),
        Rights::Released { permitted_when_made, .. } => {
            signed_in_a_role_once_held(question, permitted_when_made)
        }
    }
}

/// Who found a phone that was shut out seals as its owner does: somebody asks the owner first.
fn let_in(question: &Question<'_>) -> Result<(), Refusal> {
    let Rights::Own { shut_out_since: Some(_), .. } = question.sender.rights else { return Ok(()) };
    Err(Refusal::new(
        Code::NotPermitted,
        "这台手机或账号已停用；由别人带来的内容已保存，等办公室向本人核实后处理",
        "this phone or account is shut out; what was carried from it is kept, the office asks its owner and decides",
    ))
}

/// Checks the author's rights line by line, as of a moment.
pub(super) fn rights(question: &Question<'_>, at: Moment) -> Result<(), Refusal> {
    let &Question { work, standing, kind, change, existing, placed, sender, .. } = question;
    let Rights::Own { actor, .. } = &sender.rights else { return Ok(()) };
    // Moving a record needs the right at both ends.
    let moved_from = existing.map(|existing| &existing.placed).filter(|from| *from != placed);
    for placed in std::iter::once(placed).chain(moved_from) {
        let mut place = place(work, standing, placed);
        if kind.belongs == Belongs::IsProject && place.class.is_none() {
            let named = change.value_of("class").and_then(Value::as_text);
            place.class = named.and_then(Class::named);
        }
        for edit in &change.edits {
            let base = edit.field.base();
            let signed = edit.value.as_ref().filter(|_| base == signoff::FIELD);
            let judged = match signed.map(Signoff::read).transpose()? {
                Some(signoff) => policy::may_sign(actor, at, signoff.role, kind, &place),
                None => policy::may_write(actor, at, kind, base, &place),
            };
            judged.map_err(|denial| denied(denial, kind).at(edit.field.as_str()))?;
        }
    }
    Ok(())
}

fn place(work: &Work, standing: &Standing, placed: &Placed) -> Place {
    let today = day(work.now);
    let directory = work.directory(standing, &placed.county);
    let at_school = |school| {
        let directory = directory?;
        Some((directory.township(school).map(str::to_owned), directory.zones_of(school, today)))
    };
    let (township, zones) = placed.school.and_then(at_school).unwrap_or_default();
    Place {
        county: placed.county.clone(),
        city: standing.counties.get(&placed.county).and_then(|county| county.ledger.city.clone()),
        township,
        school: placed.school,
        project: placed.project,
        class: placed.project.and_then(|project| directory?.class_of(project)),
        zones,
    }
}

fn denied(denial: Denial, kind: &Kind) -> Refusal {
    match denial {
        Denial::NotPermitted => Refusal::new(
            Code::NotPermitted,
            format!("您的角色不能填写{}的这一项；内容已保存，等办公室处理", kind.zh),
            format!("your role may not write this in a {}; it is kept, the office decides", kind.en),
        ),
        Denial::OutOfScope => Refusal::new(
            Code::OutOfScope,
            "这里不在您的负责范围内；内容已保存，等办公室处理",
            "this place is not in your scope; it is kept, the office decides",
        ),
    }
}

/// Nobody signs over a visible conflict.
fn over_a_conflict(question: &Question<'_>) -> Result<(), Refusal> {
    for edit in question.change.edits.iter().filter(|edit| edit.field.as_str() == signoff::FIELD) {
        let Some(value) = &edit.value else { continue };
        if let Some(field) = Signoff::read(value)?.signs_over_conflict(question.candidate, question.kind) {
            return Err(Refusal::invalid(
                format!("“{field}”有两种不同的内容，请先解决冲突再签字"),
                format!("{field} has two values: settle the conflict before signing"),
            )
            .at(signoff::FIELD));
        }
    }
    Ok(())
}

/// What is append-only is reversed by another record, never edited: it is only added to.
fn never_edited(question: &Question<'_>) -> Result<(), Refusal> {
    if question.existing.is_none() || !question.kind.append_only {
        return Ok(());
    }
    let edits = |edit: &&Edit| {
        let base = edit.field.base();
        !ADDED_LATER.contains(&base) || (base == "photos" && !edit.replaces.is_empty())
    };
    match question.change.edits.iter().find(edits) {
        Some(edit) => Err(Refusal::invalid(
            format!("{}不能修改：请另记一笔冲销", question.kind.zh),
            format!("a {} is never edited: reverse it by another", question.kind.en),
        )
        .at(edit.field.as_str())),
        None => Ok(()),
    }
}

/// A bulletin that was published is corrected by a new one, and by nothing else: what people were told
/// stays what they were told. It is signed, remarked upon and withdrawn.
fn frozen_once_published(question: &Question<'_>) -> Result<(), Refusal> {
    let published = |existing: &Working| is_published(question.kind, &existing.record);
    if !question.existing.is_some_and(published) {
        return Ok(());
    }
    let withdraws = question.change.edits.iter().any(|edit| edit.field.base() == withdrawal::FIELD);
    let edits = |edit: &&Edit| match edit.field.base() {
        base if ADDED_TO_PUBLISHED.contains(&base) => false,
        // What was signed is withdrawn with a reason.
        "reason" => !withdraws,
        _ => true,
    };
    match question.change.edits.iter().find(edits) {
        Some(edit) => Err(Refusal::invalid(
            "已发布的通报不能改：请另发一份更正版，写明更正哪一份",
            "a bulletin that was published is not changed: publish a new version that corrects it",
        )
        .at(edit.field.as_str())),
        None => Ok(()),
    }
}

/// Signatures and remarks are taken away by whoever gave them, and by nobody else.
fn own_words(question: &Question<'_>) -> Result<(), Refusal> {
    let Some(existing) = question.existing else { return Ok(()) };
    for edit in question.change.edits.iter().filter(|edit| !edit.replaces.is_empty()) {
        let field = question.kind.field(edit.field.base());
        if !field.is_some_and(|field| matches!(field.writers, Writers::Signers | Writers::Readers)) {
            continue;
        }
        let taken: BTreeSet<_> = edit.replaces.iter().collect();
        let heads = existing.record.heads(&edit.field);
        if heads.iter().any(|head| taken.contains(&head.edit) && head.by != question.sender.user) {
            return Err(Refusal::new(
                Code::NotPermitted,
                "签字和备注只有本人可以撤回；内容已保存，等办公室处理",
                "signatures and remarks are taken away by who gave them alone; it is kept, the office decides",
            )
            .at(edit.field.as_str()));
        }
    }
    Ok(())
}

/// The kinds by which a school is inspected: who is inspected does not withdraw them.
const OF_INSPECTION: [&str; 4] = ["inspection", "finding", "verification", "notice"];

/// What an inspection says is withdrawn by those who inspect, or by who alone wrote it.
fn withdrawn_by_its_side(question: &Question<'_>) -> Result<(), Refusal> {
    let Rights::Own { actor, .. } = &question.sender.rights else { return Ok(()) };
    let Some(existing) = question.existing else { return Ok(()) };
    let withdraws = question.change.edits.iter().any(|edit| edit.field.base() == withdrawal::FIELD);
    if !withdraws || !OF_INSPECTION.contains(&question.kind.name) {
        return Ok(());
    }
    let content = existing.record.fields.iter().filter(|(name, _)| !question.kind.is_talk(name.base()));
    let alone = content.flat_map(|(_, state)| &state.heads).all(|head| head.by == question.sender.user);
    let place = place(question.work, question.standing, question.placed);
    if alone || policy::may_withdraw_findings(actor, question.work.now, &place) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotPermitted,
        "检查和问题只能由检查方作废；内容已保存，等办公室处理",
        "what an inspection says is withdrawn by those who inspect; it is kept, the office decides",
    )
    .at(withdrawal::FIELD))
}

/// Nobody lets a signature into the ledger that was given in a role which its author never held.
fn signed_in_a_role_once_held(question: &Question<'_>, permitted_when_made: bool) -> Result<(), Refusal> {
    let signs = |edit: &Edit| edit.field.base() == signoff::FIELD && edit.value.is_some();
    if permitted_when_made || !question.change.edits.iter().any(signs) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotPermitted,
        "签字人当时没有这个角色，签字不能放行",
        "the signer did not hold that role when signing: such a signature is not released",
    )
    .at(signoff::FIELD))
}

/// The desk of the public pages begins complaints, and never comes back to one.
fn taken_in_at_the_desk(question: &Question<'_>) -> Result<(), Refusal> {
    let beyond = |edit: &&Edit| !policy::public_desk_writes(question.kind, edit.field.as_str());
    let field = match (question.existing, question.change.edits.iter().find(beyond)) {
        (None, None) => return Ok(()),
        (_, Some(edit)) => edit.field.as_str(),
        (Some(_), None) => "text",
    };
    Err(Refusal::new(
        Code::NotPermitted,
        "公众窗口只受理新的投诉",
        "the public desk takes in new complaints alone",
    )
    .at(field))
}

/// A clock that differs by less is right: what differs is how long the request was on its way.
const RIGHT_ENOUGH_MS: i64 = 60_000;

/// Nobody who has been shown somebody else's signature edits under it without a reason.
///
/// Who had not been shown it yet wrote in good faith: the record reads *changed since signed*.
fn under_a_signature(question: &Question<'_>) -> Result<(), Refusal> {
    let Rights::Own { seen, ahead_ms, .. } = &question.sender.rights else { return Ok(()) };
    let Some(existing) = question.existing else { return Ok(()) };
    let Some(edited) = question.change.edits.iter().find(|edit| !question.kind.is_talk(edit.field.base()))
    else {
        return Ok(());
    };
    if says_why(question) {
        return Ok(());
    }
    let shown = seen.get(&question.placed.county).copied().unwrap_or(0);
    let ahead_ms = ahead_ms.filter(|ahead| ahead.abs() > RIGHT_ENOUGH_MS).unwrap_or(0);
    let made_ms = question.change.made_at.moment().timestamp_millis().saturating_sub(ahead_ms);
    let signed_by_another = existing.record.heads_named(signoff::FIELD).iter().any(|head| {
        let stands = Signoff::read(&head.value).is_ok_and(|signoff| signoff.verdict != Verdict::Returned);
        // The cursor says what was shown by the time it was sent; a backlog was written before.
        let came = question.work.known.get(&head.edit.change).map(|known| known.received_at.0);
        let was_there = came.is_none_or(|came| came < made_ms);
        stands && was_there && head.by != question.sender.user && head.seq.is_some_and(|seq| seq <= shown)
    });
    if signed_by_another {
        return Err(Refusal::invalid(
            "别人已经签字确认，更正要写明原因（reason）",
            "somebody has signed this: a correction needs a reason",
        )
        .at(edited.field.as_str()));
    }
    Ok(())
}

/// Whether a change says why it is made: in `reason`, or in the withdrawal that it is.
///
/// Where the kind's own `reason` is content, such as why the works stopped, nobody adds to that who
/// takes a withdrawal back: they say why among the remarks.
fn says_why(question: &Question<'_>) -> bool {
    let Question { change, kind, .. } = question;
    let says = |base: &str| change.edits.iter().any(|edit| edit.field.base() == base && edit.value.is_some());
    let mut content = change.edits.iter().filter(|edit| !kind.is_talk(edit.field.base()));
    let is_explained = |edit: &Edit| {
        edit.field.base() == withdrawal::FIELD
            && match &edit.value {
                Some(value) => Withdrawal::read(value).is_ok_and(|withdrawal| withdrawal.reason.is_some()),
                None => !kind.is_talk("reason") && says("remarks"),
            }
    };
    says("reason") || content.all(is_explained)
}

/// A rectification is verified by somebody else than who made it.
fn verified_by_another(question: &Question<'_>) -> Result<(), Refusal> {
    let says = |edit: &Edit| !question.kind.is_talk(edit.field.base());
    if question.kind.name != "verification" || !question.change.edits.iter().any(says) {
        return Ok(());
    }
    let Some(rectification) = reference(question.candidate, "rectification") else { return Ok(()) };
    let Some(rectification) = question.work.records.get(&rectification) else {
        return Err(Refusal::invalid(
            "还没有收到要复查的整改回复",
            "the rectification to be verified has not arrived",
        )
        .at("rectification"));
    };
    if hands(&rectification.record).contains(&question.sender.user) {
        return Err(Refusal::new(
            Code::NotPermitted,
            "整改的人不能复查自己的整改",
            "nobody verifies what they rectified themselves",
        )
        .at("rectification"));
    }
    Ok(())
}

/// A principal applies for money and notes nothing else of it.
fn applied_for(question: &Question<'_>) -> Result<(), Refusal> {
    const APPLICATION: &str = "申请";
    let Rights::Own { actor, .. } = &question.sender.rights else { return Ok(()) };
    let written = question.change.edits.iter().any(|edit| !ADDED_LATER.contains(&edit.field.base()));
    if question.kind.name != "fund_event" || !written {
        return Ok(());
    }
    let applies = question.candidate.incumbent("type").and_then(Value::as_text) == Some(APPLICATION);
    let place = place(question.work, question.standing, question.placed);
    if applies || policy::may_move_money(actor, question.work.now, &place) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::NotPermitted,
        "校长只能登记资金申请；内容已保存，等办公室处理",
        "a principal notes applications for money alone; it is kept, the office decides",
    )
    .at("type"))
}
