//! A project and what happens to it: stages, suspensions, changes of design, contracts.

use super::field::{Field, Key, Part, Type, Unit, Writers};
use super::{Audience, Belongs, Identity, Kind, PROJECT as OF_PROJECT, Role, SCHOOL};

/// 改薄办 has the buildings, 装备站 the equipment.
const OFFICES: &[Role] = &[Role::ProjectOffice, Role::EquipmentStation];
/// Who brings the papers together.
const DOSSIER_WRITERS: &[Role] =
    &[Role::SchoolTeam, Role::Principal, Role::ProjectOffice, Role::EquipmentStation];

const DOCUMENT: Type = Type::Object(&[
    Part::new("document_no", "文号", "document number", Type::Text),
    Part::new("date", "日期", "date", Type::Date),
    Part::new("issued_by", "发文单位", "issued by", Type::Text),
    Part::new("note", "说明", "note", Type::Text),
]);

const PROJECT: Kind = Kind {
    name: "project",
    zh: "项目",
    en: "project",
    identity: Identity::Free,
    belongs: Belongs::IsProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: OFFICES,
    fields: &[
        Field::one("name", "项目名称", "name", Type::Text).required(),
        SCHOOL.required(),
        Field::one("class", "项目类别", "class", Type::Choice("project_class")).required(),
        Field::one("work_type", "建设性质", "type of works", Type::OpenChoice("work_type")).required(),
        Field::many("building_use", "用途", "use", Type::OpenChoice("building_use")),
        Field::one("programme", "工程", "programme", Type::Ref("programme")),
        Field::one("plan", "规划", "plan", Type::Ref("plan")),
        Field::one("plan_year", "年度", "year of the plan", Type::Int { min: 1900, max: 2999 }),
        Field::one("planned_area", "规划面积", "planned area", Type::COUNT).unit(Unit::HundredthSquareMetre),
        Field::one("funding", "资金来源", "funding by source", Type::COUNT)
            .keyed(Key { zh: "来源", en: "source", choices: Some("fund_source") })
            .unit(Unit::Fen),
        Field::one("lead_official", "包干领导", "leading official", Type::Text),
        Field::one("dossier", "项目档案", "dossier", DOCUMENT)
            .keyed(Key { zh: "材料", en: "document", choices: Some("dossier_item") })
            .written_by(Writers::Only(DOSSIER_WRITERS)),
        Field::one("position", "位置", "position", Type::Position),
    ],
};

/// A stage is never written: it follows from these.
const STAGE_EVENT: Kind = Kind {
    name: "stage_event",
    zh: "阶段节点",
    en: "stage event",
    identity: Identity::Free,
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SchoolTeam, Role::Principal, Role::ProjectOffice, Role::EquipmentStation],
    fields: &[
        OF_PROJECT.required(),
        Field::one("stage", "阶段", "stage", Type::Choice("stage")).required(),
        Field::one("date", "日期", "date", Type::Date).required(),
        Field::one("document_no", "文号", "document number", Type::Text),
        Field::many("evidence", "佐证照片", "evidence", Type::Photo),
    ],
};

const SUSPENSION: Kind = Kind {
    name: "suspension",
    zh: "停工期",
    en: "suspension",
    identity: Identity::Free,
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SupervisingEngineer, Role::ProjectOffice],
    fields: &[
        OF_PROJECT.required(),
        Field::one("from", "开始日期", "from", Type::Date).required(),
        Field::one("to", "结束日期", "to", Type::Date),
        Field::log("reason", "停工原因", "reason for the suspension", Type::Text).required(),
        Field::one("order", "停工令", "order", Type::Ref("notice")),
    ],
};

/// Asked for by the school, checked by the supervising engineer, approved by the office, each by
/// a signoff.
const DESIGN_CHANGE: Kind = Kind {
    name: "design_change",
    zh: "设计变更",
    en: "design change",
    identity: Identity::Free,
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SchoolTeam, Role::Principal, Role::SupervisingEngineer, Role::ProjectOffice],
    fields: &[
        OF_PROJECT.required(),
        Field::log("reason", "变更原因", "reason for the change of design", Type::Text).required(),
        Field::one("content", "变更内容", "content", Type::Text),
        Field::one("drawing", "图号", "drawing", Type::Text),
        Field::many("drawing_photos", "图纸照片", "photos of the drawing", Type::Photo),
        Field::one("cost_delta", "造价增减", "change of cost", Type::WHOLE).unit(Unit::Fen),
    ],
};

/// It may cover several projects, and then belongs to the county.
const CONTRACT: Kind = Kind {
    name: "contract",
    zh: "合同",
    en: "contract",
    identity: Identity::Free,
    belongs: Belongs::ToSchoolOrCounty,
    audience: Audience::Everyone,
    append_only: false,
    writers: OFFICES,
    fields: &[
        Field::one("contract_no", "合同编号", "contract number", Type::Text),
        Field::one("name", "合同名称", "name", Type::Text).required(),
        Field::one("contract_kind", "合同类型", "kind of contract", Type::OpenChoice("contract_kind"))
            .required(),
        Field::many("projects", "项目", "projects", Type::Ref("project")),
        Field::one("party", "承包单位", "contracted unit", Type::Text).required(),
        Field::one("amount", "合同金额", "amount", Type::COUNT).unit(Unit::Fen).required(),
        Field::one("signed_on", "签订日期", "signed on", Type::Date),
        Field::one("start", "开工日期", "start", Type::Date),
        Field::one("end", "竣工日期", "end", Type::Date),
        Field::one("retention_bp", "质保金比例", "retention", Type::Int { min: 0, max: 10_000 })
            .unit(Unit::BasisPoint),
    ],
};

pub(super) const KINDS: &[Kind] = &[PROJECT, STAGE_EVENT, SUSPENSION, DESIGN_CHANGE, CONTRACT];
