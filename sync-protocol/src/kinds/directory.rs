//! What everything else refers to: divisions, schools, the plan, the grid, lists and checklists.

use super::field::{Field, Key, Part, Type, Unit};
use super::{Audience, Belongs, COUNTY, Identity, Kind, Role};

/// Who keeps the plan and the schools.
const OFFICE: &[Role] = &[Role::ProjectOffice];
/// Who keeps the grid.
const GRID: &[Role] = &[Role::InspectionOffice, Role::ProjectOffice];

const MEMBER: Type = Type::Object(&[
    Part::new("school", "学校", "school", Type::Ref("school")).required(),
    Part::new("from", "开始日期", "from", Type::Date),
    Part::new("to", "结束日期", "to", Type::Date),
]);

const INSPECTOR: Type = Type::Object(&[
    Part::new("name", "姓名", "name", Type::Text).required(),
    Part::new("user", "账号", "account", Type::User),
    Part::new("from", "开始日期", "from", Type::Date),
    Part::new("to", "结束日期", "to", Type::Date),
]);

/// An item of a county's own checklist, as those of [`super::CHECKLIST`].
const CHECK_ITEM: Type = Type::Object(&[
    Part::new("text", "检查内容", "what is looked at", Type::Text).required(),
    Part::new("section", "分类", "section", Type::Text),
    Part::new("basis", "依据", "basis", Type::Text),
    Part::new("photo_needed", "必须拍照", "photo needed", Type::Bool),
    Part::new("severity", "严重程度", "severity if failed", Type::Choice("severity")),
    Part::new("deadline_days", "整改期限（天）", "days to rectify", Type::COUNT),
]);

const LIST_ENTRY: Type = Type::Object(&[
    Part::new("zh", "中文名称", "name in Chinese", Type::Text).required(),
    Part::new("en", "英文名称", "name in English", Type::Text),
    Part::new("order", "顺序", "order", Type::WHOLE),
    Part::new("hidden", "不再使用", "no longer offered", Type::Bool),
]);

/// A kind that belongs to the county and is read by everybody there.
const fn of_county(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    writers: &'static [Role],
    fields: &'static [Field],
) -> Kind {
    Kind {
        name,
        zh,
        en,
        identity: Identity::Free,
        belongs: Belongs::ToCounty,
        audience: Audience::Everyone,
        append_only: false,
        writers,
        fields,
    }
}

/// A node of city → county → township. Divisions are merged and split, so each has its dates.
const DIVISION: Kind = Kind {
    identity: Identity::Natural(&["code"]),
    ..of_county(
        "division",
        "行政区划",
        "division",
        GRID,
        &[
            Field::one("code", "区划代码", "code", Type::Digits { min: 6, max: 12 }).required(),
            Field::one("name", "名称", "name", Type::Text).required(),
            Field::one("level", "级别", "level", Type::Choice("division_level")).required(),
            Field::one("parent", "上级区划代码", "code of the parent", Type::Digits { min: 6, max: 12 }),
            Field::one("from", "开始日期", "from", Type::Date),
            Field::one("to", "结束日期", "to", Type::Date),
            // A county is on the internet when it says so of itself, and not before.
            Field::one("disclosed", "网上公开", "published on the internet", Type::Bool),
        ],
    )
};

const SCHOOL: Kind = Kind {
    name: "school",
    zh: "学校",
    en: "school",
    identity: Identity::Free,
    belongs: Belongs::IsSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: OFFICE,
    fields: &[
        Field::one("name", "校名", "name", Type::Text).required(),
        COUNTY.required(),
        Field::one("township", "乡镇（街道）", "township", Type::TOWNSHIP).required(),
        Field::one("category", "类别", "category", Type::OpenChoice("school_category")).required(),
        // An attribute and no key: a teaching point may have none of its own.
        Field::one("code", "学校标识码", "school code", Type::Digits { min: 10, max: 10 }),
        Field::one("position", "位置", "position", Type::Position),
        Field::one("pupils", "在校生数", "pupils", Type::COUNT).unit(Unit::People),
        Field::one("boarders", "寄宿生数", "boarders", Type::COUNT).unit(Unit::People),
        Field::one("central_school", "中心学校", "central school", Type::Ref("school")),
    ],
};

