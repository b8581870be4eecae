//! QR codes in a terminal.

use std::io::IsTerminal as _;

use qrcode::render::unicode::Dense1x2;

use crate::error::Result;
use crate::http::qr;

/// A QR code drawn in half blocks, light on dark: a terminal is told the colours, and what is no
/// terminal is most likely read on a dark one.
///
/// # Errors
/// If the text is too long for one.
pub(crate) fn drawn(text: &str) -> Result<String> {
    // What is drawn is the light part.
    let drawn = qr::code(text)?
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    if !std::io::stdout().is_terminal() {
        return Ok(drawn);
    }
    let coloured: Vec<_> = drawn.lines().map(|line| format!("\x1b[97;40m{line}\x1b[0m")).collect();
    Ok(coloured.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enrolment_address_fits_a_terminal() {
        // A test's stdout may be a terminal, with colours in it.
        let drawn = drawn("https://ledger.example/#/enrol/mJ6-0pZ1kq3Tq7bV2Yx9cA").unwrap();
        let drawn = drawn.replace("\x1b[97;40m", "").replace("\x1b[0m", "");
        let lines: Vec<_> = drawn.lines().collect();
        assert!(lines.len() <= 24, "{} lines", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()));
        assert!(drawn.chars().all(|c| matches!(c, ' ' | '█' | '▀' | '▄' | '\n')), "{drawn}");
    }
}
