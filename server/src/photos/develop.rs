//! Looks at a photo that came: what the camera wrote, what it shows, what it looks like.

use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use sync_protocol::photo::Sha256;

use super::inspect::{self, NEARLY_SAME};
use super::render::Developed;
use super::sniff::MediaType;
use super::{Photos, safety};
use crate::blobs::folder::Rendition;
use crate::error::{Error, Kind, Result};
use crate::store::photos::{self, FactsRow, PerceptualHash, PhotoRow};

/// How long somebody waits for a picture that must be rendered first.
const PATIENCE: Duration = Duration::from_secs(30);

impl Photos {
    /// Looks at a photo and keeps what was seen. May be done twice; the second time changes nothing.
    pub async fn look_at(&self, sha256: Sha256) -> Result<()> {
        let Some(photo) = photos::photo(&mut *self.store.read().await?, &sha256).await? else {
            return Ok(());
        };
        let Some(bytes) = self.sound_bytes(&photo).await? else { return Ok(()) };
        let developed = self.darkroom.develop(self.darkroom.place().await?, bytes).await?;
        self.keep_renditions(&sha256, &developed).await?;
        let facts = self.facts(&developed);
        if let Some(hash) = self.keep_facts(sha256, facts).await? {
            self.compare(sha256, hash).await?;
        }
        Ok(())
    }

    /// A rendition; made now if it is not there, since it can be made again at any time.
    pub async fn rendition(&self, photo: &PhotoRow, rendition: Rendition) -> Result<Bytes> {
        if let Some(found) = self.folder.rendition(&photo.sha256, rendition).await? {
            return Ok(found);
        }
        let is_displayable = photo.facts.as_ref().is_none_or(|facts| facts.displayable)
            && MediaType::named(&photo.media_type).is_some_and(MediaType::is_displayable);
        if !is_displayable {
            return Err(not_displayable());
        }
        tokio::time::timeout(PATIENCE, self.render_now(photo, rendition)).await.map_err(|_| busy())?
    }

    async fn render_now(&self, photo: &PhotoRow, rendition: Rendition) -> Result<Bytes> {
        let place = self.darkroom.place().await?;
        // Somebody before may have waited for the same.
        if let Some(found) = self.folder.rendition(&photo.sha256, rendition).await? {
            return Ok(found);
        }
        let bytes = self.sound_bytes(photo).await?.ok_or_else(damaged)?;
        let developed = self.darkroom.develop(place, bytes).await?;
        self.keep_renditions(&photo.sha256, &developed).await?;
        developed.picture.map(|picture| picture.rendition(rendition)).ok_or_else(not_displayable)
    }

    /// The bytes of a photo, if they are what they must be; otherwise they are asked for again.
    async fn sound_bytes(&self, photo: &PhotoRow) -> Result<Option<Bytes>> {
        if let Some(bytes) = self.folder.bytes(&photo.sha256).await? {
            let (expected, hashed) = (photo.sha256, bytes.clone());
            let is_sound = tokio::task::spawn_blocking(move || Sha256::of(&hashed) == expected).await;
            if is_sound.map_err(Error::internal)? {
                return Ok(Some(bytes));
            }
        }
        self.note_damage(photo.sha256).await?;
        Ok(None)
    }

    /// Notes that the bytes of a photo are missing or wrong, and asks for them again.
    pub async fn note_damage(&self, sha256: Sha256) -> Result<()> {
        safety::note_damage(&self.store, &self.clock, vec![sha256]).await
    }

    /// Notes that the bytes of a photo are missing, and says so.
    pub async fn missing(&self, sha256: Sha256) -> Error {
        self.note_damage(sha256).await.err().unwrap_or_else(damaged)
    }

    async fn keep_renditions(&self, sha256: &Sha256, developed: &Developed) -> Result<()> {
        let Some(picture) = &developed.picture else { return Ok(()) };
        for rendition in Rendition::ALL {
            self.folder.keep_rendition(sha256, rendition, picture.rendition(rendition)).await?;
        }
        Ok(())
    }

    fn facts(&self, developed: &Developed) -> FactsRow {
        let camera = developed.camera.clone();
        FactsRow {
            inspected_at: self.clock.now(),
            orientation: camera.orientation,
            taken_at: camera.taken_at,
            position: camera.position,
            perceptual_hash: developed.picture.as_ref().and_then(|picture| picture.perceptual_hash),
            displayable: developed.picture.is_some(),
        }
    }

    /// Keeps what was seen, and says what the photo looks like.
    async fn keep_facts(&self, sha256: Sha256, facts: FactsRow) -> Result<Option<PerceptualHash>> {
        self.store
            .write(move |tx| {
                async move {
                    let Some(photo) = photos::photo(tx, &sha256).await? else { return Ok(None) };
                    let hash = facts.perceptual_hash;
                    photos::save(tx, &PhotoRow { facts: Some(facts), ..photo }).await?;
                    if let Some(hash) = &hash {
                        photos::keep_bands(tx, &sha256, hash).await?;
                    }
                    Ok(hash)
                }
                .boxed()
            })
            .await
    }

