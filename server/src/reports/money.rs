//! Money by source, and goods by class: what several reports tell.

use std::collections::BTreeMap;

use sync_protocol::kinds::ChoiceList;

use super::document::{Cell, Column, Row, Table};
use super::rows::summed;
use super::words;
use crate::error::Language;
use crate::programme::facts::FundType;
use crate::programme::ratio::{Printed, Ratio};
use crate::programme::seen::Seen;
use crate::programme::states::equipment::Chain;
use crate::programme::view::{View, Works};

/// What stands for a source that nobody named.
pub(super) const UNSAID: &str = "";

/// What is planned for a project, in 分.
pub(super) fn funding(works: &Works<'_>) -> i128 {
    works.project.funding.values().map(|amount| i128::from(*amount)).sum()
}

/// The sources that occur, in the order in which the programme names them.
#[derive(Debug)]
pub(super) struct Sources(Vec<String>);

impl Sources {
    /// Those that projects of the plan have money from.
    pub(super) fn planned<'v>(views: impl Iterator<Item = &'v View<'v>>) -> Self {
        let mut names = Vec::new();
        for view in views {
            let asked = |source: &&String| view.question.counts_source(source);
            for works in view.planned() {
                names.extend(works.project.funding.keys().filter(asked).cloned());
            }
        }
        Self::of(names)
    }

    /// Those of the plan, and those of any event of money.
    fn all(seen: &[Seen<'_>]) -> Self {
        let Self(mut names) = Self::planned(seen.iter().map(|its| &its.view));
        for its in seen {
            let events = its.view.funds().map(|(_, event)| event.source.clone());
            names.extend(events.map(|source| source.unwrap_or(UNSAID.to_owned())));
        }
        Self::of(names)
    }

    fn of(mut names: Vec<String>) -> Self {
        names.sort_by_cached_key(|name| (place_of(name), name.clone()));
        names.dedup();
        Self(names)
    }

    /// A heading a source.
    pub(super) fn columns(&self, language: Language) -> impl Iterator<Item = String> {
        self.0.iter().map(move |source| {
            format!("{}{}", said(source, language), language.pick("（万元）", " (10,000 yuan)"))
        })
    }

    /// What some funding has of each source.
    pub(super) fn cells<'s>(&'s self, funding: &'s BTreeMap<String, i64>) -> impl Iterator<Item = Cell> + 's {
        self.0.iter().map(|source| Cell::money(funding.get(source).copied().unwrap_or_default().into()))
    }

    /// What was planned of each source, and what became of it.
    pub(super) fn table(seen: &[Seen<'_>], language: Language) -> Option<Table> {
        let say = |zh, en| language.pick(zh, en);
        let Self(sources) = Self::all(seen);
        let row = |source: &String| {
            let views = || seen.iter().map(|its| &its.view);
            let of_project =
                |works: &Works<'_>| works.project.funding.get(source).copied().unwrap_or_default();
            let planned: i128 =
                views().flat_map(View::planned).map(|works| i128::from(of_project(works))).sum();
            let sum = |sort: FundType| -> i128 {
                views()
                    .flat_map(View::funds)
                    .filter(|(_, event)| event.sort == sort)
                    .filter(|(_, event)| event.source.as_deref().unwrap_or(UNSAID) == source)
                    .map(|(_, event)| i128::from(event.amount))
                    .sum()
            };
            let (received, returned) = (sum(FundType::Received), sum(FundType::Returned));
            let net = sum(FundType::Paid) - returned;
            let cells = vec![
                Cell::Empty,
                Cell::text(said(source, language)),
                Cell::money(planned),
                Cell::money(sum(FundType::Allocated)),
                Cell::money(received),
                Cell::share(received, planned),
                Cell::money(sum(FundType::AppliedFor)),
                Cell::money(sum(FundType::Paid)),
                Cell::money(returned),
                Cell::money(net),
                Cell::share(net, received),
                Cell::money(sum(FundType::Retention)),
            ];
            (String::new(), Row::item(cells))
        };
        let rows: Vec<_> = sources.iter().map(row).collect();
        let columns = [
            (say("序号", "no."), 3),
            (say("资金来源", "source"), 8),
            (say("规划（万元）", "planned (10,000 yuan)"), 8),
            (say("下达（万元）", "allocated (10,000 yuan)"), 8),
            (say("到位（万元）", "received (10,000 yuan)"), 8),
            (say("到位率", "share received"), 6),
            (say("申请（万元）", "applied for (10,000 yuan)"), 8),
            (say("拨付（万元）", "paid (10,000 yuan)"), 8),
            (say("退回（万元）", "returned (10,000 yuan)"), 8),
            (say("净拨付（万元）", "paid less returned (10,000 yuan)"), 8),
            (say("拨付率", "share paid"), 6),
            (say("质保金（万元）", "retention (10,000 yuan)"), 8),
        ];
        (!rows.is_empty()).then(|| Table {
            title: say("按资金来源", "by source").to_owned(),
            keys: 2,
            columns: columns.map(|(label, width)| Column::new(label, width)).into(),
            rows: summed(rows, 1, language),
        })
    }
}

/// The place of a source among those that the programme names; behind all of them, if it is none.
pub(super) fn place_of(source: &str) -> usize {
    let list = ChoiceList::named("fund_source").map_or(&[][..], |list| list.choices);
    list.iter().position(|choice| choice.code == source).unwrap_or(usize::MAX)
}

/// What people call a source.
pub(super) fn said(source: &str, language: Language) -> &str {
    if source == UNSAID {
        language.pick("未注明", "not said")
    } else {
        words::choice("fund_source", source, language)
    }
}

/// What some equipment comes to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Goods {
    /// How many are on the list, in millionths.
    pub(super) listed: i128,
    /// What they cost, in 分.
    pub(super) worth: i128,
    /// How many were accepted, in millionths.
    pub(super) accepted: i128,
    /// What those cost, in 分.
    pub(super) worth_accepted: i128,
}

