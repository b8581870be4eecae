//! The checklist 全面改薄专项督导 as shipped. A proposal, which a county edits by `checklist` records.

use serde::Serialize;

/// One thing to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CheckItem {
    /// Its code: the letter of its section and a number. The key of `items` in an inspection.
    pub code: &'static str,
    /// The section, in Chinese.
    pub section_zh: &'static str,
    /// The section, in English.
    pub section_en: &'static str,
    /// What is looked at, in Chinese.
    pub zh: &'static str,
    /// What is looked at, in English.
    pub en: &'static str,
    /// The rule that it rests on.
    pub basis: &'static str,
    /// Whether the inspector must take a photo.
    pub photo_needed: bool,
    /// How grave a failure is, from the code list `severity`.
    pub severity: &'static str,
    /// How many days a rectification may take, unless the inspector says otherwise.
    pub deadline_days: u32,
}

/// The name under which the checklist is shipped.
pub const CHECKLIST_ZH: &str = "全面改薄专项督导";
/// Its name in English.
pub const CHECKLIST_EN: &str = "inspection of the improvement programme";
/// Its version as shipped.
pub const CHECKLIST_VERSION: &str = "1";

/// A section's items: code, Chinese, English, basis, photo, severity, days.
type Row = (&'static str, &'static str, &'static str, &'static str, bool, &'static str, u32);

const fn item(section: (&'static str, &'static str), row: Row) -> CheckItem {
    let (code, zh, en, basis, photo_needed, severity, deadline_days) = row;
    CheckItem {
        code,
        section_zh: section.0,
        section_en: section.1,
        zh,
        en,
        basis,
        photo_needed,
        severity,
        deadline_days,
    }
}

const PROCEDURE: (&str, &str) = ("程序", "procedure");
const QUALITY: (&str, &str) = ("质量", "quality");
const SAFETY: (&str, &str) = ("安全", "safety");
const SCHEDULE: (&str, &str) = ("进度", "schedule");
const FUNDS: (&str, &str) = ("资金", "funds");
const EQUIPMENT: (&str, &str) = ("设备", "equipment");
const PUBLICITY: (&str, &str) = ("公开", "publicity");
const COMPLETION: (&str, &str) = ("竣工", "completion");
const PHOTO: bool = true;
const NO_PHOTO: bool = false;

/// The items, section by section.
#[rustfmt::skip] // A table reads best as one.
pub const CHECKLIST: &[CheckItem] = &[
    item(PROCEDURE, ("G01", "立项批文齐全", "the project is approved in writing", "基本建设程序（立项报建）", NO_PHOTO, "较大", 7)),
    item(PROCEDURE, ("G02", "施工图经审查合格", "the drawings were reviewed", "建设工程质量管理条例第十一条", NO_PHOTO, "较大", 7)),
    item(PROCEDURE, ("G03", "依法招投标或竞争性采购", "the works were tendered as the law demands", "招标投标法第三条", NO_PHOTO, "较大", 7)),
    item(PROCEDURE, ("G04", "施工合同签订并与中标一致", "the works contract is signed and is what was tendered", "招标投标法第四十六条", NO_PHOTO, "较大", 7)),
    item(PROCEDURE, ("G05", "监理合同签订，监理人员到岗", "supervision is contracted and the engineer is on site", "建设工程质量管理条例第十二条", PHOTO, "较大", 7)),
    item(PROCEDURE, ("G06", "签订廉洁承诺书", "the integrity pledge is signed", "工程建设廉洁承诺制度", NO_PHOTO, "一般", 15)),
    item(PROCEDURE, ("G07", "施工许可或开工备案", "there is a building permit or a filing", "建筑法第七条", NO_PHOTO, "较大", 7)),
    item(PROCEDURE, ("G08", "设计变更手续齐全", "changes of design were approved", "建设工程勘察设计管理条例第二十八条", NO_PHOTO, "较大", 7)),
    item(QUALITY, ("Q01", "材料合格证齐全，见证取样送检", "materials are certified and sampled under witness", "建设工程质量管理条例第三十一条", PHOTO, "较大", 7)),
    item(QUALITY, ("Q02", "隐蔽工程经验收并留影像", "covered works were accepted and pictures kept", "建设工程质量管理条例第三十条", PHOTO, "较大", 7)),
    item(QUALITY, ("Q03", "按图施工，无擅自变更", "the works follow the drawings", "建设工程质量管理条例第二十八条", PHOTO, "重大", 1)),
    item(QUALITY, ("Q04", "监理日志、旁站记录完整", "the engineer's log and records are complete", "建设工程质量管理条例第三十八条", NO_PHOTO, "一般", 15)),
    item(QUALITY, ("Q05", "监管工作日志按日如实记录", "the diary is written daily and truly", "全面改薄项目管理小组职责", NO_PHOTO, "一般", 15)),
    item(SAFETY, ("A01", "教学区与施工区严格隔离", "the teaching area is separated from the site", "建设工程安全生产管理条例第三十条", PHOTO, "重大", 0)),
    item(SAFETY, ("A02", "临边洞口防护、脚手架稳固", "edges are guarded and scaffolds are sound", "建设工程安全生产管理条例第二十八条", PHOTO, "重大", 1)),
    item(SAFETY, ("A03", "施工用电规范", "electricity on the site is safe", "建设工程安全生产管理条例第二十六条", PHOTO, "较大", 7)),
    item(SAFETY, ("A04", "消防设施与动火管理", "fire extinguishers and hot work are in order", "建设工程安全生产管理条例第三十一条", PHOTO, "较大", 7)),
    item(SAFETY, ("A05", "起重机械检验合格", "lifting machines were tested", "建设工程安全生产管理条例第三十五条", PHOTO, "重大", 1)),
    item(SAFETY, ("A06", "特种作业持证，佩戴安全帽", "special trades are licensed and helmets worn", "建设工程安全生产管理条例第二十五条", PHOTO, "较大", 7)),
    item(SAFETY, ("A07", "施工车辆出入口避开上下学", "vehicles keep away from pupils' ways and times", "建设工程安全生产管理条例第三十条", PHOTO, "重大", 0)),
    item(SCHEDULE, ("J01", "进度符合计划和合同工期", "the works keep to the plan and the contract", "两月一通报制度", PHOTO, "一般", 30)),
    item(SCHEDULE, ("J02", "滞后有原因分析和赶工措施", "a delay has its reasons and measures written down", "两月一通报制度", NO_PHOTO, "一般", 15)),
    item(FUNDS, ("Z01", "专户管理、专款专用", "money is kept in a special account and used for nothing else", "专项资金专户管理制度", NO_PHOTO, "较大", 7)),
    item(FUNDS, ("Z02", "按合同和进度以转账拨付", "payments follow contract and progress, by transfer", "资金拨付制度", NO_PHOTO, "较大", 7)),
    item(FUNDS, ("Z03", "无挤占、挪用、截留", "nothing was diverted or held back", "专项资金专户管理制度", NO_PHOTO, "重大", 1)),
    item(FUNDS, ("Z04", "资金台账账实相符", "the fund ledger agrees with the facts", "专项资金专户管理制度", NO_PHOTO, "一般", 15)),
    item(EQUIPMENT, ("S01", "采购清单与预算经论证", "the purchase list and its budget were examined", "政府采购法", NO_PHOTO, "一般", 15)),
    item(EQUIPMENT, ("S02", "采购程序合规", "the purchase followed the rules", "政府采购法", NO_PHOTO, "较大", 7)),
    item(EQUIPMENT, ("S03", "中标样品封存", "the winner's samples are sealed", "样品封存制度", PHOTO, "较大", 7)),
    item(EQUIPMENT, ("S04", "到货与合同、样品一致", "what came matches contract and sample", "政府采购法（履约验收）", PHOTO, "较大", 7)),
    item(EQUIPMENT, ("S05", "安装调试并开展培训", "it is installed, tested and people are trained", "采购合同", PHOTO, "一般", 15)),
    item(EQUIPMENT, ("S06", "正常使用，按学期售后服务", "it is in use and serviced each term", "采购合同", PHOTO, "一般", 30)),
    item(PUBLICITY, ("P01", "现场设置项目公示牌", "a notice board stands at the site", "信息公开公示制度", PHOTO, "一般", 15)),
    item(PUBLICITY, ("P02", "网上公开项目信息", "the project is published on the web", "政府信息公开条例", NO_PHOTO, "一般", 15)),
    item(PUBLICITY, ("P03", "公布举报电话", "a telephone number for complaints is published", "信息公开公示制度", PHOTO, "一般", 15)),
    item(COMPLETION, ("V01", "五方联合竣工验收", "the five parties accepted the works together", "建设工程质量管理条例第十六条", PHOTO, "较大", 7)),
    item(COMPLETION, ("V02", "竣工验收备案", "the acceptance was filed", "建设工程质量管理条例第四十九条", NO_PHOTO, "一般", 15)),
    item(COMPLETION, ("V03", "设置永久性标牌", "a permanent plaque is set up", "建筑工程五方责任主体项目负责人质量终身责任追究暂行办法", PHOTO, "一般", 30)),
    item(COMPLETION, ("V04", "工程资料归档", "the documents are archived", "建设工程质量管理条例第十七条", NO_PHOTO, "一般", 30)),
    item(COMPLETION, ("V05", "固定资产移交手续", "the assets were handed over", "基本建设财务规则", NO_PHOTO, "一般", 30)),
];
