//! Code lists as shipped. A closed one is part of the protocol; an open one is edited by the
//! county (`code_list` records), so any text is kept in a field that names it.

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

const fn choice(code: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice { code, zh, en }
}

/// All lists.
pub const CHOICE_LISTS: &[ChoiceList] = &[ChoiceList {
    name: "work_status",
    open: false,
    choices: &[
        choice("working", "施工", "working"),
        choice("idle", "未施工", "idle"),
        choice("suspended", "停工", "suspended"),
    ],
}];
