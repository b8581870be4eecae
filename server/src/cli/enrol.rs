//! `siteledger enrol`: codes by which somebody enrols a phone.

use std::process::ExitCode;

use clap::Args;

use super::{Common, open, qr};
use crate::access::accounts;
use crate::access::enrolment;
use crate::config::Lock;
use crate::error::Result;

/// 登记手机 Codes by which somebody enrols a phone
#[derive(Clone, Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger enrol zhangsan
  siteledger enrol zhangsan --public-url https://ledger.example.gov.cn")]
pub(super) struct Enrol {
    /// 用户名 The name
    name: String,
    /// 对外网址 The address that phones use; that of the running or last run server if none is given
    #[arg(
        long,
        env = "SITELEDGER_PUBLIC_URL",
        value_name = "URL",
        value_parser = super::public_url,
        hide_env_values = true
    )]
    public_url: Option<String>,
    /// 机器可读 Print JSON
    #[arg(long)]
    json: bool,
}

impl Enrol {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode> {
        let opened = open(common).await?;
        let person = accounts::named(&opened.store, &self.name).await?;
        let codes = enrolment::issue(&opened.store, &opened.clock, person.id).await?;
        let public_url = match self.public_url {
            Some(url) => url,
            None => last_public_url(common)?,
        };
        opened.store.close().await;
        let url = codes.url(&public_url);
        let (until, short_until) = (codes.long_expires_at.rfc3339(), codes.short_expires_at.rfc3339());
        if self.json {
            let json = serde_json::json!({
                "code": codes.long, "short_code": codes.short, "url": url,
                "expires_at": until, "short_expires_at": short_until,
            });
            println!("{json}");
        } else {
            println!("{} {} 的手机登记码（只能用一次）", person.username, person.display_name);
            println!("enrolment code for the phone of {}, good once\n", person.username);
            println!("{}\n{url}\n到 until {until}\n", qr::drawn(&url)?);
            println!("或输入 or type: {}  到 until {short_until}", codes.short);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Where phones find the server, as far as this folder knows.
fn last_public_url(common: &Common) -> Result<String> {
    if let Some(url) = Lock::last_public_url(&common.data)? {
        return Ok(url);
    }
    eprintln!("注意：服务器还没有启动过，请用 --public-url 指定对外网址，否则二维码指向本机");
    eprintln!("note: no server ran here yet; without --public-url the QR code points to this machine");
    Ok("http://127.0.0.1:8080".to_owned())
}
