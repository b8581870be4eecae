//! What a client gives back without reading it: the cursor, the ticket, the end of a page.
//!
//! The bytes are such a text themselves, and what an insider's cursor would hold.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use siteledger::sync::cursor::{Cursor, Sealer};
use siteledger::sync::feed::IndexEnd;
use siteledger::sync::ticket;

/// This server's key, which the files of the corpus are sealed with.
const KEY: [u8; 32] = [7; 32];

pub(crate) fn holds(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        as_it_came(text);
    }
    let ours = Sealer::new(&KEY);
    // Without a seal, or with one that somebody thought of, it is none.
    for seal in [[0; 16], [0xff; 16]] {
        let forged = URL_SAFE_NO_PAD.encode([&seal, bytes].concat());
        assert_eq!(ours.open(&forged), None, "a forged cursor opens");
    }
    if let Ok(cursor) = serde_json::from_slice::<Cursor>(bytes) {
        sealed(&ours, &cursor, bytes);
    }
}

/// What is sealed opens to what was sealed, here and with every bit as it was.
fn sealed(ours: &Sealer, cursor: &Cursor, bytes: &[u8]) {
    let text = ours.seal(cursor);
    assert_eq!(ours.open(&text).as_ref(), Some(cursor), "it opens to something else");
    assert_eq!(ours.seal(cursor), text, "one cursor has two texts");
    assert_eq!(Sealer::new(&[8; 32]).open(&text), None, "another server opens it");
    let sealed = URL_SAFE_NO_PAD.decode(&text).expect("it was encoded so");
    let place = bytes.iter().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
    for place in [place % sealed.len(), place / 7 % 16, sealed.len() - 1] {
        let mut bent = sealed.clone();
        bent[place] ^= 1 << (place % 8);
        assert_eq!(ours.open(&URL_SAFE_NO_PAD.encode(&bent)), None, "byte {place} is bent, and it opens");
        assert_eq!(ours.open(&URL_SAFE_NO_PAD.encode(&sealed[..place])), None, "it is cut, and it opens");
    }
}

fn as_it_came(text: &str) {
    if let Some(cursor) = Sealer::new(&KEY).open(text) {
        assert_eq!(Sealer::new(&KEY).seal(&cursor), text, "a cursor that nobody sealed opens");
    }
    if let Some(ticket) = ticket::decode(text) {
        assert_eq!(ticket::encode(ticket), text, "one ticket has two texts");
    }
    if let Ok(end) = text.parse::<IndexEnd>() {
        assert_eq!(end.to_string().parse::<IndexEnd>().ok().as_ref(), Some(&end));
    }
}
