//! `siteledger county`: the ledgers of this server.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Common, close_in_force, open};
use crate::error::Result;
use crate::store::ledger;
use crate::sync::county;

/// 县台账 The ledgers, one a county
#[derive(Debug, Subcommand)]
pub(super) enum County {
    /// 开通一个县的台账 Open a county's ledger
    Add {
        /// 行政区划代码（6 位） The county's official code, 6 digits
        code: String,
        /// 县名 The county's name
        name: String,
        /// 所属设区市代码（6 位） The code of its city, 6 digits
        #[arg(long, value_name = "CODE")]
        city: Option<String>,
    },
    /// 列出各县台账 List the ledgers
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
            Self::List { json } => list(common, json).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn add(common: &Common, code: &str, name: &str, city: Option<&str>) -> Result<()> {
    let opened = open(common).await?;
    let verifying_key = county::open(&opened.store, &opened.clock, code, name, city).await?;
    close_in_force(common, opened).await?;
    println!("已开通 {code} {name} 的台账 opened the ledger of {code}");
    println!("台账公钥 verifying key: {verifying_key}");
    Ok(())
}

async fn list(common: &Common, json: bool) -> Result<()> {
    let opened = open(common).await?;
    let ledgers = ledger::ledgers(&mut *opened.store.read().await?).await?;
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
