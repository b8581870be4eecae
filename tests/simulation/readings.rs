//! Changes as they were read. What is held is asked after again and again, and what was read lately
//! is not read anew: reading is a pure function of the bytes, but for a salt.

use std::collections::HashMap;
use std::rc::Rc;

use siteledger::sync::incoming::Incoming;

/// So many are kept.
const MOST: usize = 4_096;

/// Changes as they were read, by their bytes.
#[derive(Default)]
pub(crate) struct Readings(HashMap<Box<str>, Rc<Incoming>>);

impl Readings {
    /// What these bytes say.
    pub(crate) fn of(&mut self, raw: &str) -> Rc<Incoming> {
        if let Some(read) = self.0.get(raw) {
            return Rc::clone(read);
        }
        if self.0.len() == MOST {
            self.0.clear();
        }
        let incoming = Rc::new(Incoming::read(raw).expect("there is randomness"));
        self.0.insert(raw.into(), Rc::clone(&incoming));
        incoming
    }
}
