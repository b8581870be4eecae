//! What stands in a generation beside its copy of the database.

use serde::{Deserialize, Serialize};
use sync_protocol::photo::Sha256;
use uuid::Uuid;

/// The form of manifests that this program writes and reads.
pub(super) const FORMAT: u32 = 1;

/// What a backup contains.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this file.
    pub format: u32,
    /// The server.
    pub server: Uuid,
    /// When the copy was made, RFC 3339.
    pub taken_at: String,
    /// The version of the program that made it.
    pub program: String,
    /// The copy of the database.
    pub database: DatabaseFile,
    /// The ledgers in it.
    pub counties: Vec<Contained>,
    /// The number of the newest change in the held box.
    pub held: i64,
    /// The photos that belong to it.
    pub photos: PhotosContained,
    /// What did not fit when the copy was checked. None of it: the backup is good.
    pub findings: Vec<String>,
}

impl Manifest {
    /// Whether everything fitted when the copy was checked. Photos are told of apart.
    pub const fn is_good(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The copy of the database.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DatabaseFile {
    /// How many bytes it has.
    pub bytes: u64,
    /// What they hash to.
    pub sha256: Sha256,
}

/// Up to where a ledger is contained.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Contained {
    /// The county.
    pub county: String,
    /// Its name.
    pub name: String,
    /// The epoch.
    pub epoch: u32,
    /// The highest number.
    pub seq: u64,
    /// The hash of the leaf there, in hex; none where the ledger is empty.
    pub leaf: Option<String>,
}

/// The photos that belong to a backup.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PhotosContained {
    /// How many are there.
    pub count: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// Those that the server had lost before, and asks the phones for.
    pub awaited: u64,
    /// Those that the server should have and that could not be copied.
    pub unreadable: Vec<Sha256>,
}