const YEAR: Type = Type::Int { min: 1900, max: 2999 };

const PROGRAMME: Kind = of_county(
    "programme",
    "工程",
    "programme",
    OFFICE,
    &[
        Field::one("name", "名称", "name", Type::Text).required(),
        Field::one("from_year", "开始年度", "first year", YEAR),
        Field::one("to_year", "结束年度", "last year", YEAR),
    ],
);

/// One version of a plan: every rate names the version that it is a share of.
const PLAN: Kind = of_county(
    "plan",
    "规划",
    "plan",
    OFFICE,
    &[
        Field::one("programme", "工程", "programme", Type::Ref("programme")),
        Field::one("name", "名称", "name", Type::Text).required(),
        Field::one("version", "版本", "version", Type::Text).required(),
        Field::one("from_year", "开始年度", "first year", YEAR),
        Field::one("to_year", "结束年度", "last year", YEAR),
        Field::one("planned_area", "规划面积", "planned area", Type::COUNT).unit(Unit::HundredthSquareMetre),
        Field::one("funding", "规划资金", "planned funding by source", Type::COUNT)
            .keyed(Key { zh: "来源", en: "source", choices: Some("fund_source") })
            .unit(Unit::Fen),
        Field::one("document_no", "文号", "document number", Type::Text),
        Field::one("approved_on", "批准日期", "approved on", Type::Date),
    ],
);

const ZONE_SCHEME: Kind = of_county(
    "zone_scheme",
    "分区方案",
    "zone scheme",
    GRID,
    &[
        Field::one("name", "名称", "name", Type::Text).required(),
        Field::one("purpose", "用途", "purpose", Type::Choice("zone_purpose")).required(),
        Field::one("from", "开始日期", "from", Type::Date),
        Field::one("to", "结束日期", "to", Type::Date),
    ],
);

const ZONE: Kind = of_county(
    "zone",
    "责任区",
    "zone",
    GRID,
    &[
        Field::one("scheme", "分区方案", "scheme", Type::Ref("zone_scheme")).required(),
        Field::one("name", "名称", "name", Type::Text).required(),
        Field::many("schools", "学校", "schools", MEMBER),
        Field::many("inspectors", "责任督学", "inspectors", INSPECTOR),
    ],
);

const CHECKLIST: Kind = of_county(
    "checklist",
    "检查清单",
    "checklist",
    &[Role::InspectionOffice],
    &[
        Field::one("name", "名称", "name", Type::Text).required(),
        Field::one("theme", "主题", "theme", Type::OpenChoice("inspection_theme")).required(),
        Field::one("version", "版本", "version", Type::Text).required(),
        Field::one("items", "检查项目", "items", CHECK_ITEM)
            .keyed(Key { zh: "项目代码", en: "item code", choices: None })
            .required(),
        Field::one("from", "启用日期", "from", Type::Date),
        Field::one("to", "停用日期", "to", Type::Date),
    ],
);

/// A county's own version of an open code list.
const CODE_LIST: Kind = of_county(
    "code_list",
    "代码表",
    "code list",
    &[Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice],
    &[
        Field::one("list", "代码表名", "list", Type::Text).required(),
        Field::one("entries", "代码", "entries", LIST_ENTRY)
            .keyed(Key { zh: "代码", en: "code", choices: None })
            .required(),
    ],
);

pub(super) const KINDS: &[Kind] =
    &[DIVISION, SCHOOL, PROGRAMME, PLAN, ZONE_SCHEME, ZONE, CHECKLIST, CODE_LIST];
