//! The number by which somebody who complained finds out what became of it.
//!
//! It is drawn by the system's randomness, 16 letters of 29: 77 bits. The record's id follows from it and
//! not the other way round, so who reads the ledger cannot take up the complainant's place, and nothing
//! need be stored.

use std::fmt;

use sync_protocol::id::RecordId;
use uuid::Uuid;

use crate::access::secret;
use crate::error::Result;

/// Digits and letters that nobody takes for one another: no 0 O, no 1 I L, no U V.
const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
const LETTERS: usize = 16;
const GROUP: usize = 4;

/// The number of a complaint.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt(String);

impl Receipt {
    /// A new one.
    ///
    /// # Errors
    /// Only if the system gives no random bytes.
    pub fn draw() -> Result<Self> {
        let drawn: [u8; 64] = secret::random()?;
        // What is beyond the last whole round of the alphabet would make its first letters likelier.
        let within = drawn.into_iter().filter(|byte| *byte < 232).take(LETTERS);
        let letters: String = within.map(|byte| char::from(ALPHABET[usize::from(byte % 29)])).collect();
        if letters.len() == LETTERS { Ok(Self(letters)) } else { Self::draw() }
    }

    /// Reads one as somebody typed it: in any case, with or without dashes and blanks.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > 100 {
            return None;
        }
        let typed = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—'));
        let letters: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let is_one = letters.len() == LETTERS && letters.bytes().all(|byte| ALPHABET.contains(&byte));
        is_one.then_some(Self(letters))
    }

    /// The complaint that it stands for.
    pub fn record(&self) -> RecordId {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"complaint.siteledger");
        RecordId(Uuid::new_v5(&namespace, self.0.as_bytes()))
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.0.as_bytes().chunks(GROUP).enumerate() {
            let dash = if at == 0 { "" } else { "-" };
            write!(f, "{dash}{}", String::from_utf8_lossy(group))?;
        }
        Ok(())
    }
}

/// Never in a log.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_as_it_is_written_down() {
        let receipt = Receipt::draw().unwrap();
        let shown = receipt.to_string();
        assert_eq!(shown.len(), LETTERS + 3);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', ""), format!("  {shown} ")] {
            assert_eq!(Receipt::read(&typed), Some(receipt.clone()), "{typed}");
        }
        assert_ne!(Receipt::draw().unwrap().record(), receipt.record());
        for wrong in ["", "AAAA", "0OIL-0OIL-0OIL-0OIL", "７7777777777777777", &"2".repeat(101)] {
            assert_eq!(Receipt::read(wrong), None, "{wrong}");
        }
        assert!(!format!("{receipt:?}").contains(&shown));
    }
}
