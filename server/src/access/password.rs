//! Passwords: what a good one is, and their argon2id hashes.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use super::secret;
use crate::error::{Error, Kind, Result};

/// The least number of characters.
const MIN_CHARS: usize = 12;
/// The most bytes; more would only keep the hasher busy.
const MAX_BYTES: usize = 1024;
/// How many are hashed at once: each takes 19 MiB and a moment of a core.
const AT_ONCE: usize = 2;
/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// What people come up with when asked for a long password, in lower case. Whatever is one of
/// these with digits or signs around it counts as one too.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "passwordpassword",
    "qwertyuiop",
    "qwertyuiopasdf",
    "qwerty",
    "1qaz2wsx",
    "1q2w3e4r",
    "1q2w3e4r5t6y",
    "1q2w3e",
    "qazwsxedc",
    "qazwsxedcrfv",
    "asdfghjkl",
    "zxcvbnm",
    "asdfghjklzxcvbnm",
    "iloveyou",
    "woaini",
    "woaiwoaini",
    "admin",
    "administrator",
    "adminadmin",
    "root",
    "letmein",
    "welcome",
    "changeme",
    "siteledger",
    "gongdi",
    "taizhang",
    "gaibo",
    "gaiboban",
    "jiaoyu",
    "jiaoyuju",
    "sanming",
    "shanghang",
    "jiaocheng",
    "fujian",
    "abcdefgh",
    "abcdefghijkl",
    "abcabcabcabc",
    "aaaaaaaaaaaa",
    "a1b2c3d4e5f6",
    "a1b2c3d4",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "superman",
    "trustno1",
    "testtest",
    "testtesttest",
    "test",
    "user",
    "guest",
    "wangyi",
    "5201314",
];

/// Hashes passwords, few at a time.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    /// The hash of a password that nobody has: who has no account costs as much time as who has.
    nobodys: String,
}

impl Passwords {
    pub(super) fn new() -> Result<Self> {
        let nobodys = hash_now(&secret::new::<16>()?)?;
        Ok(Self { turns: Arc::new(Semaphore::new(AT_ONCE)), nobodys })
    }

    /// Whether the password is the one with that hash; without a hash it is not, in the same time.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(Error::internal)?;
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobodys.clone());
        let verified = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let hash = PasswordHash::new(&hash)?;
            Ok::<_, argon2::password_hash::phc::Error>(
                argon2().verify_password(password.as_bytes(), &hash).is_ok(),
            )
        });
        let verified = verified.await.map_err(Error::internal)?;
        let verified = verified
            .map_err(|error| Error::internal(anyhow::anyhow!("a password hash cannot be read: {error}")))?;
        Ok(verified && exists)
    }
}

/// Hashes a password that [`check`] found good.
///
/// # Errors
/// Only if the system gives no random bytes.
pub async fn hash(password: String) -> Result<String> {
    tokio::task::spawn_blocking(move || hash_now(&password)).await.map_err(Error::internal)?
}

fn hash_now(password: &str) -> Result<String> {
    let salt = secret::random::<16>()?;
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    let hash: PasswordHash =
        hash.map_err(|error| Error::internal(anyhow::anyhow!("could not hash a password: {error}")))?;
    Ok(hash.to_string())
}

fn argon2() -> Argon2<'static> {
    // OWASP's least for argon2id: 19 MiB, two passes, one lane; the defaults of the crate.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Checks that a password is long enough and none of the commonest.
///
/// # Errors
/// `weak_password`, saying what is wrong.
pub fn check(password: &str, username: &str) -> Result<()> {
    let weak = |zh: String, en: String| Err(Error::new(Kind::Unprocessable, "weak_password", zh, en));
    if password.chars().count() < MIN_CHARS {
        return weak(
            format!("密码至少要有 {MIN_CHARS} 个字符；没有改动"),
            format!("a password has at least {MIN_CHARS} characters; nothing was changed"),
        );
    }
    if password.len() > MAX_BYTES {
        return weak(
            format!("密码不能超过 {MAX_BYTES} 字节；没有改动"),
            format!("a password has at most {MAX_BYTES} bytes; nothing was changed"),
        );
    }
    if is_common(password, username) {
        return weak(
            "这个密码太容易被猜到，请换一个；没有改动".to_owned(),
            "this password is too easily guessed, choose another; nothing was changed".to_owned(),
        );
    }
    Ok(())
}

fn is_common(password: &str, username: &str) -> bool {
    let lower = password.to_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    // Digits and signs alone leave no core: a telephone number, a date.
    distinct.len() < 5
        || core.is_empty()
        || core == username.to_lowercase()
        || COMMON.contains(&core)
        || COMMON.contains(&lower.as_str())
}

fn busy() -> Error {
    Error::new(
        Kind::Unavailable(5),
        "busy",
        "登录的人太多，请稍后再试",
        "too many people are signing in; try again in a moment",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::new().unwrap();
        let hash = hash("梅花山下有三间教室".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("梅花山下有三间教室".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("梅花山下有三间教".to_owned(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("梅花山下有三间教室".to_owned(), None).await.unwrap());
    }

    /// The work is what takes the time, and it is what the parameters say.
    #[tokio::test]
    async fn who_has_no_account_costs_the_same_work_as_who_has_one() {
        let work = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        let nobodys = Passwords::new().unwrap().nobodys;
        assert_eq!(work(&nobodys).as_deref(), Some("$argon2id$v=19$m=19456,t=2,p=1"));
        assert_eq!(work(&nobodys), work(&hash("梅花山下有三间教室".to_owned()).await.unwrap()));
    }

    #[test]
    fn the_commonest_are_refused() {
        for bad in [
            "",
            "short",
            "elevenchars",
            "123456789012",
            "135001234567",
            "Password1234",
            "password!!!2026",
            "aaaaaaaaaaaa",
            "abababababab",
            "qwertyuiop123",
            "lin.meihua2026",
            "2026-11-24-12-00",
            "SiteLedger2026",
        ] {
            let refused = check(bad, "lin.meihua").expect_err(bad);
            assert_eq!(refused.code, "weak_password");
        }
        for good in ["梅花山下有三间新的好教室", "correct horse battery", "Xk3-vbQ-9mw-77t"] {
            check(good, "lin.meihua").expect(good);
        }
    }
}
