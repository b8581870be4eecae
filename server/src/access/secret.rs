//! Secrets: made from the system's randomness, kept as their SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// What the store keeps of a secret.
pub type SecretHash = [u8; 32];

/// Random bytes.
///
/// # Errors
/// Only if the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::internal(anyhow::anyhow!("the system gives no randomness: {error}")))?;
    Ok(bytes)
}

/// A new secret of `N` random bytes, as base64url.
pub fn new<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<N>()?))
}

/// Digits and letters that nobody takes for one another: no 0 O, no 1 I L, no U V.
const TYPED: &[u8] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";

/// A new secret of that many characters, to be read from paper and typed: nearly five bits each.
///
/// # Errors
/// Only if the system gives no random bytes.
pub fn typeable(chars: usize) -> Result<String> {
    let fair = 256 - 256 % TYPED.len();
    let mut typed = String::with_capacity(chars);
    while typed.len() < chars {
        for byte in random::<16>()?.map(usize::from) {
            if byte < fair && typed.len() < chars {
                typed.push(char::from(TYPED[byte % TYPED.len()]));
            }
        }
    }
    Ok(typed)
}

/// What the store keeps of a secret. A fast hash is right for what nobody can guess; looking a
/// hash up tells nothing about the secret by the time it takes.
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret).into()
}
