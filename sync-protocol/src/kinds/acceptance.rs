//! 隐蔽验收 and 竣工验收: what the parties found together.

use super::field::{Field, Key, Part, Type};
use super::{Audience, Belongs, Identity, Kind, PROJECT, Role};

const OPINION: Type = Type::Object(&[
    Part::new("unit", "单位", "unit", Type::Text).required(),
    Part::new("person", "人员", "person", Type::Text).required(),
    Part::new("opinion", "意见", "opinion", Type::Text),
    Part::new("signed_at", "签字时间", "signed at", Type::Moment),
]);

/// What each party says, one value a party: 勘察 设计 施工 监理 建设 学校.
const PARTIES: Field = Field::one("parties", "各方意见", "parties", OPINION).keyed(Key {
    zh: "参验方",
    en: "party",
    choices: Some("party_role"),
});

const CONCLUSION: Field =
    Field::one("conclusion", "结论", "conclusion", Type::Choice("acceptance_conclusion")).required();

const CONCEALED_ACCEPTANCE: Kind = Kind {
    name: "concealed_acceptance",
    zh: "隐蔽验收",
    en: "concealed acceptance",
    identity: Identity::Free,
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SchoolTeam, Role::Principal, Role::SupervisingEngineer, Role::Contractor],
    fields: &[
        PROJECT.required(),
        Field::one("part", "部位", "part of the works", Type::Text).required(),
        Field::one("date", "日期", "date", Type::Date),
        Field::log("content", "验收内容", "content", Type::Text),
        PARTIES,
        CONCLUSION,
    ],
};

const ACCEPTANCE: Kind = Kind {
    name: "acceptance",
    zh: "竣工验收",
    en: "acceptance",
    identity: Identity::Free,
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[
        Role::SchoolTeam,
        Role::Principal,
        Role::SupervisingEngineer,
        Role::Contractor,
        Role::ProjectOffice,
        Role::EquipmentStation,
    ],
    fields: &[
        PROJECT.required(),
        Field::one("part", "验收范围", "what is accepted", Type::Text).required(),
        Field::one("date", "日期", "date", Type::Date),
        Field::log("content", "验收内容", "content", Type::Text),
        PARTIES,
        CONCLUSION,
        Field::one("filing_no", "备案号", "filing number", Type::Text),
        Field::many("plaque_photos", "永久标牌照片", "photos of the plaque", Type::Photo),
    ],
};

pub(super) const KINDS: &[Kind] = &[CONCEALED_ACCEPTANCE, ACCEPTANCE];