    /// Notes which photos look nearly the same. Each is findable before it looks for others, so of
    /// two that come at once at least one finds the other.
    async fn compare(&self, sha256: Sha256, hash: PerceptualHash) -> Result<()> {
        let others = photos::perhaps_alike(&mut *self.store.read().await?, &hash).await?;
        let alike: Vec<_> = others
            .into_iter()
            .filter(|(other, _)| *other != sha256)
            .map(|(other, its)| (other, inspect::distance(&hash, &its)))
            .filter(|(_, distance)| *distance <= NEARLY_SAME)
            .collect();
        if alike.is_empty() {
            return Ok(());
        }
        self.store
            .write(move |tx| {
                async move {
                    for (other, distance) in &alike {
                        photos::keep_likeness(tx, &sha256, other, *distance).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

fn not_displayable() -> Error {
    Error::new(
        Kind::NotFound,
        "not_displayable",
        "这张照片无法生成预览（HEIC 格式、过大，或文件不完整）；原图完整保存着，可以下载原图查看",
        "no preview can be made of this photo (HEIC, too large, or cut short); the original is kept as it came and can be downloaded",
    )
}

/// The bytes are not what they were.
fn damaged() -> Error {
    Error::new(
        Kind::NotFound,
        "photo_damaged",
        "服务器上这张照片的文件缺失或已损坏，已记录并会向手机重新索取；手机上的原图没有变化",
        "the file of this photo is missing or damaged on the server; this is noted and it will be asked for again, the original on the phone is untouched",
    )
}

fn busy() -> Error {
    Error::new(
        Kind::Unavailable(10),
        "rendering_busy",
        "正在处理的照片太多，请稍后再看；没有内容丢失",
        "too many photos are being rendered, look again later; nothing is lost",
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{House, Shot, somebody};
    use super::*;

    async fn row(house: &House, sha256: &Sha256) -> PhotoRow {
        photos::photo(&mut house.store.read().await.unwrap(), sha256).await.unwrap().unwrap()
    }

    async fn alike(house: &House, sha256: Sha256) -> Vec<Sha256> {
        let found =
            photos::alike(&mut house.store.read().await.unwrap(), [sha256].into_iter(), 9).await.unwrap();
        found.into_values().flatten().map(|(other, _)| other).collect()
    }

    #[tokio::test]
    async fn a_photo_is_looked_at_as_often_as_one_likes() {
        let (house, lin) = (House::new().await, somebody());
        let shot = Shot { taken_at: Some("2026:03:02 17:41:08"), ..Shot::number(1) };
        let sha256 = house.bring(&lin, &shot.jpeg(320, 240, 80)).await;
        house.photos.look_at(sha256).await.unwrap();
        let seen = row(&house, &sha256).await;
        let facts = seen.facts.clone().unwrap();
        assert_eq!(facts.taken_at.as_deref(), Some("2026-03-02T17:41:08"));
        assert!(facts.displayable && facts.perceptual_hash.is_some());
        house.photos.look_at(sha256).await.unwrap();
        let again = row(&house, &sha256).await.facts.unwrap();
        assert_eq!(FactsRow { inspected_at: facts.inspected_at, ..again }, facts);
        assert!(house.photos.folder.rendition(&sha256, Rendition::Preview).await.unwrap().is_some());
        house.photos.look_at(Sha256::of(b"never came")).await.unwrap();
    }

    #[tokio::test]
    async fn pictures_that_look_nearly_the_same_are_found_both_ways() {
        let (house, lin) = (House::new().await, somebody());
        let original = house.bring(&lin, &Shot::number(1).jpeg(640, 480, 90)).await;
        let recompressed = house.bring(&lin, &Shot::number(1).jpeg(320, 240, 50)).await;
        let other = house.bring(&lin, &Shot::number(2).jpeg(640, 480, 90)).await;
        for photo in [original, recompressed, other] {
            house.photos.look_at(photo).await.unwrap();
        }
        assert_eq!(alike(&house, original).await, [recompressed]);
        assert_eq!(alike(&house, recompressed).await, [original]);
        assert!(alike(&house, other).await.is_empty());
    }

    #[tokio::test]
    async fn a_rendition_is_made_when_it_is_asked_for() {
        let (house, lin) = (House::new().await, somebody());
        let sha256 = house.bring(&lin, &Shot::number(1).jpeg(640, 480, 80)).await;
        let photo = row(&house, &sha256).await;
        let thumbnail = house.photos.rendition(&photo, Rendition::Thumbnail).await.unwrap();
        assert_eq!(house.photos.rendition(&photo, Rendition::Thumbnail).await.unwrap(), thumbnail);

        let brands = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice();
        let heic = house.bring(&lin, &[brands, &[0; 100]].concat()).await;
        house.photos.look_at(heic).await.unwrap();
        let refused =
            house.photos.rendition(&row(&house, &heic).await, Rendition::Preview).await.unwrap_err();
        assert_eq!((refused.kind, refused.code), (Kind::NotFound, "not_displayable"));
        assert!(!row(&house, &heic).await.facts.unwrap().displayable);
    }

    #[tokio::test]
    async fn rotten_bytes_are_noticed_and_asked_for_again() {
        let (house, lin) = (House::new().await, somebody());
        let photo = Shot::number(1).jpeg(320, 240, 80);
        let sha256 = house.bring(&lin, &photo).await;
        let name = sha256.to_string();
        let path = house.temp.path().join("photos").join(&name[..2]).join(&name[2..4]).join(&name);
        let mut rotten = photo.clone();
        rotten[500] ^= 4;
        std::fs::write(path, rotten).unwrap();
        house.photos.look_at(sha256).await.unwrap();
        assert!(row(&house, &sha256).await.damaged_at.is_some());
        let mut tx = house.store.read().await.unwrap();
        let wanted = crate::store::records::photos_wanted(&mut tx, lin.device, 9).await.unwrap();
        drop(tx);
        assert_eq!(wanted, [sha256]);

        house.bring(&lin, &photo).await;
        assert_eq!(row(&house, &sha256).await.damaged_at, None);
        house.photos.look_at(sha256).await.unwrap();
        assert!(row(&house, &sha256).await.facts.is_some());
    }
}
