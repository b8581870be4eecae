//! All declarations in one piece, as `GET /api/v1/schema` sends them.

use serde::Serialize;

use super::{
    CHECKLIST, CHECKLIST_EN, CHECKLIST_VERSION, CHECKLIST_ZH, CHOICE_LISTS, CheckItem, ChoiceList, Kind,
    Role, all,
};
use crate::version::PROTOCOL;

/// The declarations from which a client draws its forms.
#[derive(Clone, Debug, Serialize)]
pub struct Schema {
    /// The protocol version that they belong to.
    pub protocol: u32,
    /// The kinds with their fields, common ones included.
    pub kinds: Vec<&'static Kind>,
    /// The code lists as shipped.
    pub choice_lists: &'static [ChoiceList],
    /// The checklists as shipped.
    pub checklists: [ShippedChecklist; 1],
    /// The roles.
    pub roles: Vec<RoleName>,
}

/// A checklist as shipped.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ShippedChecklist {
    /// Its name, in Chinese.
    pub zh: &'static str,
    /// Its name, in English.
    pub en: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its items in order.
    pub items: &'static [CheckItem],
}

/// A role with its names.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RoleName {
    /// The role.
    pub name: Role,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
}

/// All declarations of this crate.
pub fn schema() -> Schema {
    Schema {
        protocol: PROTOCOL,
        kinds: all().collect(),
        choice_lists: CHOICE_LISTS,
        checklists: [ShippedChecklist {
            zh: CHECKLIST_ZH,
            en: CHECKLIST_EN,
            version: CHECKLIST_VERSION,
            items: CHECKLIST,
        }],
        roles: Role::ALL.iter().map(|role| RoleName { name: *role, zh: role.zh(), en: role.en() }).collect(),
    }
}
