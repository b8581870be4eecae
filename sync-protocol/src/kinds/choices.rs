//! Code lists as shipped. A closed one is part of the protocol; an open one is edited by the
//! county (`code_list` records), so any text is kept in a field that names it.
//!
//! Where the programme has a word of its own (晴, 钢筋工, 主体二层, 重大) the stored code is that word:
//! it stands in the county's documents, and a reader without the list still reads it. Codes in
//! English are ours.

use serde::Serialize;

/// One choice of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is stored.
    pub code: &'static str,
    /// What people read, in Chinese.
    pub zh: &'static str,
    /// What people read, in English.
    pub en: &'static str,
}

/// A code list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ChoiceList {
    /// Its name, as fields refer to it.
    pub name: &'static str,
    /// Whether the county may edit it.
    pub open: bool,
    /// Its choices in order.
    pub choices: &'static [Choice],
}

impl ChoiceList {
    /// The list with that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CHOICE_LISTS.iter().find(|list| list.name == name)
    }
}

/// A list that is part of the protocol.
const fn closed(name: &'static str, choices: &'static [Choice]) -> ChoiceList {
    ChoiceList { name, open: false, choices }
}

/// A list that the county edits.
const fn open(name: &'static str, choices: &'static [Choice]) -> ChoiceList {
    ChoiceList { name, open: true, choices }
}

const fn choice(code: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { code, zh, en }
}

/// A choice that is stored in the programme's own word.
const fn word(zh: &'static str, en: &'static str) -> Choice {
    choice(zh, zh, en)
}

