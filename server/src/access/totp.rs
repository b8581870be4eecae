//! One-time codes of six digits (RFC 6238), for those who sign in at the office.

use totp_rs::{Builder, Secret, Totp};

use super::secret;
use crate::clock::Moment;
use crate::error::{Error, Result};

/// Who asks for the code, as the person's app shows it.
const ISSUER: &str = "SiteLedger";

/// What an app makes its codes from: 160 bits.
pub type TotpSecret = [u8; 20];

/// A new secret.
///
/// # Errors
/// Only if the system gives no random bytes.
pub fn new_secret() -> Result<TotpSecret> {
    secret::random()
}

/// What an authenticator app scans.
///
/// # Errors
/// Only if the secret is too short.
pub fn url(secret: &[u8], username: &str) -> Result<String> {
    let totp = Builder::new()
        .with_secret(Secret::from(secret.to_vec()))
        .with_account_name(username)
        .with_issuer(Some(ISSUER))
        .build();
    totp.and_then(|totp| totp.to_url()).map_err(unusable)
}

/// The step that a code belongs to, if it is right now or was, or will be, half a minute from now.
pub(super) fn step_of(secret: &[u8], code: &str, now: Moment) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    let step = totp(secret).ok()?.check(&code, seconds)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8]) -> Result<Totp> {
    Builder::new().with_secret(Secret::from(secret.to_vec())).build().map_err(unusable)
}

fn unusable(error: totp_rs::TotpError) -> Error {
    Error::internal(anyhow::Error::new(error).context("the secret of the one-time codes cannot be used"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_right_within_half_a_minute_and_counts_its_step() {
        // RFC 6238, appendix B: the last six digits at 59 s are 287082.
        let secret = b"12345678901234567890";
        assert_eq!(step_of(secret, "287 082", Moment(59_000)), Some(1));
        assert_eq!(step_of(secret, "287082", Moment(89_000)), Some(1));
        assert_eq!(step_of(secret, "287082", Moment(119_000)), None);
        assert_eq!(step_of(secret, "287083", Moment(59_000)), None);
        assert_eq!(step_of(secret, "", Moment(59_000)), None);
    }

    #[test]
    fn an_app_gets_an_address_with_the_secret() {
        let url = url(b"12345678901234567890", "林梅花").unwrap();
        assert!(url.starts_with("otpauth://totp/SiteLedger:"), "{url}");
        assert!(url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{url}");
    }
}
