//! 通报 on paper: the figures as they were frozen, who ranks where, who lags behind, by name, and how the
//! ledger proves it. What is not published says on every page that it is a draft.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sync_protocol::id::RecordId;

use super::shelf::{Kept, Shelf};
use super::telling::{minute, signatures, withdrawal};
use crate::access::actor::Actor;
use crate::clock::Moment;
use crate::error::{Language, Result};
use crate::programme::facts::{self, Came, Fact as _, Severity, Source};
use crate::programme::figures::{Asked, Figures};
use crate::programme::indicators;
use crate::programme::ratio::{Printed, Ratio};
use crate::programme::reading::Read;
use crate::programme::seen::Seen;
use crate::programme::view::{Question, View};
use crate::reports::bulletin::{self, Frozen, Period, unreadable};
use crate::reports::document::{Block, Cell, Column, Document, Line, Row, RowRole, Table};
use crate::reports::table::codes::Codes;
use crate::reports::table::legible::Words;
use crate::reports::{money, stated};
use crate::store::ledger::{self, CheckpointRow};
use crate::store::{Store, founding};
use crate::sync::engine::Engine;
use crate::sync::scope::{Reach, ReadScope};

/// How many of the last are named.
const LAST: usize = 10;
/// How the parts are numbered, from 1.
const NUMBERS: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// What a bulletin says of itself.
struct About {
    number: Option<String>,
    version: Option<String>,
    period: Option<String>,
    published_on: Option<String>,
    text: Vec<String>,
    /// Who approved it.
    signatures: Option<Table>,
    /// What is to be known of its versions.
    notes: Vec<String>,
    is_published: bool,
}

/// A bulletin that is not written yet, as its figures stand now.
///
/// # Errors
/// Not found if one does not have the county in scope, and not only a part of it.
pub async fn draft(
    (store, figures, engine): (&Store, &Figures, &Engine),
    actor: &Actor,
    counties: &[String],
    period: &Period,
    (language, now): (Language, Moment),
) -> Result<Document> {
    let bulletin::Draft { cutoff, figures: frozen } =
        bulletin::draft(figures, engine, actor, counties, period).await?;
    let scope = engine.read_scope(actor, now);
    let about = About {
        number: None,
        version: None,
        period: None,
        published_on: None,
        text: Vec::new(),
        signatures: None,
        notes: Vec::new(),
        is_published: false,
    };
    draw((store, figures, engine), scope, about, &cutoff, frozen, (language, now)).await
}

/// A bulletin as its record says it.
///
/// # Errors
/// Not found if there is no such bulletin in scope; `not_a_bulletin` if its figures are not of the form that
/// a draft offers, or people differ about them.
pub async fn bulletin(
    (store, figures, engine): (&Store, &Figures, &Engine),
    actor: &Actor,
    id: RecordId,
    (language, now): (Language, Moment),
) -> Result<Document> {
    let own_scope = engine.read_scope(actor, now);
    let (about, cutoff, frozen) = {
        let mut tx = store.snapshot().await?;
        let mut shelf = Shelf::of(&mut tx, &own_scope, Some(store));
        let kept = shelf.one("bulletin", id).await?;
        let (cutoff, frozen) = bulletin::read(&kept.record).ok_or_else(unreadable)?;
        let about = about(&mut shelf, &kept, language).await?;
        (about, cutoff, frozen)
    };
    // Who lags is named to all that may read a bulletin, once it is published.
    let scope = if about.is_published {
        let counties = cutoff.keys().map(|county| (county.clone(), Reach::All)).collect();
        ReadScope { counties }
    } else {
        own_scope
    };
    draw((store, figures, engine), scope, about, &cutoff, frozen, (language, now)).await
}

