//! Equipment: what is to be bought, the sealed samples, what came, and the service afterwards.

use super::field::{Field, Key, Type, Unit};
use super::{Audience, Belongs, Identity, Kind, Role};

/// The station buys, for one school or for the county.
const STATION: &[Role] = &[Role::EquipmentStation];
/// The school takes in what comes.
const TAKERS: &[Role] = &[Role::SchoolTeam, Role::Principal, Role::EquipmentStation];

const EQUIPMENT_ITEM: Kind = Kind {
    name: "equipment_item",
    zh: "设备清单",
    en: "equipment item",
    identity: Identity::Free,
    belongs: Belongs::ToSchoolOrCounty,
    audience: Audience::Everyone,
    append_only: false,
    writers: STATION,
    fields: &[
        Field::one("name", "名称", "name", Type::Text).required(),
        Field::one("class", "类别", "class", Type::OpenChoice("equipment_class")),
        Field::one("spec", "规格", "specification", Type::Text).required(),
        Field::one("model", "型号", "model", Type::Text).required(),
        Field::one("qty", "数量", "quantity", Type::Number).unit(Unit::Piece).required(),
        Field::one("unit", "单位", "unit", Type::OpenChoice("unit")).required(),
        Field::one("unit_price", "单价", "unit price", Type::COUNT).unit(Unit::Fen).required(),
        Field::one("contract", "合同", "contract", Type::Ref("contract")),
        Field::one("funding", "资金来源", "funding by source", Type::COUNT)
            .keyed(Key { zh: "来源", en: "source", choices: Some("fund_source") })
            .unit(Unit::Fen),
    ],
};

const SAMPLE: Kind = Kind {
    name: "sample",
    zh: "封样",
    en: "sample",
    identity: Identity::Free,
    belongs: Belongs::ToSchoolOrCounty,
    audience: Audience::Everyone,
    append_only: false,
    writers: STATION,
    fields: &[
        Field::one("item", "设备", "item", Type::Ref("equipment_item")),
        Field::one("seal_no", "封条编号", "seal number", Type::Text).required(),
        Field::one("sealed_on", "封样日期", "sealed on", Type::Date),
        Field::one("supplier", "供应商", "supplier", Type::Text),
        Field::latest("kept_at", "存放地点", "kept at", Type::Text),
    ],
};

/// Counted by the one who signs for the school and by the station: a difference must show, so
/// the quantities are decided on and not added up. It takes three signatures.
const EQUIPMENT_RECEIPT: Kind = Kind {
    name: "equipment_receipt",
    zh: "到货验收",
    en: "equipment receipt",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: TAKERS,
    fields: &[
        Field::one("item", "设备", "item", Type::Ref("equipment_item")),
        Field::one("sample", "封样", "sample", Type::Ref("sample")),
        Field::one("date", "到货日期", "date", Type::Date),
        Field::one("delivered_qty", "到货数量", "quantity delivered", Type::Number)
            .unit(Unit::Piece)
            .required(),
        Field::one("accepted_qty", "验收数量", "quantity accepted", Type::Number)
            .unit(Unit::Piece)
            .required(),
        Field::many("box_photos", "开箱照片", "photos of the box", Type::Photo).required(),
        Field::many("plate_photos", "铭牌照片", "photos of the nameplate", Type::Photo).required(),
        Field::many("sample_photos", "样品比对照片", "photos beside the sample", Type::Photo).required(),
        Field::one("matches_contract", "与合同一致", "matches the contract", Type::Bool).required(),
        Field::one("matches_sample", "与封样一致", "matches the sample", Type::Bool).required(),
        Field::one("seal_intact", "封条完好", "seal intact", Type::Bool).required(),
        Field::latest("note", "说明", "note", Type::Text),
    ],
};

const SERVICE_VISIT: Kind = Kind {
    name: "service_visit",
    zh: "售后服务",
    en: "service visit",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: TAKERS,
    fields: &[
        Field::one("item", "设备", "item", Type::Ref("equipment_item")),
        Field::one("date", "日期", "date", Type::Date).required(),
        Field::one("supplier", "供应商", "supplier", Type::Text),
        Field::log("work_done", "服务内容", "work done", Type::Text).required(),
        Field::one("in_order", "设备正常", "in order", Type::Bool),
    ],
};

pub(super) const KINDS: &[Kind] = &[EQUIPMENT_ITEM, SAMPLE, EQUIPMENT_RECEIPT, SERVICE_VISIT];