/// All lists: closed ones first.
pub const CHOICE_LISTS: &[ChoiceList] = &[
    closed(
        "work_status",
        &[
            choice("working", "施工", "working"),
            choice("idle", "未施工", "idle"),
            choice("suspended", "停工", "suspended"),
        ],
    ),
    closed(
        "finding_source",
        &[
            choice("owner", "业主监督", "owner's supervision"),
            choice("professional", "专业监督", "professional supervision"),
            choice("public", "社会监督", "public supervision"),
        ],
    ),
    closed("severity", &[word("一般", "ordinary"), word("较大", "considerable"), word("重大", "grave")]),
    closed(
        "item_result",
        &[word("合格", "passed"), word("不合格", "failed"), word("不适用", "does not apply")],
    ),
    closed("verification_result", &[word("通过", "passed"), word("不通过", "not passed")]),
    closed(
        "notice_kind",
        &[
            word("整改通知单", "rectification notice"),
            word("停工令", "order to stop work"),
            word("复工令", "order to resume work"),
        ],
    ),
    closed(
        "project_class",
        &[
            choice("building", "校园校舍建设类", "buildings and grounds"),
            choice("equipment", "设施设备类", "facilities and equipment"),
        ],
    ),
    closed(
        "stage",
        &[
            word("立项报建", "approval"),
            word("图纸设计", "design"),
            word("施工发包", "tender"),
            word("开工", "start of works"),
            word("质量监督", "quality supervision"),
            word("竣工验收", "acceptance"),
            word("竣工备案", "filing"),
            word("投入使用", "put to use"),
            word("工程结算", "settlement"),
            word("资产移交", "hand-over of assets"),
            word("永久标牌", "permanent plaque"),
            word("项目关闭", "closing"),
            word("编入清单", "listed for purchase"),
            word("招标采购", "tender of equipment"),
            word("签订合同", "contract signed"),
            word("付款", "payment"),
        ],
    ),
    closed(
        "fund_event_type",
        &[
            word("下达", "allocated"),
            word("到位", "received"),
            word("申请", "applied for"),
            word("拨付", "paid"),
            word("退回", "returned"),
            word("质保金", "retention money"),
        ],
    ),
    closed(
        "division_level",
        &[
            choice("city", "设区市", "city"),
            choice("county", "县（市、区）", "county"),
            choice("township", "乡镇（街道）", "township"),
        ],
    ),
    closed(
        "zone_purpose",
        &[choice("inspection", "督导责任区", "inspection"), choice("twinning", "结对片区", "twinning")],
    ),
    closed(
        "acceptance_conclusion",
        &[
            word("合格", "accepted"),
            word("整改后复验", "to be accepted again after rectification"),
            word("不合格", "not accepted"),
        ],
    ),
    closed(
        "baseline_result",
        &[word("达标", "met"), word("未达标", "not met"), word("不适用", "does not apply")],
    ),
    open(
        "inspection_conclusion",
        &[
            word("符合要求", "in order"),
            word("基本符合，限期整改", "mostly in order, to be rectified in time"),
            word("不符合，限期整改", "not in order, to be rectified in time"),
            word("建议停工整改", "works should stop until rectified"),
        ],
    ),
    open(
        "finding_category",
        &[
            word("质量", "quality"),
            word("安全", "safety"),
            word("进度", "schedule"),
            word("资金", "funds"),
            word("程序", "procedure"),
            word("资料", "documents"),
        ],
    ),
    open(
        "inspection_theme",
        &[
            word("全面改薄", "improvement programme"),
            word("课程设置与执行", "curriculum and teaching"),
            word("安全五防", "five safety precautions"),
        ],
    ),
    open(
        "supervision_way",
        &[
            word("旁站", "standing by"),
            word("巡视", "round"),
            word("见证取样", "sampling under witness"),
            word("平行检验", "parallel test"),
        ],
    ),
    open(
        "weather",
        &[
            word("晴", "clear"),
            word("多云", "cloudy"),
            word("阴", "overcast"),
            word("小雨", "light rain"),
            word("中雨", "rain"),
            word("大雨", "heavy rain"),
            word("暴雨", "rainstorm"),
            word("雷阵雨", "thunderstorm"),
            word("台风", "typhoon"),
            word("雾", "fog"),
            word("雪", "snow"),
            word("霜冻", "frost"),
            word("高温", "heat"),
        ],
    ),
    open(
        "trade",
        &[
            word("钢筋工", "steel fixer"),
            word("木工(模板)", "formwork carpenter"),
            word("混凝土工", "concreter"),
            word("砌筑工", "bricklayer"),
            word("抹灰工", "plasterer"),
            word("架子工", "scaffolder"),
            word("水电工", "plumber and electrician"),
            word("防水工", "waterproofer"),
            word("油漆工", "painter"),
            word("焊工", "welder"),
            word("起重机司机", "crane operator"),
            word("普工", "labourer"),
            word("管理人员", "site management"),
            word("其他", "other"),
        ],
    ),
    open(
        "image_progress",
        &[
            word("未开工", "not started"),
            word("前期手续", "paperwork before the start"),
            word("场地平整", "levelling the ground"),
            word("基础", "foundations"),
            word("主体一层", "structure, floor 1"),
            word("主体二层", "structure, floor 2"),
            word("主体三层", "structure, floor 3"),
            word("主体四层", "structure, floor 4"),
            word("主体五层", "structure, floor 5"),
            word("主体六层", "structure, floor 6"),
            word("主体封顶", "structure topped out"),
            word("砌体", "masonry"),
            word("屋面", "roof"),
            word("装修", "finishing"),
            word("水电安装", "plumbing and electricity"),
            word("附属工程", "outside works"),
            word("完工待验", "finished, to be accepted"),
            word("已竣工", "accepted"),
            word("已投入使用", "in use"),
        ],
    ),
    open(
        "building_use",
        &[
            word("教学及辅助用房", "teaching rooms"),
            word("学生宿舍", "dormitory"),
            word("食堂", "canteen"),
            word("厕所", "toilets"),
            word("浴室", "bathhouse"),
            word("开水房", "boiled-water room"),
            word("教师周转宿舍", "teachers' lodging"),
            word("运动场", "sports ground"),
            word("围墙护坡", "walls and slopes"),
            word("洗衣房", "laundry"),
            word("洗澡房", "shower room"),
            word("心理健康咨询室", "counselling room"),
            word("卫生室", "sickroom"),
            word("活动室", "activity room"),
            word("亲情室", "family room"),
            word("阅览室", "reading room"),
            word("其他", "other"),
        ],
    ),
    open(
        "photo_category",
        &[
            word("施工前", "before the works"),
            word("公示牌", "notice board"),
            word("围挡隔离", "fence"),
            word("材料", "materials"),
            word("隐蔽", "works to be covered"),
            word("旁站", "standing by"),
            word("关键工序", "key step"),
            word("形象进度", "stage of the building"),
            word("安全", "safety"),
            word("问题", "problem"),
            word("整改后", "after rectification"),
            word("会议", "meeting"),
            word("到货", "delivery"),
            word("开箱", "unpacking"),
            word("铭牌", "nameplate"),
            word("样品", "sample"),
            word("验收", "acceptance"),
            word("竣工全景", "finished works, whole view"),
            word("永久标牌", "permanent plaque"),
            word("其他", "other"),
        ],
    ),
    open(
        "fund_source",
        &[
            word("中央", "state"),
            word("省", "province"),
            word("市", "city"),
            word("县", "county"),
            word("乡镇", "township"),
            word("学校自筹", "raised by the school"),
            word("社会捐赠", "donations"),
        ],
    ),
    open(
        "unit",
        &[
            word("㎡", "square metres"),
            word("亩", "mu"),
            word("栋", "buildings"),
            word("间", "rooms"),
            word("册", "volumes"),
            word("套", "sets"),
            word("台", "machines"),
            word("件", "pieces"),
            word("GB", "gigabytes"),
            word("个", "items"),
            word("m", "metres"),
            word("m³", "cubic metres"),
            word("t", "tonnes"),
        ],
    ),
    open(
        "work_type",
        &[
            word("新建", "new building"),
            word("重建", "rebuilding"),
            word("改扩建", "conversion or extension"),
            word("维修", "repair"),
            word("运动场地", "sports grounds"),
            word("设备购置", "purchase of equipment"),
        ],
    ),
    open(
        "school_category",
        &[
            word("初级中学", "junior secondary school"),
            word("九年一贯制学校", "nine-year school"),
            word("小学", "primary school"),
            word("教学点", "teaching point"),
            word("中心小学", "central primary school"),
            word("完全中学", "complete secondary school"),
        ],
    ),
    open(
        "party_role",
        &[
            word("勘察", "surveyor"),
            word("设计", "designer"),
            word("施工", "contractor"),
            word("监理", "supervising engineer"),
            word("建设", "client"),
            word("学校", "school"),
        ],
    ),
    open(
        "dossier_item",
        &[
            word("立项批文", "approval"),
            word("图纸审查", "review of the drawings"),
            word("招投标", "tender"),
            word("施工合同", "works contract"),
            word("监理合同", "supervision contract"),
            word("廉洁承诺书", "integrity pledge"),
            word("施工许可或备案", "building permit or filing"),
            word("设计变更", "changes of design"),
            word("隐蔽验收", "acceptance of covered works"),
            word("竣工验收", "acceptance"),
            word("竣工备案", "filing of the acceptance"),
            word("结算审计", "audit of the settlement"),
            word("资产移交", "hand-over of assets"),
        ],
    ),
    open(
        "contract_kind",
        &[
            word("施工", "works"),
            word("监理", "supervision"),
            word("设计", "design"),
            word("勘察", "survey"),
            word("设备采购", "purchase of equipment"),
        ],
    ),
    open(
        "equipment_class",
        &[
            word("生活设施", "living facilities"),
            word("图书", "books"),
            word("数字教育资源", "digital teaching material"),
            word("课桌凳", "desks and stools"),
            word("计算机仪器", "computers and instruments"),
        ],
    ),
    open(
        "meeting_kind",
        &[
            word("例会", "weekly meeting"),
            word("调度会", "dispatch meeting"),
            word("协调会", "co-ordination meeting"),
            word("推进会", "progress meeting"),
        ],
    ),
    open(
        "complaint_channel",
        &[
            word("公示页", "public page"),
            word("电话", "telephone"),
            word("来信", "letter"),
            word("来访", "visit"),
        ],
    ),
];
