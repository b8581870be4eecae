//! 检查记录: what an inspector found at a school, item by item of a checklist.

use super::field::{Field, Key, Part, Type, Unit};
use super::{Audience, Belongs, Identity, Kind, Role};

/// The checklist that was followed. The default one may be followed before it is a record.
const FOLLOWED: Type = Type::Object(&[
    Part::new("record", "检查清单", "checklist", Type::Ref("checklist")),
    Part::new("version", "版本", "version", Type::Text).required(),
]);

const TEAM_MEMBER: Type = Type::Object(&[
    Part::new("name", "姓名", "name", Type::Text).required(),
    Part::new("user", "账号", "account", Type::User),
    Part::new("unit", "单位", "unit", Type::Text),
    Part::new("duty", "职务", "duty", Type::Text),
]);

const ITEM: Type = Type::Object(&[
    Part::new("result", "结果", "result", Type::Choice("item_result")).required(),
    Part::new("score", "得分（0.01 分）", "score in hundredths", Type::WHOLE),
    Part::new("note", "说明", "note", Type::Text),
]);

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "inspection",
    zh: "检查记录",
    en: "inspection",
    identity: Identity::Free,
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[
        Role::Inspector,
        Role::InspectionOffice,
        Role::ProjectOffice,
        Role::EquipmentStation,
        Role::CityOffice,
    ],
    fields: &[
        Field::one("date", "日期", "date", Type::Date),
        Field::one("theme", "主题", "theme", Type::OpenChoice("inspection_theme")).required(),
        Field::one("checklist", "检查清单", "checklist", FOLLOWED).required(),
        Field::many("team", "检查人员", "team", TEAM_MEMBER).required(),
        Field::latest("arrived_at", "到校时间", "arrived at", Type::Moment),
        Field::latest("left_at", "离校时间", "left at", Type::Moment),
        Field::one("items", "检查项目", "items", ITEM)
            .keyed(Key { zh: "项目代码", en: "item code", choices: None })
            .required(),
        Field::one("isolation_ok", "教学区与施工区隔离", "teaching area separated from the site", Type::Bool)
            .required(),
        Field::one("score", "总分", "score", Type::COUNT).unit(Unit::HundredthPoint),
        Field::one("conclusion", "结论", "conclusion", Type::OpenChoice("inspection_conclusion")).required(),
        Field::latest("feedback", "反馈意见", "feedback", Type::Text),
    ],
}];
