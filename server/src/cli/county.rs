//! `siteledger county`: the ledgers of this server.

use std::process::ExitCode;

use clap::Subcommand;

use super::serve::LOOK_AGAIN;
use super::{Common, begin, close_in_force, open, tell_empty};
use crate::config::Lock;
use crate::error::Result;
use crate::store::ledger;
use crate::sync::county::{self, Correction};

/// 县台账 The ledgers, one a county
#[derive(Debug, Subcommand)]
#[command(after_help = "例 Examples:
  siteledger county add 350823 上杭县 --city 350800
  siteledger county list")]
pub(super) enum County {
    /// 开通一个县的台账 Open a county's ledger
    #[command(after_help = "例 Examples:
  siteledger county add 350823 上杭县 --city 350800
市级角色（--at city:350800）只看得到写明了 --city 的县。
A role at a city sees the counties alone that name it by --city.")]
    Add {
        /// 行政区划代码（6 位） The county's official code, 6 digits
        code: String,
        /// 县名 The county's name
        name: String,
        /// 所属设区市代码（6 位） The code of its city, 6 digits
        #[arg(long, value_name = "CODE")]
        city: Option<String>,
    },
    /// 更正县名或所属设区市 Correct a county's name or its city
    #[command(after_help = "例 Examples:
  siteledger county set 350823 --city 350800
  siteledger county set 350823 --name 上杭县")]
    Set {
        /// 行政区划代码（6 位） The county's official code, 6 digits
        code: String,
        /// 县名 The county's name
        #[arg(long, value_name = "NAME", required_unless_present = "city")]
        name: Option<String>,
        /// 所属设区市代码（6 位） The code of its city, 6 digits
        #[arg(long, value_name = "CODE")]
        city: Option<String>,
    },
    /// 列出各县台账 List the ledgers
    #[command(after_help = "例 Examples:
  siteledger county list
  siteledger county list --json")]
    List {
        /// 机器可读 One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

impl County {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Add { code, name, city } => add(common, &code, &name, city.as_deref()).await?,
            Self::Set { code, name, city } => set(common, &code, Correction { name, city }).await?,
            Self::List { json } => list(common, json).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn add(common: &Common, code: &str, name: &str, city: Option<&str>) -> Result<()> {
    let opened = begin(common).await?;
    let verifying_key = county::open(&opened.store, &opened.clock, code, name, city).await?;
    close_in_force(common, opened).await?;
    println!("已开通 {code} {name} 的台账 opened the ledger of {code}");
    println!("台账公钥 verifying key: {verifying_key}");
    Ok(())
}

async fn set(common: &Common, code: &str, correction: Correction) -> Result<()> {
    let opened = open(common).await?;
    let ledger = county::correct(&opened.store, code, correction).await?;
    close_in_force(common, opened).await?;
    if Lock::holder(&common.data)?.is_some() {
        // The server looks for what became of counties less often than for people.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let city = ledger.city.as_deref().unwrap_or("—");
    println!("已更正 corrected: {code} {}  市 city {city}", ledger.name);
    Ok(())
}

async fn list(common: &Common, json: bool) -> Result<()> {
    let opened = open(common).await?;
    let ledgers = ledger::ledgers(&mut *opened.store.read().await?).await?;
    if ledgers.is_empty() && !json {
        tell_empty(
            "还没有台账；请用 siteledger county add CODE NAME 开通",
            "there is no ledger yet; open one with siteledger county add CODE NAME",
        );
    }
    for county in ledgers {
        if json {
            let line = serde_json::json!({
                "county": county.county, "name": county.name, "city": county.city,
                "epoch": county.epoch, "seq": county.seq, "records": county.digest.count,
            });
            println!("{line}");
        } else {
            let city = county.city.as_deref().unwrap_or("—");
            println!(
                "{}  {}  市 city {city}  条目 entries {}  记录 records {}",
                county.county, county.name, county.seq, county.digest.count
            );
        }
    }
    opened.store.close().await;
    Ok(())
}
