//! What a record is called where another one refers to it.

use sync_protocol::kinds::Kind;

use super::entry::Entry;

/// How long a title may get, in letters.
const MOST: usize = 60;

/// By which of its fields a record is called, the first that is filled in.
const CALLED_BY: [&str; 11] = [
    "name",
    "notice_no",
    "number",
    "seal_no",
    "contract_no",
    "voucher",
    "subject",
    "description",
    "code",
    "date",
    "done_on",
];

/// What a record is called; none where nothing in it says.
pub(in crate::reports) fn title(kind: &Kind, entry: &Entry<'_>) -> Option<String> {
    let mut named = CALLED_BY.iter().filter(|name| kind.field(name).is_some());
    let text = named.find_map(|name| entry.text(name).filter(|text| !text.is_empty()))?;
    if text.chars().count() <= MOST {
        return Some(text.to_owned());
    }
    Some(text.chars().take(MOST - 1).chain(std::iter::once('…')).collect())
}
