//! Sweeps up: files that nobody knows of, uploads that nobody went on with.

use futures_util::FutureExt as _;
use sync_protocol::photo::Sha256;
use uuid::Uuid;

use super::Photos;
use super::upload::KEPT_DAYS;
use crate::blobs::folder::Folder;
use crate::clock::Moment;
use crate::error::Result;
use crate::store::paging::onward;
use crate::store::{photos, uploads};

/// How long a file without a row is kept: whatever it is, it is not on its way any more.
const ORPHAN_DAYS: i64 = 7;
const DAY_SECONDS: i64 = 24 * 3600;
const PAGE: u32 = 200;

impl Photos {
    /// Removes files that no row knows of and that have been there for a week, and says how many.
    pub async fn sweep_orphans(&self) -> Result<usize> {
        let before = self.clock.now().plus_seconds(-ORPHAN_DAYS * DAY_SECONDS);
        let mut swept = self.sweep_incoming(before).await?;
        for first in 0..=u8::MAX {
            swept += self.sweep_photos(first, before).await?;
        }
        metrics::counter!("siteledger_orphans_removed_total").increment(swept as u64);
        Ok(swept)
    }

    async fn sweep_incoming(&self, before: Moment) -> Result<usize> {
        let mut swept = 0;
        for found in self.folder.incoming().await?.into_iter().filter(|found| found.modified < before) {
            let upload = Folder::upload_of(&found.what);
            let is_known = match upload {
                Some(upload) => uploads::exists(&mut *self.store.read().await?, upload).await?,
                None => false,
            };
            if !is_known {
                self.folder.remove_incoming(&found.what).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    async fn sweep_photos(&self, first: u8, before: Moment) -> Result<usize> {
        let mut old = self.folder.photos_beginning_with(first).await?;
        old.retain(|found| found.modified < before);
        let mut swept = 0;
        for some in old.chunks(PAGE as usize) {
            let hashes = some.iter().map(|found| found.what);
            let orphans = photos::without_row(&mut *self.store.read().await?, hashes).await?;
            for orphan in orphans {
                swept += usize::from(self.sweep_photo(orphan, before).await?);
            }
        }
        Ok(swept)
    }

    /// Looks again before it removes. Rows are written by the one writer, and a file counts as new
    /// while its row is on the way, so nothing comes in between.
    async fn sweep_photo(&self, orphan: Sha256, before: Moment) -> Result<bool> {
        let folder = self.folder.clone();
        self.store
            .write(move |tx| {
                async move {
                    let is_orphan = photos::photo(tx, &orphan).await?.is_none();
                    Ok(is_orphan && folder.remove_if_older(&orphan, before).await?)
                }
                .boxed()
            })
            .await
    }

    /// Forgets uploads to which no byte came for 30 days, and says how many.
    pub async fn expire_uploads(&self) -> Result<usize> {
        let before = self.clock.now().plus_seconds(-KEPT_DAYS * DAY_SECONDS);
        let mut after = (Moment(i64::MIN), Uuid::nil());
        let mut expired = 0;
        loop {
            let page = uploads::begun_before(&mut *self.store.read().await?, before, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = onward(after, (last.created_at, last.id))?;
            for upload in page {
                let last_byte = self.folder.part(upload.id).await?.map(|(_, at)| at);
                if last_byte.is_none_or(|at| at < before) {
                    self.uploads.forget(upload.id).await?;
                    expired += 1;
                }
            }
        }
        metrics::counter!("siteledger_uploads_expired_total").increment(expired as u64);
        Ok(expired)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::testing::{House, Shot, somebody};
    use super::*;
    use crate::blobs::part::Part;

    #[tokio::test]
    async fn files_that_nobody_knows_of_go_after_a_week_and_photos_stay() {
        let (house, lin) = (House::new().await, somebody());
        let folder = &house.photos.folder;
        let kept = house.bring(&lin, &Shot::number(1).jpeg(64, 48, 80)).await;
        let orphan = Sha256::of(b"orphan");
        let mut part = Part::open(folder, Uuid::now_v7()).unwrap();
        part.append(b"orphan").unwrap();
        part.become_photo(&orphan, house.clock.now()).unwrap();
        Part::open(folder, Uuid::now_v7()).unwrap().append(b"left over").unwrap();

        assert_eq!(house.photos.sweep_orphans().await.unwrap(), 0, "they may be on their way");
        house.clock.advance(TimeDelta::days(8));
        assert_eq!(house.photos.sweep_orphans().await.unwrap(), 2);
        assert_eq!(folder.length(&orphan).await.unwrap(), None);
        assert!(folder.incoming().await.unwrap().is_empty());
        assert!(folder.length(&kept).await.unwrap().is_some());
        assert_eq!(house.photos.sweep_orphans().await.unwrap(), 0);
    }
}
