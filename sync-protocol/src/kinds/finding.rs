//! 问题 and what follows from it: 整改通知, 整改回复, 复查.

use super::field::{Field, Type, Unit, Writers};
use super::{Audience, Belongs, Identity, Kind, Role};

/// Who may point out a problem. What the public reports is entered by the office's desk.
const FINDERS: &[Role] = &[
    Role::Inspector,
    Role::SchoolTeam,
    Role::Principal,
    Role::SupervisingEngineer,
    Role::InspectionOffice,
    Role::ProjectOffice,
    Role::EquipmentStation,
    Role::CityOffice,
];

/// Who issues a notice.
const ISSUERS: &[Role] = &[
    Role::Inspector,
    Role::SupervisingEngineer,
    Role::InspectionOffice,
    Role::ProjectOffice,
    Role::EquipmentStation,
    Role::CityOffice,
];

/// Who takes a notice in, and who may enter that it was.
const RECEIVERS: &[Role] = &[
    Role::SchoolTeam,
    Role::Principal,
    Role::Contractor,
    Role::Inspector,
    Role::SupervisingEngineer,
    Role::InspectionOffice,
    Role::ProjectOffice,
    Role::EquipmentStation,
    Role::CityOffice,
];

const FINDING: Kind = Kind {
    name: "finding",
    zh: "问题",
    en: "finding",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: FINDERS,
    fields: &[
        Field::one("source", "来源", "source", Type::Choice("finding_source")).required(),
        Field::one("category", "类别", "category", Type::OpenChoice("finding_category")).required(),
        Field::one("severity", "严重程度", "severity", Type::Choice("severity")).required(),
        Field::log("description", "问题描述", "description", Type::Text).required(),
        Field::latest("part", "部位", "part of the works", Type::Text),
        Field::latest("basis", "依据", "basis", Type::Text),
        Field::one("deadline", "整改期限", "deadline", Type::Date).required().ahead(),
        Field::one("responsible", "责任单位", "responsible", Type::Text).required(),
        // A temporary number given offline stands until the server's own replaces it.
        Field::one("notice_no", "编号", "number", Type::Text),
        Field::one("found_on", "发现日期", "found on", Type::Date),
        Field::one("inspection", "检查记录", "inspection", Type::Ref("inspection")),
        Field::latest("item", "检查项目代码", "item of the checklist", Type::Text),
    ],
};

/// Each attempt is a record of its own, so that a second try never hides the first.
const RECTIFICATION: Kind = Kind {
    name: "rectification",
    zh: "整改回复",
    en: "rectification",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SchoolTeam, Role::Principal, Role::Contractor],
    fields: &[
        Field::one("finding", "问题", "finding", Type::Ref("finding")).required(),
        Field::log("measures", "整改措施", "measures", Type::Text).required(),
        Field::one("done_on", "完成日期", "done on", Type::Date).required(),
        Field::one("cost", "费用", "cost", Type::COUNT).unit(Unit::Fen),
        Field::many("before", "整改前照片", "photos before", Type::Photo).required(),
        Field::many("after", "整改后照片", "photos after", Type::Photo).required(),
    ],
};

/// Not the rectifier's to write, and not the project office's, whose own works these are.
const VERIFICATION: Kind = Kind {
    name: "verification",
    zh: "复查",
    en: "verification",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::Inspector, Role::InspectionOffice, Role::CityOffice],
    fields: &[
        Field::one("finding", "问题", "finding", Type::Ref("finding")).required(),
        Field::one("rectification", "整改回复", "rectification", Type::Ref("rectification")).required(),
        Field::one("result", "结果", "result", Type::Choice("verification_result")).required(),
        Field::one("date", "复查日期", "date", Type::Date).required(),
        Field::latest("note", "说明", "note", Type::Text),
    ],
};

const NOTICE: Kind = Kind {
    name: "notice",
    zh: "整改通知",
    en: "notice",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: ISSUERS,
    fields: &[
        Field::one("notice_kind", "通知类型", "kind of notice", Type::Choice("notice_kind")).required(),
        Field::one("notice_no", "编号", "number", Type::Text),
        Field::many("findings", "问题", "findings", Type::Ref("finding")).required(),
        Field::one("text", "内容", "text", Type::Text).required(),
        Field::one("issued_at", "签发时间", "issued at", Type::Moment).required(),
        Field::one("received_by", "签收人", "received by", Type::Text).written_by(Writers::Only(RECEIVERS)),
        Field::one("received_at", "签收时间", "received at", Type::Moment)
            .written_by(Writers::Only(RECEIVERS)),
    ],
};

pub(super) const KINDS: &[Kind] = &[FINDING, RECTIFICATION, VERIFICATION, NOTICE];
