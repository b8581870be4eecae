//! The tables that can be imported, as they are written down: which columns each has, what else
//! people call them, and what makes two rows the same record.

/// A column as it is written down here.
pub(super) struct Spec {
    pub(super) path: &'static str,
    pub(super) named: &'static str,
    pub(super) also: &'static str,
    pub(super) example: &'static str,
}

const fn col(path: &'static str, example: &'static str) -> Spec {
    Spec { path, named: "", also: "", example }
}

impl Spec {
    const fn named(self, named: &'static str) -> Self {
        Self { named, ..self }
    }

    const fn also(self, also: &'static str) -> Self {
        Self { also, ..self }
    }
}

/// The table of a kind, as it is written down here.
pub(super) struct Outline {
    pub(super) kind: &'static str,
    /// What makes two rows the same record: the first of these fields that are all filled in.
    pub(super) keys: &'static [&'static [&'static str]],
    pub(super) columns: &'static [Spec],
}

/// Stands for one column for each source of money.
pub(super) const EACH_SOURCE: &str = "funding/*";

pub(super) const OUTLINES: &[Outline] = &[
    Outline {
        kind: "division",
        keys: &[&["code"]],
        columns: &[
            col("code", "350823101").named("区划代码").also("代码|行政区划代码"),
            col("name", "示例乡").also("区划名称|乡镇名称"),
            col("level", "乡镇（街道）"),
            col("parent", "350823").also("上级代码"),
            col("from", "2014-01-01"),
            col("to", ""),
            // Of the county's own row: it publishes, or does not.
            col("disclosed", "").also("公开|是否公开"),
        ],
    },
    Outline {
        kind: "school",
        keys: &[&["code"], &["name", "township"]],
        columns: &[
            col("name", "某某中心小学").also("学校|学校名称|学校全称"),
            col("township", "350823101").named("乡镇").also("乡镇（街道）|乡镇街道|乡镇代码|所在乡镇"),
            col("category", "小学").also("学校类别|办学类型"),
            col("code", "3135000001").also("标识码|学校代码"),
            col("pupils", "320").also("学生数|在校学生数"),
            col("boarders", "45").also("寄宿学生数"),
            col("central_school", "").also("所属中心校|中心校"),
            col("position@lat", "25.0512").named("纬度").also("纬度（°）|北纬"),
            col("position@lon", "116.4203").named("经度").also("经度（°）|东经"),
            col("position@datum", "GPS").named("坐标系").also("坐标来源"),
        ],
    },
    Outline {
        kind: "programme",
        keys: &[&["name"]],
        columns: &[
            col("name", "全面改薄").named("工程名称").also("名称|工程"),
            col("from_year", "2014"),
            col("to_year", "2018"),
        ],
    },
    Outline {
        kind: "plan",
        keys: &[&["name", "version"]],
        columns: &[
            col("name", "全面改薄五年规划").named("规划名称").also("名称|规划"),
            col("version", "2014").also("规划版本"),
            col("programme", "全面改薄"),
            col("from_year", "2014"),
            col("to_year", "2018"),
            col("planned_area", "54263"),
            col(EACH_SOURCE, "100"),
            col("document_no", "示教〔2014〕1号"),
            col("approved_on", "2014-03-01"),
        ],
    },
    Outline {
        kind: "project",
        keys: &[&["school", "name"]],
        columns: &[
            col("name", "教学楼").also("名称|项目"),
            col("school", "某某中心小学").also("项目学校|学校名称|学校标识码"),
            col("class", "校园校舍建设类").also("类别"),
            col("work_type", "新建").also("建设类型"),
            col("building_use", "教学及辅助用房").also("建设内容"),
            col("programme", "全面改薄"),
            col("plan", "全面改薄五年规划 2014"),
            col("plan_year", "2016").also("规划年度|计划年度"),
            col("planned_area", "1200").also("建筑面积|建设面积"),
            col(EACH_SOURCE, "60.5"),
            col("lead_official", "某某").also("包干局领导"),
        ],
    },
    Outline {
        kind: "zone_scheme",
        keys: &[&["name"]],
        columns: &[
            col("name", "督导责任区方案").named("方案名称").also("名称|分区方案"),
            col("purpose", "督导责任区"),
            col("from", "2014-09-01"),
            col("to", ""),
        ],
    },
    Outline {
        kind: "zone",
        keys: &[&["scheme", "name"]],
        columns: &[
            col("scheme", "督导责任区方案").also("方案|方案名称"),
            col("name", "第一责任区").named("责任区").also("名称|责任区名称|片区"),
            col("schools.school", "某某中心小学").also("学校名称|学校标识码"),
            col("inspectors.name", "某某").named("责任督学").also("督学|督学姓名"),
            col("inspectors.user", "").named("督学账号").also("账号|用户名|登录名"),
            col(".from", "2014-09-01").named("开始日期").also("起始日期"),
            col(".to", "").named("结束日期").also("截止日期"),
        ],
    },
    Outline {
        kind: "checklist",
        keys: &[&["name", "version"]],
        columns: &[
            col("name", "全面改薄专项督导").named("清单名称").also("名称|检查清单"),
            col("version", "2014").also("清单版本"),
            col("theme", "全面改薄").also("检查主题"),
            col("items/", "G01").named("项目代码").also("代码|编号"),
            col("items.text", "立项批文").also("内容|检查项目"),
            col("items.section", "程序"),
            col("items.basis", ""),
            col("items.photo_needed", "是"),
            col("items.severity", "一般"),
            col("items.deadline_days", "15").also("整改期限"),
            col("from", "2014-09-01"),
            col("to", ""),
        ],
    },
    Outline {
        kind: "contract",
        keys: &[&["contract_no"], &["name"]],
        columns: &[
            col("contract_no", "2016-001").also("合同号|编号"),
            col("name", "某某中心小学教学楼施工合同").also("名称"),
            col("contract_kind", "施工").also("类型"),
            col("school", "某某中心小学").also("学校名称"),
            col("projects", "某某中心小学/教学楼").also("项目名称"),
            col("party", "某某建筑公司").also("承包人|中标单位|供应商"),
            col("amount", "58.3").also("合同价|合同价款"),
            col("signed_on", "2016-03-01"),
            col("start", "2016-03-15").also("合同开工日期"),
            col("end", "2016-11-30").also("合同竣工日期"),
            col("retention_bp", "5"),
        ],
    },
    Outline {
        kind: "equipment_item",
        keys: &[&["school", "project", "contract", "name", "spec", "model"]],
        columns: &[
            col("name", "课桌凳").also("设备名称"),
            col("class", "课桌凳").also("设备类别"),
            col("spec", "600×400×760").also("规格参数"),
            col("model", "ZY-1"),
            col("qty", "45"),
            col("unit", "套").also("计量单位"),
            col("unit_price", "260").also("价格"),
            col("school", "某某中心小学").also("学校名称"),
            col("project", "").also("项目名称"),
            col("contract", "2016-001").also("合同编号"),
            col(EACH_SOURCE, "1.17"),
        ],
    },
];
