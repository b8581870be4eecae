//! What a county calls the codes of its lists: it may edit them, and tables speak its words.

use std::collections::HashMap;

use sync_protocol::record::Record;
use sync_protocol::value::Value;

use crate::error::{Language, Result};
use crate::programme::reading::Read;
use crate::store::{Tx, records};
use crate::sync::standing;

/// Names of codes, by list and code; what is not among them is called as the protocol does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::reports) struct Codes(HashMap<String, HashMap<String, Called>>);

/// What a code is called.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Called {
    zh: String,
    en: Option<String>,
}

impl Codes {
    /// Those of a county. A list whose record is damaged names nothing.
    pub(in crate::reports) async fn of_county(tx: &mut Tx, county: &str) -> Result<Self> {
        let mut codes = Self::default();
        let read = records::each_of_kind(tx, county, "code_list", |found| {
            if let Ok(row) = found {
                codes.learn(&standing::snapshot(&row)?.into_record());
            }
            Ok(())
        });
        read.await?;
        Ok(codes)
    }

    /// Takes in a list; of two for the same codes the later one counts.
    fn learn(&mut self, record: &Record) {
        let Some(list) = Read::in_force(record).and_then(|read| read.text("list")) else { return };
        let names = self.0.entry(list.to_owned()).or_default();
        for (code, heads) in record.keyed("entries") {
            let Some(entry) = heads.first() else { continue };
            let part = |name: &str| entry.value.part(name).and_then(Value::as_text).map(str::to_owned);
            if let Some(zh) = part("zh").filter(|zh| !zh.is_empty()) {
                names.insert(code.to_owned(), Called { zh, en: part("en").filter(|en| !en.is_empty()) });
            }
        }
    }

    /// What a code of a list is called; in English only where the county says it in English.
    pub(in crate::reports) fn name(&self, list: &str, code: &str, language: Language) -> Option<&str> {
        let called = self.0.get(list)?.get(code)?;
        match language {
            Language::Chinese => Some(&called.zh),
            Language::English => called.en.as_deref(),
        }
    }

    /// Those of several counties, for headings that they share: what they call differently has no name.
    pub(super) fn agreed(counties: Vec<Self>) -> Self {
        let mut agreed: HashMap<String, HashMap<String, Option<Called>>> = HashMap::new();
        for (list, names) in counties.into_iter().flat_map(|codes| codes.0) {
            let its = agreed.entry(list).or_default();
            for (code, called) in names {
                let known = its.entry(code).or_insert_with(|| Some(called.clone()));
                if known.as_ref() != Some(&called) {
                    *known = None;
                }
            }
        }
        let named = |names: HashMap<String, Option<Called>>| {
            names.into_iter().filter_map(|(code, called)| Some((code, called?))).collect()
        };
        Self(agreed.into_iter().map(|(list, names)| (list, named(names))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(names: &[(&str, &str)]) -> Codes {
        let called = |zh: &str| Called { zh: zh.to_owned(), en: None };
        let names = names.iter().map(|(code, zh)| ((*code).to_owned(), called(zh))).collect();
        Codes(HashMap::from([("trade".to_owned(), names)]))
    }

    #[test]
    fn what_counties_call_differently_has_no_name_that_they_share() {
        let counties = [
            codes(&[("T1", "钢筋工"), ("T2", "木工"), ("T3", "瓦工")]),
            codes(&[("T1", "钢筋工"), ("T2", "支模工")]),
            codes(&[("T2", "木工")]),
        ];
        let agreed = Codes::agreed(counties.into());
        for (code, expected) in [("T1", Some("钢筋工")), ("T2", None), ("T3", Some("瓦工")), ("T4", None)]
        {
            assert_eq!(agreed.name("trade", code, Language::Chinese), expected, "{code}");
        }
        assert_eq!(agreed.name("trade", "T1", Language::English), None, "nobody says it in English");
        assert_eq!(agreed.name("weather", "T1", Language::Chinese), None, "that is another list");
    }
}
