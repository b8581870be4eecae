//! 进度月报: what a project has reached by the end of a month.

use super::field::{Field, Type, Unit, Writers};
use super::{Audience, Belongs, Identity, Kind, PROJECT, Role, SCHOOL_SIDE};

/// The school writes it, the office confirms it by a signoff and settles what collides.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: "progress_report",
    zh: "进度月报",
    en: "progress report",
    identity: Identity::Natural(&["project", "month"]),
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    writers: &[Role::SchoolTeam, Role::Principal, Role::ProjectOffice, Role::EquipmentStation],
    fields: &[
        PROJECT.required(),
        Field::one("month", "月份", "month", Type::Month).required().written_by(Writers::Only(SCHOOL_SIDE)),
        Field::one("started_area", "已开工面积", "area started", Type::COUNT)
            .unit(Unit::HundredthSquareMetre)
            .required(),
        Field::one("completed_area", "已竣工面积", "area completed", Type::COUNT)
            .unit(Unit::HundredthSquareMetre)
            .required(),
        Field::one("invested", "完成投资", "invested", Type::COUNT).unit(Unit::Fen).required(),
        Field::one("image_progress", "形象进度", "stage of the building", Type::OpenChoice("image_progress"))
            .required(),
        Field::latest("delay_reason", "滞后原因", "reason for the delay", Type::Text),
    ],
}];