/// Equipment by class and unit, in the order in which the programme names the classes.
pub(super) fn by_class<'c>(chains: impl Iterator<Item = &'c Chain<'c>>) -> Vec<((String, String), Goods)> {
    let list = ChoiceList::named("equipment_class").map_or(&[][..], |list| list.choices);
    let place = |class: &str| list.iter().position(|choice| choice.code == class).unwrap_or(usize::MAX);
    let mut classes: BTreeMap<(usize, String, String), Goods> = BTreeMap::new();
    for chain in chains {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let class = text(&chain.item.class);
        let goods = classes.entry((place(&class), class, text(&chain.item.unit))).or_default();
        goods.listed += chain.item.quantity;
        goods.worth += chain.item.cost_of(chain.item.quantity);
        goods.accepted += chain.accepted();
        // As indicators count it: receipt by receipt.
        goods.worth_accepted +=
            chain.receipts.iter().map(|(_, receipt)| chain.item.cost_of(receipt.accepted)).sum::<i128>();
    }
    classes.into_iter().map(|((_, class, unit), goods)| ((class, unit), goods)).collect()
}

/// What people call a class of equipment.
pub(super) fn class(class: &str, language: Language) -> &str {
    if class.is_empty() {
        language.pick("未分类", "of no class")
    } else {
        words::choice("equipment_class", class, language)
    }
}

/// A row a class and unit.
pub(super) fn goods<'c>(chains: impl Iterator<Item = &'c Chain<'c>>, language: Language) -> Vec<Row> {
    goods_by_class(by_class(chains), language)
}

/// A row a class and unit, where these were added up already.
pub(super) fn goods_by_class(classes: Vec<((String, String), Goods)>, language: Language) -> Vec<Row> {
    let row = |((its_class, unit), goods): ((String, String), Goods)| {
        Row::item(vec![
            Cell::text(class(&its_class, language)),
            Cell::text(words::choice("unit", &unit, language)),
            quantity(goods.listed),
            Cell::money(goods.worth),
            quantity(goods.accepted),
            Cell::money(goods.worth_accepted),
            Cell::share(goods.worth_accepted, goods.worth),
        ])
    };
    classes.into_iter().map(row).collect()
}

/// A number of things, in millionths; with a fraction only where there is one.
pub(super) fn quantity(millionths: i128) -> Cell {
    const WHOLE: i128 = 1_000_000;
    if millionths % WHOLE == 0 {
        return Cell::count(millionths / WHOLE);
    }
    Cell::Figure(Ratio { numerator: millionths, denominator: WHOLE }, Printed::Mean(2))
}

/// What the plan of a county has of each source, in 分.
pub(super) fn planned_in(view: &View<'_>) -> BTreeMap<String, i64> {
    let mut planned: BTreeMap<String, i64> = BTreeMap::new();
    for works in view.planned() {
        for (source, amount) in &works.project.funding {
            if view.question.counts_source(source) {
                *planned.entry(source.clone()).or_default() += amount;
            }
        }
    }
    planned
}

/// What the plans of all counties have of each source, in the order in which the programme names them.
pub(super) fn planned_by_source(seen: &[Seen<'_>]) -> Vec<(String, i128)> {
    let mut planned: BTreeMap<(usize, String), i128> = BTreeMap::new();
    for its in seen {
        for (source, amount) in planned_in(&its.view) {
            *planned.entry((place_of(&source), source)).or_default() += i128::from(amount);
        }
    }
    planned.into_iter().map(|((_, source), amount)| (source, amount)).collect()
}
