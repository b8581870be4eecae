//! Settings of a running server, and the layout of its data folder.

mod high_water;
mod lock;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use high_water::{HighWater, Reached};
pub use lock::{Holder, Lock, private_file, private_folder, wait_to_open};

/// Backups that the server makes by itself.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// The backup folder.
    pub to: PathBuf,
    /// How often.
    pub every: Duration,
    /// So many are kept, and the last one of each of so many days.
    pub keep: usize,
}

/// How the server was started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address that people and phones use, without a slash at the end.
    pub public_url: String,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Who bears this reads `/metrics` from elsewhere than this machine.
    pub metrics_token: Option<String>,
    /// Backups that it makes by itself.
    pub backup: Option<BackupSettings>,
    /// The key by which the map of schools has tiles.
    pub tianditu_key: Option<String>,
}

impl Settings {
    /// Whether browsers reach the server by https, so that cookies get the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The public address as browsers write an origin: without a path.
    pub fn origin(&self) -> &str {
        let host = self.public_url.find("://").map_or(0, |scheme| scheme + 3);
        let path = self.public_url[host..].find('/').map_or(self.public_url.len(), |path| host + path);
        &self.public_url[..path]
    }
}

/// Where is noted inside of the data folder how far the ledgers ever went.
pub fn high_water_file(data: &Path) -> PathBuf {
    data.join("high-water")
}

/// Where the index is inside of the data folder, in which lists are looked up: it follows from the
/// database.
pub fn index_file(data: &Path) -> PathBuf {
    data.join("index.sqlite")
}

/// Takes the index away, with what lies beside it, so that it is made anew.
///
/// # Errors
/// If one of its files is there and cannot be taken away.
pub fn take_index_away(data: &Path) -> std::io::Result<()> {
    let file = index_file(data);
    for end in ["", "-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(end);
        match std::fs::remove_file(name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Where the blobs are inside of the data folder.
pub fn blobs_folder(data: &Path) -> PathBuf {
    data.join("photos")
}
