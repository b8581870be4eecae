//! The data folder: private to its owner, served by one process at a time.
//!
//! The lock is the kernel's (`flock`), so it ends with its process however that ends. What stands
//! in the file only says who holds it.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::error::{Error, Kind, Result};

/// The name of the lock of whoever serves the folder.
const SERVING: &str = "LOCK";
/// The name of the lock of whoever opens the database, held for that moment only.
const OPENING: &str = "LOCK.opening";

/// Held by the one process that serves a data folder.
#[derive(Debug)]
pub struct Lock {
    file: File,
    holder: Holder,
}

/// Who serves a data folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// Since when, RFC 3339.
    pub since: String,
    /// Where it listens, once it does.
    pub address: Option<String>,
    /// The address that people and phones use, once it listens.
    pub public_url: Option<String>,
}

impl Lock {
    /// Takes the lock of a data folder, making the folder where it is missing.
    ///
    /// # Errors
    /// `data_in_use`, naming who serves it, if somebody does.
    pub async fn take(data: &Path, clock: &Clock) -> Result<Self> {
        private_folder(data)?;
        let file = lock_file(data, SERVING)?;
        // A command that looks whether the lock is held holds it for a moment itself.
        let mut tries = 0;
        while let Err(error) = file.try_lock() {
            tries += 1;
            match error {
                TryLockError::WouldBlock if tries < 20 => tokio::time::sleep(Duration::from_millis(10)).await,
                TryLockError::WouldBlock => return Err(in_use(data, read_holder(&file).ok().flatten())),
                TryLockError::Error(error) => return Err(unusable(data, error)),
            }
        }
        let since = clock.now().rfc3339();
        let holder = Holder { pid: std::process::id(), since, address: None, public_url: None };
        let mut lock = Self { file, holder };
        lock.write_holder().map_err(|error| unusable(data, error))?;
        Ok(lock)
    }

    /// Says in the file where this process listens, so that commands know.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn announce(&mut self, address: &str, public_url: &str) -> Result<()> {
        self.holder.address = Some(address.to_owned());
        self.holder.public_url = Some(public_url.to_owned());
        self.write_holder().map_err(|error| {
            Error::internal(anyhow::Error::new(error).context("could not write into the lock file"))
        })
    }

    /// Who serves the data folder at the moment, if anybody does.
    ///
    /// # Errors
    /// If the lock file is there and cannot be opened.
    pub fn holder(data: &Path) -> Result<Option<Holder>> {
        let Some(file) = existing(data)? else { return Ok(None) };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let unknown = Holder { pid: 0, since: String::new(), address: None, public_url: None };
                Ok(Some(read_holder(&file).ok().flatten().unwrap_or(unknown)))
            }
            Err(TryLockError::Error(error)) => Err(unusable(data, error)),
        }
    }

    /// The public address under which the data folder is or was last served.
    ///
    /// # Errors
    /// If the lock file is there and cannot be opened.
    pub fn last_public_url(data: &Path) -> Result<Option<String>> {
        let Some(file) = existing(data)? else { return Ok(None) };
        Ok(read_holder(&file).ok().flatten().and_then(|holder| holder.public_url))
    }

    fn write_holder(&mut self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&text)
    }
}

/// Waits until nobody else is opening the database of a data folder; the answer is to be held
/// while this process does.
///
/// # Errors
/// If the folder cannot be used.
pub async fn wait_to_open(data: &Path) -> Result<File> {
    let (folder, file) = (data.to_owned(), lock_file(data, OPENING)?);
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    locked.map_err(Error::internal)?.map_err(|error| unusable(&folder, error))
}

/// Makes a folder that its owner alone can enter; one that is there becomes so. It is still there after
/// a power cut.
///
/// # Errors
/// If it cannot be made.
pub fn private_folder(folder: &Path) -> Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.and_then(|()| missing.into_iter().try_for_each(flush_name))
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o700)))
        .map_err(|error| unusable(folder, error))
}

/// Flushes the name of a new folder. Where that may not be read which it stands in, it cannot be.
fn flush_name(folder: &Path) -> io::Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    match File::open(parent.unwrap_or(Path::new("."))) {
        Ok(parent) => parent.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a file that its owner alone can read; one that is there becomes so.
///
/// # Errors
/// If it cannot be made.
pub fn private_file(path: &Path) -> Result<()> {
    let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    opened
        .and_then(|file| file.set_permissions(Permissions::from_mode(0o600)))
        .map_err(|error| unusable(path, error))
}

fn lock_file(data: &Path, name: &str) -> Result<File> {
    let options = OpenOptions::new().create(true).read(true).write(true).truncate(false).mode(0o600).clone();
    options.open(data.join(name)).map_err(|error| unusable(data, error))
}

fn existing(data: &Path) -> Result<Option<File>> {
    match File::open(data.join(SERVING)) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(data, error)),
    }
}

/// `None` while the holder is just writing itself down.
fn read_holder(mut file: &File) -> io::Result<Option<Holder>> {
    let mut text = String::new();
    file.rewind()?;
    file.read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text).ok())
}

fn in_use(data: &Path, holder: Option<Holder>) -> Error {
    let folder = data.display();
    let (zh, en) = holder.map_or_else(
        || ("另一个进程".to_owned(), "another process".to_owned()),
        |Holder { pid, since, address, .. }| {
            let address = address.map(|address| format!(", {address}")).unwrap_or_default();
            (format!("进程 {pid}（自 {since}{address}）"), format!("process {pid} (since {since}{address})"))
        },
    );
    Error::new(
        Kind::Conflict,
        "data_in_use",
        format!("数据目录 {folder} 正由{zh}使用；没有启动，没有内容丢失。请先停止它，或另选 --data"),
        format!(
            "the data folder {folder} is served by {en}; nothing was started, nothing is lost; stop that one first, or choose another --data"
        ),
    )
}

fn unusable(path: &Path, error: io::Error) -> Error {
    let path = path.display();
    Error::new(
        Kind::Internal,
        "data_folder",
        format!("无法使用 {path}：请检查路径、权限和磁盘空间"),
        format!("could not use {path}: check the path, its permissions and the disk"),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_server_is_told_who_the_first_is() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::default());
        assert!(Lock::holder(folder.path()).unwrap().is_none());
        let mut first = Lock::take(folder.path(), &clock).await.unwrap();
        first.announce("127.0.0.1:8080", "https://ledger.example").unwrap();

        let refused = Lock::take(folder.path(), &clock).await.unwrap_err();
        assert_eq!(refused.code, "data_in_use");
        let pid = std::process::id().to_string();
        assert!(refused.zh.contains(&pid) && refused.en.contains(&pid), "{refused:?}");
        assert!(refused.en.contains("127.0.0.1:8080"), "{refused:?}");
        let holder = Lock::holder(folder.path()).unwrap().unwrap();
        assert_eq!(holder.public_url.as_deref(), Some("https://ledger.example"));

        drop(first);
        assert!(Lock::holder(folder.path()).unwrap().is_none());
        let last = Lock::last_public_url(folder.path()).unwrap();
        assert_eq!(last.as_deref(), Some("https://ledger.example"), "commands know it after the end too");
        Lock::take(folder.path(), &clock).await.unwrap();
    }

    #[test]
    fn nobody_else_reads_the_data() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("deep/data");
        private_folder(&data).unwrap();
        let file = data.join("siteledger.db");
        fs::write(&file, b"").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        private_file(&file).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&data), mode(&file)), (0o700, 0o600));
    }
}
