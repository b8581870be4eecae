//! What the office calls, hears, decides and publishes: meetings, visits, complaints, talks,
//! baseline checks, bulletins, evaluations.

use super::field::{Field, Key, Part, Type, Unit, Writers};
use super::{Audience, Belongs, Identity, Kind, Role, SCHOOL as OF_SCHOOL, SCHOOL_SIDE};

/// The offices of the county.
const OFFICES: &[Role] =
    &[Role::ProjectOffice, Role::EquipmentStation, Role::InspectionOffice, Role::CityOffice];

const ATTENDEE: Type = Type::Object(&[
    Part::new("name", "姓名", "name", Type::Text).required(),
    Part::new("unit", "单位", "unit", Type::Text),
    Part::new("duty", "职务", "duty", Type::Text),
]);

const DECISION: Type = Type::Object(&[
    Part::new("item", "事项", "item", Type::Text).required(),
    Part::new("owner", "责任人", "owner", Type::Text),
    Part::new("due", "期限", "due", Type::Date).ahead(),
]);

const DATE: Field = Field::one("date", "日期", "date", Type::Date).required();
const ATTENDEES: Field = Field::many("attendees", "参加人员", "attendees", ATTENDEE);
const DECISIONS: Field = Field::many("decisions", "决定事项", "decisions", DECISION);

/// A kind of the offices that may be about one school or the whole county.
const fn of_offices(
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    audience: Audience,
    fields: &'static [Field],
) -> Kind {
    Kind {
        name,
        zh,
        en,
        identity: Identity::Free,
        belongs: Belongs::ToSchoolOrCounty,
        audience,
        append_only: false,
        writers: OFFICES,
        fields,
    }
}

const MEETING: Kind = of_offices(
    "meeting",
    "会议",
    "meeting",
    Audience::Everyone,
    &[
        DATE,
        Field::one("meeting_kind", "会议类型", "kind of meeting", Type::OpenChoice("meeting_kind")),
        Field::one("subject", "议题", "subject", Type::Text),
        ATTENDEES,
        DECISIONS,
        Field::log("text", "会议记录", "minutes", Type::Text),
    ],
);

const VISIT: Kind = of_offices(
    "visit",
    "领导检查",
    "visit",
    Audience::Everyone,
    &[DATE, ATTENDEES, DECISIONS, Field::log("text", "检查情况", "what was seen", Type::Text)],
);

/// Whoever complains is protected: the school learns of it by a finding.
const COMPLAINT: Kind = of_offices(
    "complaint",
    "投诉",
    "complaint",
    Audience::Office,
    &[
        DATE,
        Field::one("channel", "渠道", "channel", Type::OpenChoice("complaint_channel")),
        Field::log("text", "投诉内容", "text", Type::Text),
        Field::latest("contact", "联系方式", "contact", Type::Text),
        Field::one("reply_due", "答复期限", "reply due", Type::Date).ahead(),
        Field::log("reply", "答复", "reply", Type::Text),
        Field::one("finding", "问题", "finding", Type::Ref("finding")),
    ],
);

const INTERVIEW: Kind = of_offices(
    "interview",
    "约谈",
    "interview",
    Audience::Office,
    &[
        DATE,
        ATTENDEES,
        Field::one("unit", "被约谈单位", "unit", Type::Text),
        Field::many("causes", "约谈事由", "causes", Type::Text),
        Field::log("requirements", "整改要求", "requirements", Type::Text),
        Field::one("deadline", "整改期限", "deadline", Type::Date).ahead(),
        Field::many("findings", "问题", "findings", Type::Ref("finding")),
        Field::one("bulletin", "通报", "bulletin", Type::Ref("bulletin")),
    ],
);

/// The school says whether it meets a bottom line, the inspection office confirms by a signoff.
const BASELINE_CHECK: Kind = Kind {
    name: "baseline_check",
    zh: "底线达标",
    en: "baseline check",
    identity: Identity::Natural(&["school", "item"]),
    belongs: Belongs::ToSchool,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SchoolTeam, Role::Principal, Role::InspectionOffice],
    fields: &[
        OF_SCHOOL.required(),
        Field::one("item", "底线要求", "item", Type::Text).required().written_by(Writers::Only(SCHOOL_SIDE)),
        Field::one("result", "结果", "result", Type::Choice("baseline_result")).required(),
        Field::many("evidence", "佐证照片", "evidence", Type::Photo),
        Field::latest("note", "说明", "note", Type::Text),
    ],
};

/// Frozen at a position in the ledger; corrected by a new version alone.
const BULLETIN: Kind = Kind {
    name: "bulletin",
    zh: "通报",
    en: "bulletin",
    identity: Identity::Free,
    belongs: Belongs::ToCounty,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::ProjectOffice, Role::InspectionOffice, Role::CityOffice],
    fields: &[
        Field::one("number", "期号", "number", Type::Text),
        Field::one("version", "版本", "version", Type::Text),
        Field::one("period", "时段", "period", Type::Text).required(),
        Field::one("cutoff", "截止台账序号", "ledger position", Type::COUNT)
            .keyed(Key { zh: "县（区）代码", en: "county", choices: None })
            .required(),
        Field::one("figures", "数据", "figures", Type::Any).required(),
        Field::log("text", "正文", "text", Type::Text),
        Field::one("corrects", "更正的通报", "corrects", Type::Ref("bulletin")),
        Field::one("published_on", "发布日期", "published on", Type::Date),
    ],
};

const EVALUATION: Kind = Kind {
    name: "evaluation",
    zh: "考评",
    en: "evaluation",
    identity: Identity::Free,
    belongs: Belongs::ToSchoolOrCounty,
    audience: Audience::Office,
    append_only: false,
    writers: &[Role::ProjectOffice, Role::InspectionOffice, Role::CityOffice],
    fields: &[
        Field::one("period", "时段", "period", Type::Text).required(),
        Field::one("scheme", "考评方案", "scheme", Type::Text),
        Field::one("subject", "考评对象", "subject", Type::Text),
        Field::one("scores", "得分", "scores", Type::COUNT)
            .keyed(Key { zh: "考评项目", en: "item", choices: None })
            .unit(Unit::HundredthPoint),
        Field::log("text", "评语", "text", Type::Text),
    ],
};

pub(super) const KINDS: &[Kind] =
    &[MEETING, VISIT, COMPLAINT, INTERVIEW, BASELINE_CHECK, BULLETIN, EVALUATION];
