//! Opens the ledger of a county, with the key that signs its checkpoints; corrects what it is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;

use crate::access::secret;
use crate::clock::Clock;
use crate::error::{Error, Kind, Result};
use crate::store::founding::{self, NewLedger};
use crate::store::ledger::{self, LedgerRow};
use crate::store::{Store, server_row};

/// C2SP signed-note: the signature type of Ed25519, which stands before every key.
const ED25519: u8 = 1;

/// Opens the ledger of a county and returns the key that its checkpoints are checked with.
///
/// # Errors
/// If a code is no code, or the county has a ledger already.
pub async fn open(
    store: &Store,
    clock: &Clock,
    code: &str,
    name: &str,
    city: Option<&str>,
) -> Result<String> {
    check_division(code)?;
    city.map_or(Ok(()), check_division)?;
    check_name(name)?;
    let (signing_key, verifying_key) = new_keys(&format!("siteledger/{code}"))?;
    let ledger = NewLedger {
        county: code.to_owned(),
        name: name.trim().to_owned(),
        city: city.map(str::to_owned),
        signing_key,
        verifying_key: verifying_key.clone(),
        created_at: clock.now(),
    };
    let taken = Error::new(
        Kind::Conflict,
        "county_exists",
        format!("{code} 的台账已经开通，没有改动；更正县名或设区市用 siteledger county set"),
        format!(
            "the ledger of {code} is open already, nothing was changed; siteledger county set corrects its name or city"
        ),
    );
    store
        .write(move |tx| {
            Box::pin(async move {
                if !founding::open(tx, &ledger).await? {
                    return Err(taken);
                }
                server_row::bump_access_version(tx).await
            })
        })
        .await?;
    Ok(verifying_key)
}

/// What a county is to be called, and where it lies; what is left out stays.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Its name.
    pub name: Option<String>,
    /// The code of its city.
    pub city: Option<String>,
}

/// Corrects the name or the city of a county, and returns its ledger as it stands now. A running
/// server goes by it when it looks for counties again.
///
/// # Errors
/// If a code is no code, the name is empty, or the county has no ledger.
pub async fn correct(store: &Store, code: &str, correction: Correction) -> Result<LedgerRow> {
    check_division(code)?;
    correction.city.as_deref().map_or(Ok(()), check_division)?;
    correction.name.as_deref().map_or(Ok(()), check_name)?;
    let code = code.to_owned();
    let corrected = store.write(move |tx| {
        Box::pin(async move {
            let Correction { name, city } = &correction;
            founding::correct(tx, &code, name.as_deref().map(str::trim), city.as_deref()).await?;
            server_row::bump_access_version(tx).await?;
            let ledger = ledger::ledgers(tx).await?.into_iter().find(|ledger| ledger.county == code);
            ledger.ok_or_else(|| no_ledger(&code))
        })
    });
    corrected.await
}

fn no_ledger(code: &str) -> Error {
    Error::new(
        Kind::NotFound,
        "no_such_county",
        format!("没有 {code} 的台账，没有改动；siteledger county list 列出已开通的县"),
        format!(
            "there is no ledger of {code}, nothing was changed; siteledger county list tells which there are"
        ),
    )
}

fn check_division(code: &str) -> Result<()> {
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unprocessable,
        "invalid_division",
        "行政区划代码应为 6 位数字，例如 350823；没有改动",
        "a division code has 6 digits, such as 350823; nothing was changed",
    ))
}

fn check_name(name: &str) -> Result<()> {
    if !name.trim().is_empty() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unprocessable,
        "invalid_name",
        "县名不能为空；没有改动",
        "the county needs a name; nothing was changed",
    ))
}

/// A new Ed25519 key pair in the text forms of C2SP signed-note: what signs, what verifies.
fn new_keys(name: &str) -> Result<(String, String)> {
    let key = SigningKey::from_bytes(&secret::random()?);
    let with_type = |key: &[u8; 32]| [&[ED25519], key.as_slice()].concat();
    let public = with_type(key.verifying_key().as_bytes());
    let id = signed_note::key_id(name, &public);
    let private = STANDARD.encode(with_type(key.as_bytes()));
    let public = STANDARD.encode(public);
    Ok((format!("PRIVATE+KEY+{name}+{id:08x}+{private}"), format!("{name}+{id:08x}+{public}")))
}

#[cfg(test)]
mod tests {
    use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};

    use super::*;

    #[test]
    fn what_the_key_signs_its_pair_verifies() {
        let (signing, verifying) = new_keys("siteledger/350823").unwrap();
        let signer = StandardSigner::new(&signing).unwrap();
        let mut note = Note::new(b"siteledger/350823\n1\nhash\n", &[]).unwrap();
        note.add_sigs(&[&signer]).unwrap();
        let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&verifying).unwrap())]);
        let (good, unknown) = note.verify(&known).unwrap();
        assert_eq!((good.len(), unknown.len()), (1, 0));
    }

    #[tokio::test]
    async fn a_county_has_one_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let (store, clock) = (Store::open(folder.path()).await.unwrap(), Clock::default());
        let verifying = open(&store, &clock, "350823", "上杭县", Some("350400")).await.unwrap();
        let again = open(&store, &clock, "350823", "上杭", None).await.unwrap_err();
        assert_eq!(again.code, "county_exists");
        let mut tx = store.read().await.unwrap();
        let ledgers = ledger::ledgers(&mut tx).await.unwrap();
        assert_eq!(ledgers.len(), 1);
        assert_eq!((ledgers[0].name.as_str(), ledgers[0].seq), ("上杭县", 0));
        assert_eq!(founding::keys(&mut tx, "350823").await.unwrap().1, verifying);
    }

    #[tokio::test]
    async fn a_code_has_six_digits() {
        let folder = tempfile::tempdir().unwrap();
        let (store, clock) = (Store::open(folder.path()).await.unwrap(), Clock::default());
        for (code, city) in
            [("35082", None), ("35082x", None), ("350823", Some("35")), ("３５０８２３", None)]
        {
            let refused = open(&store, &clock, code, "上杭县", city).await.unwrap_err();
            assert_eq!(refused.code, "invalid_division", "{code} {city:?}");
        }
    }
}
