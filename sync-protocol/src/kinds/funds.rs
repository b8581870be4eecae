//! 资金: what was allocated, received, applied for, paid, returned.

use super::field::{Field, Type, Unit};
use super::{Audience, Belongs, Identity, Kind, Role};

/// Append-only: a mistake is reversed by another event with the amount turned round.
///
/// A payment (拨付) counts once education and finance have both signed it.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: "fund_event",
    zh: "资金记录",
    en: "fund event",
    identity: Identity::Free,
    belongs: Belongs::ToSchoolOrCounty,
    audience: Audience::Everyone,
    append_only: true,
    // A principal applies; an application moves no money.
    writers: &[Role::Finance, Role::ProjectOffice, Role::EquipmentStation, Role::Principal],
    fields: &[
        Field::one("type", "类型", "type", Type::Choice("fund_event_type")).required(),
        Field::one("source", "来源", "source", Type::OpenChoice("fund_source")).required(),
        Field::one("amount", "金额", "amount", Type::WHOLE).unit(Unit::Fen).required(),
        Field::one("voucher", "凭证号", "voucher", Type::Text).required(),
        Field::one("date", "日期", "date", Type::Date),
        Field::one("payee", "收款单位", "payee", Type::Text),
        Field::one("contract", "合同", "contract", Type::Ref("contract")),
        Field::one("reverses", "冲销", "reverses", Type::Ref("fund_event")),
    ],
}];
