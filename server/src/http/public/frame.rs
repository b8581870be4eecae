//! What every public page needs: the language, addresses, figures in words.

use std::sync::LazyLock;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest as _, Sha256};
use sync_protocol::id::RecordId;
use sync_protocol::kinds::ChoiceList;
use url::form_urlencoded;

use crate::disclosure::Reached;
use crate::error::Language;
use crate::programme::indicators::Indicator;
use crate::programme::money::Money;
use crate::programme::ratio::{Printed, Ratio, decimal};
use crate::programme::states::project::ProjectState;

/// How the pages look.
pub(super) const STYLE: &str = include_str!("../../../templates/public/style.css");

/// Names the style, and with it this version of the pages.
pub(super) static VERSION: LazyLock<String> =
    LazyLock::new(|| hex::encode(&Sha256::digest(format!("{STYLE}{}", env!("CARGO_PKG_VERSION")))[..6]));

/// The frame of a page: in which language, at which address.
#[derive(Clone, Debug)]
pub struct Frame {
    language: Language,
    /// Whether the address says the language: then its links do, too.
    is_explicit: bool,
    /// The page's own address, without the language.
    here: String,
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let spoken = Language::from_request_parts(parts, state).await?;
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let asked =
            pairs.iter().find(|(name, _)| name == "lang").and_then(|(_, value)| match value.as_ref() {
                "zh" => Some(Language::Chinese),
                "en" => Some(Language::English),
                _ => None,
            });
        let kept = pairs.iter().filter(|(name, _)| name != "lang");
        let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        let path = parts.uri.path();
        let here = if kept.is_empty() { path.to_owned() } else { format!("{path}?{kept}") };
        Ok(Self { language: asked.unwrap_or(spoken), is_explicit: asked.is_some(), here })
    }
}

impl Frame {
    /// The frame of a page that has no address of its own.
    pub(super) const fn in_language(language: Language) -> Self {
        Self { language, is_explicit: false, here: String::new() }
    }

    /// The sentence in the page's language.
    pub const fn t<'s>(&self, zh: &'s str, en: &'s str) -> &'s str {
        self.language.pick(zh, en)
    }

    /// An address of ours, in the language that was asked for.
    pub fn to(&self, path: &str) -> String {
        if self.is_explicit { with_language(path, self.language) } else { path.to_owned() }
    }

    /// The page of a county.
    pub fn county(&self, code: &str) -> String {
        self.to(&format!("/public/counties/{code}"))
    }

    /// The page of a project.
    pub fn project(&self, id: &RecordId) -> String {
        self.to(&format!("/public/projects/{id}"))
    }

    /// The form by which somebody complains about a county.
    pub fn form(&self, county: &str) -> String {
        self.to(&format!("/public/complaints/new?county={county}"))
    }

    /// The form by which somebody complains about a project.
    pub fn form_about(&self, county: &str, project: &RecordId) -> String {
        self.to(&format!("/public/complaints/new?county={county}&project={project}"))
    }

    /// What became of a complaint.
    pub fn followed(&self, receipt: &str) -> String {
        self.to(&format!("/public/complaints/{receipt}"))
    }

    /// This page in the other language.
    pub fn other_href(&self) -> String {
        let other = match self.language {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        };
        with_language(&self.here, other)
    }

    /// The language, if the address says it.
    pub fn explicit(&self) -> Option<&'static str> {
        self.is_explicit.then(|| self.language.pick("zh", "en"))
    }

    /// The address of the style.
    pub fn style(&self) -> String {
        format!("/public/style.css?v={}", *VERSION)
    }

    /// A figure as people read it.
    pub fn figure(&self, indicator: &Indicator, ratio: &Ratio) -> String {
        let printed = ratio.print(indicator.printed);
        match indicator.printed {
            Printed::Area => format!("{printed} ㎡"),
            Printed::Money => {
                format!("{printed} {}", self.t("万元", "× 10,000 yuan"))
            }
            _ => printed,
        }
    }

    /// An area, given in 0.01 ㎡.
    pub fn area(&self, hundredths: &i64) -> String {
        format!("{} ㎡", decimal((*hundredths).into(), 100, 2))
    }

    /// Money in 万元, given in 分.
    pub fn money(&self, fen: &i64) -> String {
        decimal((*fen).into(), 1_000_000, 2)
    }

    /// The sum of money over all sources.
    pub fn total(&self, money: &[Money]) -> Money {
        money.iter().fold(Money::default(), |total, money| Money {
            source: String::new(),
            planned: total.planned + money.planned,
            received: total.received + money.received,
            paid: total.paid + money.paid,
        })
    }

    /// A word of a code list; the code itself where the list has no such word.
    pub fn word(&self, list: &str, code: &str) -> String {
        let choices = ChoiceList::named(list).map_or(&[][..], |list| list.choices);
        let choice = choices.iter().find(|choice| choice.code == code);
        choice.map_or(code, |choice| self.t(choice.zh, choice.en)).to_owned()
    }

    /// What a project has come to.
    pub fn state(&self, state: &ProjectState) -> &'static str {
        let (zh, en) = match state {
            ProjectState::Planned => ("已列入规划", "planned"),
            ProjectState::Approved => ("已立项报建", "approved"),
            ProjectState::Designed => ("已完成设计", "designed"),
            ProjectState::Contracted => ("已发包", "contracted"),
            ProjectState::Started => ("已开工", "started"),
            ProjectState::Suspended => ("停工", "suspended"),
            ProjectState::Accepted => ("已竣工验收", "accepted"),
            ProjectState::Filed => ("已竣工备案", "filed"),
            ProjectState::InUse => ("已投入使用", "in use"),
            ProjectState::Settled => ("已结算", "settled"),
            ProjectState::HandedOver => ("已移交", "handed over"),
            ProjectState::Closed => ("已关闭", "closed"),
        };
        self.language.pick(zh, en)
    }

    /// How far a complaint has come.
    pub fn reached(&self, reached: &Reached) -> &'static str {
        let (zh, en) = match reached {
            Reached::Received => ("已收到", "received"),
            Reached::Handled => ("正在处理", "being handled"),
            Reached::Replied => ("已答复", "answered"),
            Reached::Void => ("办公室已作废", "declared void by the office"),
        };
        self.language.pick(zh, en)
    }
}

fn with_language(path: &str, language: Language) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}lang={}", language.pick("zh", "en"))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn frame(address: &str, accepts: &str) -> Frame {
        let request = Request::get(address).header("accept-language", accepts).body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        Frame::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn a_page_speaks_the_language_asked_for_and_its_links_keep_it() {
        for (address, accepts, language, to, other) in [
            ("/public", "", "zh", "/public/x", "/public?lang=en"),
            ("/public", "en-GB, zh", "en", "/public/x", "/public?lang=zh"),
            ("/public?lang=en", "zh", "en", "/public/x?lang=en", "/public?lang=zh"),
            ("/public?lang=fr", "", "zh", "/public/x", "/public?lang=en"),
            ("/public/a?county=1&lang=zh", "en", "zh", "/public/x?lang=zh", "/public/a?county=1&lang=en"),
            ("/public/a?x=%22%3E", "", "zh", "/public/x", "/public/a?x=%22%3E&lang=en"),
        ] {
            let frame = frame(address, accepts).await;
            assert_eq!(frame.t("zh", "en"), language, "{address} {accepts}");
            assert_eq!(frame.to("/public/x"), to, "{address} {accepts}");
            assert_eq!(frame.other_href(), other, "{address} {accepts}");
        }
    }
}
