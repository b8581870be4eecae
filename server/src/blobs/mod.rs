//! Photo bytes by hash: originals, what is rendered from them, and uploads on their way.
//!
//! Nothing here knows who owns what; that is the store's affair. A file comes before its row and
//! goes after it, so there is never a row without a file.

pub mod desk;
mod dirs;
pub mod folder;
pub mod growing;
pub mod part;
pub mod spool;

use std::io;

use crate::error::{Error, Kind, Result};

/// Runs file work where it may block.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(failed)
}

/// A file that could not be read or written, as the person is told of it.
pub fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => full().because(error),
        _ => Error::unavailable(error),
    }
}

/// There is no room for photos.
pub fn full() -> Error {
    Error::new(
        Kind::StorageFull,
        "storage_full",
        "服务器磁盘空间不足，暂时不能接收照片；手机上的照片没有丢失，文字内容仍可同步，请通知管理员",
        "the server has no room for photos at the moment; nothing on the device is lost, text still syncs, tell the administrator",
    )
}
