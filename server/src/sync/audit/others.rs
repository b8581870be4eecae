//! The held box, the photos, and who may come in.

use sync_protocol::photo::Sha256;

use super::{PAGE, Part, Report, Watcher, What, why};
use crate::blobs::folder::Folder;
use crate::error::Result;
use crate::store::audit::Access;
use crate::store::photos::{self, PhotoRow};
use crate::store::{Tx, audit, held, server_row};
use crate::sync::incoming::Incoming;

pub(super) async fn held(tx: &mut Tx, report: &mut Report, watcher: &mut dyn Watcher) -> Result<()> {
    watcher.begin(Part::Held, audit::extent(tx, "").await?.held);
    let mut after = 0;
    loop {
        let page = held::page_to_check(tx, after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        watcher.advance(page.len() as u64);
        for (id, read) in page {
            report.held += 1;
            let place = format!("held {id}");
            match read {
                Ok((row, intact)) => {
                    if !intact {
                        report.find(What::Held, &place, "its hash does not fit its columns");
                    }
                    if Incoming::read(&row.held.raw)?.digest != row.held.digest {
                        report.find(What::Held, &place, "the change in it is not the one received");
                    }
                }
                Err(error) => report.find(What::Held, &place, why(&error)),
            }
        }
    }
}

pub(super) async fn photos(
    tx: &mut Tx,
    folder: &Folder,
    report: &mut Report,
    watcher: &mut dyn Watcher,
) -> Result<()> {
    watcher.begin(Part::Photos, audit::extent(tx, "").await?.photos);
    let its_hash = "its hash does not fit its columns";
    let mut each = |photo: &[u8], intact: bool| {
        if !intact {
            report.find(What::PhotoBringer, format!("photo {}", hex::encode(photo)), its_hash);
        }
    };
    photos::bringers_to_check(tx, &mut each).await?;
    let mut after = 0;
    loop {
        let page = photos::page_to_check(tx, after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (row, read) in page {
            report.photos += 1;
            watcher.advance(1);
            match read {
                Ok(photo) => check_bytes(folder, &photo, report).await,
                Err(error) => report.find(What::PhotoRow, format!("photo row {row}"), why(&error)),
            }
        }
    }
}

async fn check_bytes(folder: &Folder, photo: &PhotoRow, report: &mut Report) {
    let place = format!("photo {}", photo.sha256);
    let known = if photo.damaged_at.is_some() { "; the server knows and asks for it" } else { "" };
    let found: Result<Option<Sha256>> = folder.sha256(&photo.sha256).await;
    match found {
        Ok(Some(hash)) if hash == photo.sha256 => report.photo_bytes += photo.bytes,
        Ok(Some(hash)) => report.find(What::PhotoBytes, place, format!("its bytes hash to {hash}{known}")),
        Ok(None) => report.find(What::PhotoMissing, place, format!("there is no such file{known}")),
        Err(error) => report.find(What::PhotoBytes, place, why(&error)),
    }
}

/// What the server goes by when somebody comes: nobody is let in by what is damaged.
pub(super) async fn access(tx: &mut Tx, report: &mut Report, watcher: &mut dyn Watcher) -> Result<()> {
    watcher.begin(Part::Access, Access::ALL.len() as u64);
    if let Err(error) = server_row::present(tx).await {
        report.find(What::Server, "server", why(&error));
    }
    for (table, name) in Access::ALL {
        let what = if table == Access::Uploads { What::Upload } else { What::Access };
        let mut after = 0;
        loop {
            let page = table.page_to_check(tx, after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (row, read) in page {
                report.access += 1;
                if let Err(error) = read {
                    report.find(what, format!("{name} row {row}"), why(&error));
                }
            }
        }
        watcher.advance(1);
    }
    Ok(())
}
