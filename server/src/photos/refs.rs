//! The photos that a record refers to, and what it says of them.

use sync_protocol::message::Snapshot;
use sync_protocol::photo::{PhotoRef, Sha256};

/// The photos that a record refers to, each as often as it does, with the field that does.
pub fn of(record: &Snapshot) -> impl Iterator<Item = (&str, PhotoRef)> {
    record.fields.iter().flat_map(|(field, heads)| {
        // Whatever has a hash is one: a newer phone may have fields that this server does not know.
        let has_hash = heads.iter().filter(|head| head.value.part("sha256").is_some());
        has_hash.filter_map(move |head| Some((field.as_str(), PhotoRef::read(&head.value).ok()?)))
    })
}

/// Whether a record says that a minor can be recognised in that photo.
pub fn shows_minor(record: &Snapshot, photo: &Sha256) -> bool {
    of(record).any(|(_, its)| its.sha256 == *photo && its.contains_minor == Some(true))
}