async fn about(shelf: &mut Shelf<'_>, kept: &Kept, language: Language) -> Result<About> {
    let text = |field| kept.text(field).map(str::to_owned);
    let said = |field: &str| {
        let heads = kept.record.heads_named(field).iter();
        heads.filter_map(|head| head.value.as_text()).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut notes = Vec::new();
    let called = |other: &Kept| {
        let part = |field| other.text(field).unwrap_or_default();
        format!("{} {}", part("number"), part("version")).trim().to_owned()
    };
    let corrects = kept.text("corrects").and_then(|id| id.parse().ok());
    if let Some(before) = shelf.some(corrects.into_iter()).await?.first() {
        notes.push(match language {
            Language::Chinese => format!("本期更正此前发布的 {}，以本期为准。", called(before)),
            Language::English => format!("This corrects {}, which was published before.", called(before)),
        });
    }
    for other in shelf.of_county(&kept.row.county, "bulletin").await? {
        let its = other.text("corrects").and_then(|id| id.parse::<RecordId>().ok());
        if its == Some(kept.row.id) && other.text("published_on").is_some() {
            notes.push(match language {
                Language::Chinese => format!("本期已由 {} 更正，以更正后的为准。", called(&other)),
                Language::English => format!("This was corrected by {}: go by that.", called(&other)),
            });
        }
    }
    let (nobody, codes) = (HashMap::new(), Codes::default());
    let words = Words { language, directory: &nobody, others: &nobody, codes: &codes };
    notes.extend(withdrawal(&kept.record, &words));
    if is_unapproved(kept) {
        let note = language.pick(
            "本期发布时没有分管领导对现有内容的批准签字。",
            "It was published without a leader having approved what it says.",
        );
        notes.push(note.to_owned());
    }
    Ok(About {
        number: text("number"),
        version: text("version"),
        period: text("period"),
        published_on: text("published_on"),
        is_published: text("published_on").is_some(),
        text: said("text"),
        signatures: signatures(kept.kind, &kept.record, &words),
        notes,
    })
}

/// Whether it was published without a leader having approved what it says.
fn is_unapproved(kept: &Kept) -> bool {
    // When it came changes nothing of that.
    let began = Came { seq: kept.row.first_seq, made_at: Moment(0), received_at: Moment(0) };
    let source = |read| Source { read, kind: kept.kind, school: None, project: None, began, submitted: None };
    let fact = Read::in_force(&kept.record).and_then(|read| facts::Bulletin::read(&source(read)));
    fact.is_some_and(|bulletin| bulletin.is_unapproved())
}

/// What stands in the ledgers that a bulletin names by ids.
#[derive(Debug, Default)]
struct Named {
    /// By code.
    counties: Vec<(String, String)>,
    plans: Vec<String>,
    warnings: Vec<Block>,
    behind: Vec<Vec<Cell>>,
    findings: Vec<Vec<Cell>>,
    open: Vec<Vec<Cell>>,
    equipment: Vec<Row>,
}

async fn draw(
    (store, figures, engine): (&Store, &Figures, &Engine),
    scope: ReadScope,
    about: About,
    cutoff: &BTreeMap<String, u64>,
    frozen: Frozen,
    (language, now): (Language, Moment),
) -> Result<Document> {
    let names = engine.standing().known();
    let asked = Asked {
        counties: Some(cutoff.keys().cloned().collect::<BTreeSet<_>>()),
        city: None,
        by: frozen.by,
        question: Question { from: frozen.from, at: frozen.at, plan: None, sources: None },
        as_of: cutoff.clone(),
        to: None,
        codes: Some(BTreeSet::new()),
    };
    let its = frozen.clone();
    let named = figures.look(scope, names, &asked, move |seen| named(seen, &its, language)).await?;
    let mut checkpoints = Vec::new();
    let mut tx = store.snapshot().await?;
    let ledgers = ledger::ledgers(&mut tx).await?;
    for county in cutoff.keys() {
        let Some(latest) = ledger::latest_checkpoint(&mut tx, county).await? else { continue };
        let log = ledgers.iter().find(|ledger| ledger.county == *county);
        let reaches = log.map_or(0, |log| log.log_start.saturating_add(latest.size));
        let key = founding::keys(&mut tx, county).await?.1;
        checkpoints.push(Signed { county: county.clone(), latest, reaches, key });
    }
    drop(tx);
    let drawn = Drawn { about, cutoff, frozen: &frozen, named, checkpoints, language, now };
    Ok(drawn.document())
}

// What is named ----------------------------------------------------------------------------------

fn named(seen: &[Seen<'_>], frozen: &Frozen, language: Language) -> Named {
    let mut named = Named { warnings: stated::warnings(seen, language), ..Named::default() };
    for its in seen {
        named.counties.push((its.taken.county.clone(), its.taken.name.clone()));
        if let Some((_, name, version)) = &its.taken.plan {
            named.plans.push(format!("{name} {version}").trim().to_owned());
        }
        let view = &its.view;
        named.behind.extend(frozen.behind.iter().filter_map(|id| behind(view, *id)));
        named.findings.extend(frozen.findings.iter().filter_map(|id| finding(view, *id)));
        named.open.extend(frozen.followed.open.iter().filter_map(|id| finding(view, *id)));
    }
    named.plans.dedup();
    named.equipment = match &frozen.equipment {
        Some(frozen) => equipment(frozen, language),
        // One of an earlier version: it follows from the ledger at the same position.
        None => equipment(&bulletin::equipment(seen), language),
    };
    named
}

fn school(view: &View<'_>, id: Option<RecordId>) -> String {
    id.and_then(|id| view.facts.schools.get(&id)).map(|school| school.name.clone()).unwrap_or_default()
}

fn behind(view: &View<'_>, id: RecordId) -> Option<Vec<Cell>> {
    let works = view.works.get(&id)?;
    let (lag, budget) = works.lag(view);
    let end = works.works_contracts().filter_map(|(_, contract)| Some(contract.term?.1)).max();
    let reason = works.progress.and_then(|(_, report)| report.delay_reason.clone());
    Some(vec![
        Cell::text(school(view, Some(works.project.school))),
        Cell::text(&works.project.name),
        end.map_or(Cell::Empty, Cell::Day),
        Cell::Figure(Ratio { numerator: lag, denominator: budget }, Printed::Percent(1)),
        Cell::text(reason.unwrap_or_default()),
    ])
}

fn finding(view: &View<'_>, id: RecordId) -> Option<Vec<Cell>> {
    let finding = view.facts.findings.get(&id)?;
    let late = finding.deadline.map(|deadline| (view.question.at - deadline).num_days());
    Some(vec![
        Cell::text(school(view, finding.school)),
        Cell::text(finding.notice_no.clone().unwrap_or_default()),
        Cell::text(finding.description.clone()),
        Cell::text(finding.severity.map(Severity::word).unwrap_or_default()),
        finding.deadline.map_or(Cell::Empty, Cell::Day),
        late.map_or(Cell::Empty, |days| Cell::count(days.into())),
        Cell::text(finding.responsible.clone().unwrap_or_default()),
    ])
}

/// What is listed and accepted of each class of equipment.
fn equipment(equipment: &[bulletin::Equipment], language: Language) -> Vec<Row> {
    let classes = equipment.iter().map(bulletin::Equipment::goods).collect();
    let mut rows = money::goods_by_class(classes, language);
    if !rows.is_empty() {
        let mut total = Row::sum(RowRole::Total, language.pick("合计", "total"), 0, &rows);
        // Books and computers are not added up.
        (total.cells[2], total.cells[4]) = (Cell::Empty, Cell::Empty);
        rows.push(total);
    }
    rows
}

// Drawing ----------------------------------------------------------------------------------------

/// A signed statement of how a ledger stood.
struct Signed {
    county: String,
    latest: CheckpointRow,
    /// The number of the last entry that it covers.
    reaches: u64,
    /// What it is verified with.
    key: String,
}

struct Drawn<'b> {
    about: About,
    cutoff: &'b BTreeMap<String, u64>,
    frozen: &'b Frozen,
    named: Named,
    checkpoints: Vec<Signed>,
    language: Language,
    now: Moment,
}

impl Drawn<'_> {
    const fn pick<'s>(&self, zh: &'s str, en: &'s str) -> &'s str {
        self.language.pick(zh, en)
    }

    fn document(self) -> Document {
        let names: Vec<_> = self.cutoff.keys().map(|county| self.county(county)).collect();
        let place = names.join(self.pick("、", ", "));
        let title = match self.language {
            Language::Chinese => format!("{place}学校建设工程进展情况通报"),
            Language::English => format!("{place}: progress of the school building works"),
        };
        let called = self.about.number.clone().unwrap_or_else(|| self.frozen.at.to_string());
        let name = format!("{place}-{}-{called}", self.pick("通报", "bulletin"));
        let mut document = Document::new(name, title, self.language);
        document.mark = (!self.about.is_published).then(|| self.pick("草稿", "DRAFT").to_owned());
        document.stated = self.stated();
        document.blocks = self.blocks();
        document
    }

    fn stated(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut state = |label: &str, value: Option<String>| {
            if let Some(value) = value {
                lines.push(Line::new(label, value));
            }
        };
        state(self.pick("期号", "number"), self.about.number.clone());
        state(self.pick("版本", "version"), self.about.version.clone());
        state(self.pick("时段", "period"), self.about.period.clone());
        let from = self.frozen.from.map_or_else(String::new, |from| format!("{from} — "));
        state(self.pick("数据截至", "figures up to"), Some(format!("{from}{}", self.frozen.at)));
        let positions: Vec<_> = self.cutoff.iter().map(|(county, seq)| self.position(county, *seq)).collect();
        state(self.pick("台账位置", "ledger position"), Some(positions.join(self.pick("、", ", "))));
        let plans = self.named.plans.join(self.pick("、", ", "));
        state(self.pick("规划", "plan"), (!plans.is_empty()).then_some(plans));
        state(self.pick("发布日期", "published on"), self.about.published_on.clone());
        lines
    }

    /// A county by name; by code where it is not in scope.
    fn county<'s>(&'s self, code: &'s str) -> &'s str {
        self.named.counties.iter().find(|(its, _)| its == code).map_or(code, |(_, name)| name.as_str())
    }

    fn position(&self, county: &str, seq: u64) -> String {
        match self.language {
            Language::Chinese => format!("{}第 {seq} 号", self.county(county)),
            Language::English => format!("{} number {seq}", self.county(county)),
        }
    }

    fn heading(&self, zh: &str, en: &str) -> Block {
        Block::Heading { text: self.pick(zh, en).to_owned() }
    }

    fn blocks(&self) -> Vec<Block> {
        let mut number = 0;
        let mut heading = |zh: &str, en: &str| {
            number += 1;
            match self.language {
                Language::Chinese => self.heading(&format!("{}、{zh}", NUMBERS[number % NUMBERS.len()]), ""),
                Language::English => self.heading("", &format!("{number} {en}")),
            }
        };
        let mut blocks: Vec<_> =
            self.about.notes.iter().map(|note| Block::Warning { text: note.clone() }).collect();
        blocks.extend(self.about.text.iter().map(|text| Block::Text { text: text.clone() }));
        blocks.push(heading("总体进展", "Overall"));
        blocks.push(Block::Lines { lines: self.totals() });
        blocks.extend(self.named.warnings.iter().cloned());
        blocks.push(heading("进度排名", "Ranking"));
        blocks.push(Block::Table(self.ranking(self.frozen.rows.iter())));
        let last = self.last();
        if !last.is_empty() {
            blocks.push(heading("排名后十位", "The last ten"));
            blocks.push(Block::Table(self.ranking(last.into_iter())));
        }
        blocks.push(heading("设备采购", "Equipment"));
        blocks.push(Block::Table(self.table(
            &[
                (("类别", "class"), 11),
                (("单位", "unit"), 5),
                (("清单数量", "listed"), 8),
                (("清单金额（万元）", "listed (10,000 yuan)"), 10),
                (("验收数量", "accepted"), 8),
                (("验收金额（万元）", "accepted (10,000 yuan)"), 10),
                (("完成率", "share"), 7),
            ],
            self.named.equipment.clone(),
        )));
        blocks.push(heading("进度滞后的项目", "Projects behind"));
        blocks.push(Block::Table(self.table(
            &[
                (("学校", "school"), 10),
                (("项目", "project"), 12),
                (("合同竣工", "due"), 7),
                (("滞后", "lag"), 5),
                (("原因", "reason"), 12),
            ],
            items(&self.named.behind),
        )));
        blocks.push(heading("逾期未整改的问题", "Findings overdue"));
        blocks.push(Block::Table(self.findings(&self.named.findings)));
        blocks.push(heading("上期通报问题的整改", "What became of the last bulletin"));
        blocks.extend(self.followed());
        blocks.extend(self.about.signatures.clone().map(Block::Table));
        let signers = [("编制", "drawn up by"), ("审核", "checked by"), ("签发", "issued by")];
        blocks.push(Block::to_sign(signers.map(|(zh, en)| self.pick(zh, en))));
        blocks.extend(self.proof());
        blocks
    }

    fn totals(&self) -> Vec<Line> {
        let each = self.frozen.indicators.iter().zip(&self.frozen.total);
        let each = each.filter_map(|(code, pair)| Some((indicators::named(code)?, ratio(*pair))));
        each.map(|(indicator, ratio)| {
            let label = self.language.pick(indicator.zh, indicator.en);
            let mut told = ratio.print(indicator.printed);
            if let Some(of) = of_what(indicator.code, ratio) {
                told.push_str(&of);
            }
            Line::new(label, told)
        })
        .collect()
    }

    fn ranking<'r>(&self, rows: impl Iterator<Item = &'r bulletin::Row>) -> Table {
        let printed: Vec<_> = self.frozen.indicators.iter().map(|code| indicators::named(code)).collect();
        let mut columns =
            vec![Column::new(self.pick("名次", "rank"), 3), Column::new(self.pick("单位", "unit"), 13)];
        columns
            .extend(printed.iter().flatten().map(|its| Column::new(self.language.pick(its.zh, its.en), 6)));
        let row = |row: &bulletin::Row| {
            let mut cells = vec![Cell::Text(row.rank.to_string()), Cell::text(&row.name)];
            let figures = printed.iter().zip(&row.figures);
            cells.extend(
                figures.filter_map(|(its, pair)| Some(Cell::Figure(ratio(*pair), its.as_ref()?.printed))),
            );
            Row { role: RowRole::Item, cells }
        };
        Table { columns, rows: rows.map(row).collect(), ..Table::default() }
    }

    /// The last ten of those that have something to complete, the very last first.
    fn last(&self) -> Vec<&bulletin::Row> {
        let has_plan = |row: &&bulletin::Row| row.figures.first().is_some_and(|[_, whole]| *whole != 0);
        let ranked: Vec<_> = self.frozen.rows.iter().filter(has_plan).collect();
        // Of a dozen, ten are not the last.
        if ranked.len() < 2 * LAST {
            return Vec::new();
        }
        ranked.into_iter().rev().take(LAST).collect()
    }

    fn table(&self, columns: &[((&str, &str), u16)], rows: Vec<Row>) -> Table {
        let columns = columns.iter().map(|((zh, en), width)| Column::new(self.pick(zh, en), *width));
        Table { columns: columns.collect(), rows, ..Table::default() }
    }

    fn findings(&self, rows: &[Vec<Cell>]) -> Table {
        self.table(
            &[
                (("学校", "school"), 9),
                (("编号", "number"), 7),
                (("问题", "finding"), 16),
                (("程度", "severity"), 4),
                (("期限", "due"), 7),
                (("逾期（天）", "days late"), 4),
                (("责任单位", "responsible"), 8),
            ],
            items(rows),
        )
    }

    fn followed(&self) -> Vec<Block> {
        let followed = &self.frozen.followed;
        let text = match self.language {
            Language::Chinese => format!(
                "此前通报点名的问题，已整改销号 {} 个，仍未销号 {} 个{}",
                followed.closed,
                followed.open.len(),
                if followed.open.is_empty() { "。" } else { "，将进行约谈：" }
            ),
            Language::English => format!(
                "Of the findings that bulletins named before, {} are closed and {} are still open.",
                followed.closed,
                followed.open.len()
            ),
        };
        let mut blocks = vec![Block::Text { text }];
        if !self.named.open.is_empty() {
            blocks.push(Block::Table(self.findings(&self.named.open)));
        }
        blocks
    }

    /// How the figures can be proved: the ledger's position, and a checkpoint over it to be scanned.
    fn proof(&self) -> Vec<Block> {
        let mut blocks = vec![self.heading("附：数据依据", "Annex: how the figures are proved")];
        let text = match self.language {
            Language::Chinese => format!(
                "以上数据冻结在所列台账位置，任何人可按同一位置重新计算核对（接口 bulletins/…/proof）；只能以新版本更正。{} 打印。",
                minute(self.now)
            ),
            Language::English => format!(
                "These figures are frozen at the positions named; anybody can have them reckoned again there (bulletins/…/proof). They are corrected by a new version alone. Printed {}.",
                minute(self.now)
            ),
        };
        blocks.push(Block::Text { text });
        for signed in &self.checkpoints {
            let Signed { county, latest, reaches, key } = signed;
            let position = self.cutoff.get(county).copied().unwrap_or_default();
            let covers = match (self.language, *reaches >= position) {
                (Language::Chinese, true) => format!("已覆盖通报所用的第 {position} 号"),
                (Language::Chinese, false) => {
                    format!("尚未覆盖通报所用的第 {position} 号，请在十分钟后重新打印")
                }
                (Language::English, true) => format!("it covers number {position}, which this is up to"),
                (Language::English, false) => {
                    format!("it does not cover number {position} yet: print again in ten minutes")
                }
            };
            let caption = match self.language {
                Language::Chinese => {
                    format!("{}台账检查点，到第 {reaches} 号；{covers}\n验证公钥 {key}", self.county(county))
                }
                Language::English => {
                    format!(
                        "checkpoint of {}, up to number {reaches}; {covers}\nkey {key}",
                        self.county(county)
                    )
                }
            };
            blocks.push(Block::Qr { payload: latest.note.clone(), caption });
        }
        blocks
    }
}

fn items(rows: &[Vec<Cell>]) -> Vec<Row> {
    rows.iter().map(|cells| Row { role: RowRole::Item, cells: cells.clone() }).collect()
}

fn ratio([numerator, denominator]: [i64; 2]) -> Ratio {
    Ratio { numerator: numerator.into(), denominator: denominator.into() }
}

/// What a rate is of, in the large units that people speak in.
fn of_what(code: &str, ratio: Ratio) -> Option<String> {
    let unit = match code {
        "completed_rate" | "started_rate" => Printed::Area,
        "equipment_rate" | "funds_received_rate" => Printed::Money,
        _ => return None,
    };
    let told = |amount| Ratio { numerator: amount, denominator: 0 }.told(unit);
    Some(format!("（{} / {}）", told(ratio.numerator)?, told(ratio.denominator)?))
}
