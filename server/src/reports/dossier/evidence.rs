//! What proves that the records of a dossier stand in the county's ledger: the entries, each with its path
//! to a signed checkpoint.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::packing::Packing;
use super::{Gathered, Making};
use crate::error::{Error, Result};
use crate::sync::proof::in_base64;

impl Making {
    /// Adds the entries with their proofs, the checkpoints that these lead to, and the key.
    pub(super) async fn evidence(&self, gathered: &Gathered, packing: &mut Packing) -> Result<()> {
        let county = &gathered.county;
        let (mut lines, mut checkpoints) = (String::new(), BTreeMap::new());
        let proofs = self.engine.prove_entries(&self.actor, county, &gathered.entries).await?;
        for (entry, proof) in gathered.entries.iter().zip(proofs) {
            let body: Option<serde_json::Value> =
                entry.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
            let mut line = json!({
                "seq": entry.seq,
                "record": entry.record,
                "by_name": entry.by_name,
                "received_at": entry.received_at.rfc3339(),
                "change": body,
            });
            // One may be so new that no checkpoint covers it.
            if let Some((proof, checkpoint)) = proof {
                let name = format!("ledger/checkpoint-{}-{}.txt", checkpoint.epoch, checkpoint.size);
                line["leaf"] = serde_json::to_value(&proof.leaf).map_err(Error::internal)?;
                line["index"] = json!(proof.index);
                line["size"] = json!(proof.size);
                line["proof"] = json!(in_base64(&proof.hashes));
                line["checkpoint"] = json!(name);
                checkpoints.insert(name, checkpoint.note);
            }
            let _ = writeln!(lines, "{line}");
        }
        packing.text("ledger/entries.ndjson", lines).await?;
        for (name, note) in checkpoints {
            packing.text(&name, note).await?;
        }
        let key = self.engine.verifying_key(&self.actor, county).await?;
        packing.text("ledger/key.txt", format!("{key}\n")).await
    }
}
