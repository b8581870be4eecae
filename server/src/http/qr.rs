//! QR codes: what a phone scans.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::error::{Error, Result};

/// The code of a text.
///
/// # Errors
/// If the text is too long for one.
pub(crate) fn code(text: &str) -> Result<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| Error::internal(anyhow::anyhow!("could not draw a QR code: {error}")))
}

/// It drawn for a page, black on white whatever stands around it.
///
/// # Errors
/// If the text is too long for one.
pub(super) fn picture(text: &str) -> Result<String> {
    let drawn = code(text)?.render::<svg::Color<'_>>().module_dimensions(1, 1).quiet_zone(true).build();
    // A page has no place for a document's first line.
    Ok(drawn.find("<svg").map_or(drawn.clone(), |begin| drawn[begin..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enrolment_address_is_drawn_square_and_small() {
        let drawn = picture("https://ledger.example/#/enrol/mJ6-0pZ1kq3Tq7bV2Yx9cA").unwrap();
        assert!(drawn.starts_with("<svg xmlns=") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(drawn.contains("viewBox=\"0 0 41 41\""), "{drawn}");
        assert!(drawn.len() < 10_000, "{} bytes", drawn.len());
    }
}
