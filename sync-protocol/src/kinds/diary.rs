//! 监管工作日志: the core record, one a project and day.

use super::field::{Field, Key, Part, Type, Unit, Writers};
use super::{Audience, Belongs, Identity, Kind, PROJECT, Role, SCHOOL_SIDE};

/// Parts of the works worked on that day.
const PART: Type = Type::Object(&[
    Part::new("part", "部位", "part of the works", Type::Text).required(),
    Part::new("axis", "轴线", "axis", Type::Text),
    Part::new("floor", "楼层", "floor", Type::Text),
    Part::new("text", "说明", "note", Type::Text),
]);

const MACHINE: Type = Type::Object(&[
    Part::new("name", "机械名称", "machine", Type::Text).required(),
    Part::new("qty", "数量", "quantity", Type::COUNT),
    Part::new("text", "说明", "note", Type::Text),
]);

const MATERIAL: Type = Type::Object(&[
    Part::new("name", "材料名称", "material", Type::Text).required(),
    Part::new("spec", "规格型号", "specification", Type::Text),
    Part::new("qty", "数量", "quantity", Type::Number),
    Part::new("unit", "单位", "unit", Type::OpenChoice("unit")),
    Part::new("supplier", "供应商", "supplier", Type::Text),
    Part::new("certificate", "合格证号", "certificate", Type::Text),
    Part::new("sampled", "见证取样", "sampled under witness", Type::Bool),
]);

const SUPERVISION: Type = Type::Object(&[
    Part::new("way", "方式", "way", Type::OpenChoice("supervision_way")).required(),
    Part::new("part", "部位", "part of the works", Type::Text),
    Part::new("from", "开始", "from", Type::Time),
    Part::new("to", "结束", "to", Type::Time),
    Part::new("text", "内容", "note", Type::Text),
    Part::new("result", "结果", "result", Type::Text),
]);

const PROBLEM: Type = Type::Object(&[
    Part::new("category", "类别", "category", Type::OpenChoice("finding_category")),
    Part::new("text", "问题", "problem", Type::Text).required(),
    Part::new("handling", "处理情况", "handling", Type::Text),
    Part::new("finding", "问题单", "finding", Type::Ref("finding")),
]);

const VISITOR: Type = Type::Object(&[
    Part::new("unit", "单位", "unit", Type::Text),
    Part::new("name", "姓名", "name", Type::Text).required(),
    Part::new("opinion", "意见", "opinion", Type::Text),
]);

const TEMPERATURE: Type = Type::Int { min: -600, max: 600 };

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "diary",
    zh: "监管工作日志",
    en: "diary",
    identity: Identity::Natural(&["project", "date"]),
    belongs: Belongs::ToProject,
    audience: Audience::Everyone,
    append_only: false,
    // The offices settle what collides: they write into a diary, but `date` is the school's, so that
    // nobody else begins one.
    writers: &[Role::SchoolTeam, Role::Principal, Role::ProjectOffice, Role::EquipmentStation],
    fields: &[
        PROJECT.required(),
        Field::one("date", "日期", "date", Type::Date).required().written_by(Writers::Only(SCHOOL_SIDE)),
        Field::one("work_status", "当日状态", "work status", Type::Choice("work_status")).required(),
        Field::latest("idle_reason", "未施工原因", "reason for no work", Type::Text),
        Field::latest("weather_am", "上午天气", "weather, morning", Type::OpenChoice("weather")).required(),
        Field::latest("weather_pm", "下午天气", "weather, afternoon", Type::OpenChoice("weather")).required(),
        Field::latest("temp_min", "最低气温", "lowest temperature", TEMPERATURE).unit(Unit::TenthCelsius),
        Field::latest("temp_max", "最高气温", "highest temperature", TEMPERATURE).unit(Unit::TenthCelsius),
        Field::many("parts", "施工部位", "parts of the works", PART).required_if("work_status", "working"),
        Field::one("crew", "各工种人数", "crew by trade", Type::COUNT)
            .keyed(Key { zh: "工种", en: "trade", choices: Some("trade") })
            .unit(Unit::People),
        Field::many("machines", "机械设备", "machines", MACHINE),
        Field::many("materials", "进场材料", "materials delivered", MATERIAL),
        Field::log("progress_text", "施工进展", "progress", Type::Text).required(),
        Field::one("image_progress", "形象进度", "stage of the building", Type::OpenChoice("image_progress")),
        Field::one("progress_bp", "完成比例", "share completed", Type::Int { min: 0, max: 10_000 })
            .unit(Unit::BasisPoint),
        Field::one("supervisor_present", "监理到岗", "supervising engineer present", Type::Bool).required(),
        Field::many("supervision", "监理活动", "supervision", SUPERVISION),
        Field::one("isolation_ok", "教学区与施工区隔离", "teaching area separated from the site", Type::Bool)
            .required(),
        Field::one("safety_ok", "安全情况良好", "safety in order", Type::Bool).required(),
        Field::one("quality_ok", "质量情况良好", "quality in order", Type::Bool).required(),
        Field::many("problems", "发现的问题", "problems", PROBLEM),
        Field::many("visitors", "来访与检查", "visitors", VISITOR),
        Field::latest("late_reason", "补记原因", "reason for the late entry", Type::Text),
    ],
}];
