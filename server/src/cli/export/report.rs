//! `siteledger export report`: a report of the programme in a file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use sync_protocol::id::RecordId;

use super::super::{Common, open};
use super::{no_such_county, no_such_form, part_of, unwritable};
use crate::error::{Language, Result};
use crate::http::indicators::{list, positions};
use crate::programme::figures::Figures;
use crate::reports::catalogue::{self, Order, Report};
use crate::reports::draw::Form;
use crate::store::ledger;
use crate::sync::scope::{Reach, ReadScope};

/// 导出报表 A report of the programme: a workbook, or data
///
/// 格式由文件名的结尾决定：.xlsx .html .json。可在服务器运行时进行。The ending of the file's name says how it
/// is written. Reads only, beside a running server or without one.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger export report dispatch 月调度单.xlsx --county 350823 --month 2026-03
  siteledger export report city 全市汇总.xlsx --city 350400")]
pub(in crate::cli) struct Drawn {
    /// 报表 The report, such as `dispatch`
    #[arg(value_name = "NAME")]
    name: String,
    /// 输出文件 The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 只要这些县（逗号分隔）Only these counties, with commas
    #[arg(long, value_name = "CODES")]
    county: Option<String>,
    /// 只要这个市的县 Only counties of this city
    #[arg(long, value_name = "CODE")]
    city: Option<String>,
    /// 从这一天起 From this day on, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// 截止这一天（不写为今天）As of this day; today if left out
    #[arg(long, value_name = "DAY")]
    at: Option<NaiveDate>,
    /// 哪个月 Of this month, YYYY-MM
    #[arg(long, value_name = "MONTH", value_parser = month)]
    month: Option<NaiveDate>,
    /// 只要这个项目 Only this project, by its record's id
    #[arg(long, value_name = "ID")]
    project: Option<RecordId>,
    /// 以哪一版规划为准 The plan that rates are a share of, by its record's id
    #[arg(long, value_name = "ID")]
    plan: Option<RecordId>,
    /// 只算这些来源的资金（逗号分隔）Only money of these sources, with commas
    #[arg(long, value_name = "SOURCES")]
    sources: Option<String>,
    /// 台账序号：按当时的台账 As the ledger stood: a number, or county:number with commas
    #[arg(long, value_name = "POSITIONS")]
    as_of: Option<String>,
    /// 语言 The language
    #[arg(long, value_name = "LANG", value_parser = ["zh", "en"], default_value = "zh")]
    lang: String,
}

/// The first day of a month.
pub(super) fn month(text: &str) -> Result<NaiveDate, String> {
    catalogue::month(text).ok_or_else(|| "月份应写成 2026-03 write a month like 2026-03".to_owned())
}

impl Drawn {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode> {
        let order = self.order()?;
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let known = Form::ALL.map(Form::extension);
        let form = Form::named(ending).ok_or_else(|| no_such_form(&self.file, &known))?;
        let opened = open(common).await?;
        let ledgers = ledger::ledgers(&mut *opened.store.read().await?).await?;
        let stray =
            order.counties.iter().flatten().find(|code| ledgers.iter().all(|its| its.county != **code));
        if let Some(county) = stray {
            return Err(no_such_county(county));
        }
        let counties = ledgers.iter().map(|its| (its.county.clone(), Reach::All)).collect();
        let (scope, names) = (
            ReadScope { counties },
            ledgers.into_iter().map(|its| (its.county, (its.name, its.city))).collect(),
        );
        let beside = order.beside(&opened.store, opened.clock.now(), &scope, &names).await?;
        let figures = Figures::new(opened.store.clone(), opened.clock);
        let document = order.draw(&figures, scope, names, beside).await;
        opened.store.close().await;
        let drawn = form.draw(&document?)?;
        let part = part_of(&self.file);
        // Under its name there is a whole report or none.
        std::fs::write(&part, drawn)
            .and_then(|()| std::fs::rename(&part, &self.file))
            .map_err(|error| unwritable(&self.file, error))?;
        Ok(ExitCode::SUCCESS)
    }

    fn order(&self) -> Result<Order> {
        let counties: Option<BTreeSet<_>> = self.county.as_deref().map(|counties| list(counties).collect());
        let as_of = self.as_of.as_deref().map(|text| positions(text, counties.as_ref())).transpose()?;
        Ok(Order {
            report: Report::named(&self.name)?,
            counties,
            city: self.city.clone(),
            from: self.from,
            at: self.at,
            month: self.month,
            project: self.project,
            plan: self.plan,
            sources: self.sources.as_deref().map(|sources| list(sources).collect()),
            as_of: as_of.unwrap_or_default(),
            language: if self.lang == "en" { Language::English } else { Language::Chinese },
        })
    }
}
