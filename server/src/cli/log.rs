//! The log as programs read it: one JSON object a line, and nothing in it that misleads who looks.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::access::label::misleads;

/// Stderr, for JSON. What a client says may stand in a failure's words; whatever commands a terminal,
/// breaks a line or turns it around is written as JSON writes any character: `\u202e`.
pub(super) struct JsonLines(io::Stderr);

impl JsonLines {
    pub(super) fn new() -> Self {
        Self(io::stderr())
    }
}

impl Write for JsonLines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        if event.is_ascii() {
            self.0.write_all(event)?;
        } else {
            self.0.write_all(escaped(&String::from_utf8_lossy(event)).as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(event: &str) -> String {
    let mut text = String::with_capacity(event.len());
    for c in event.chars() {
        // The only control character in JSON is the end of the line, which ends the event.
        if misleads(c) && c != '\n' {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_escaped_and_reads_back_the_same() {
        let said = "工地\u{202e}gnp\u{2028}\u{85}\u{7f}\u{1b}[31m\n\"";
        let line = serde_json::to_string(said).unwrap() + "\n";
        let kept = escaped(&line);
        assert!(kept.contains("工地\\u202e") && !kept.trim_end().contains(misleads), "{kept:?}");
        assert_eq!(serde_json::from_str::<String>(&kept).unwrap(), said);
    }
}
