//! Sending photos by tus 1.0.0, as a phone on a bad line must.
//!
//! Pieces grow while they arrive and are halved when they fail. What the server has is asked of the
//! server (`HEAD`), never assumed. A photo is at the office when the server says so for its hash.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, Response, StatusCode};
use sync_protocol::photo::Sha256;

use crate::device::{Device, SyncError};
use crate::replica::Photo;

/// The smallest piece sent.
pub const SMALLEST_PIECE: u64 = 32 * 1024;
/// The largest piece sent.
pub const LARGEST_PIECE: u64 = 1024 * 1024;
/// How many failures in a row end one attempt.
const PATIENCE: u32 = 8;

/// What sending photos came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Photos that are at the office now.
    pub photos: usize,
    /// Photos that were there already, so that no byte travelled.
    pub known: usize,
    /// Photos that the server will not have.
    pub refused: usize,
    /// Bytes put on the line, those that were lost too.
    pub bytes: u64,
    /// Requests that failed.
    pub failures: u32,
    /// How often the server had less than it had acknowledged: never, whatever happens to it.
    pub lost_bytes: u32,
}

/// How one step ended.
enum Step {
    /// The server has so many bytes.
    Offset(u64),
    /// The upload does not exist (any more), or its bytes were not the photo: begin anew.
    Anew(String),
    /// It will never be taken.
    Refused(String),
    /// No answer, or none that helps now.
    Failed(SyncError),
}

impl Device {
    /// Sends every photo that is not at the office, one after the other.
    ///
    /// # Errors
    /// When the line gave nothing for a long time; everything is kept, and the next call goes on
    /// where the server says.
    pub async fn send_photos(&mut self) -> Result<Sent, SyncError> {
        let mut sent = Sent::default();
        let unsent = |photo: &Photo| !photo.at_office && photo.refused.is_none();
        let photos: Vec<_> =
            self.phone.photos.iter().filter(|(_, photo)| unsent(photo)).map(|(hash, _)| *hash).collect();
        for hash in photos {
            self.send_photo(hash, &mut sent).await?;
        }
        Ok(sent)
    }

    async fn send_photo(&mut self, hash: Sha256, sent: &mut Sent) -> Result<(), SyncError> {
        let bytes = self.album.get(hash);
        let mut piece = SMALLEST_PIECE;
        let mut failures = 0;
        let mut begun_anew = 0;
        // An offset is known only from an answer of this session.
        let mut offset: Option<u64> = None;
        loop {
            let step = match (self.phone.photos[&hash].upload.clone(), offset) {
                (None, _) => {
                    let step = self.create(hash).await;
                    if matches!(step, Step::Offset(end) if end == bytes.len() as u64) {
                        sent.known += 1;
                    }
                    step
                }
                (Some(path), None) => self.ask_offset(&path).await,
                (Some(path), Some(offset)) => {
                    let end = (offset + piece).min(bytes.len() as u64);
                    sent.bytes += end - offset;
                    let step = self.patch(&path, offset, &bytes[offset as usize..end as usize]).await;
                    if let Step::Offset(_) = step {
                        piece = (piece * 2).min(LARGEST_PIECE);
                    }
                    step
                }
            };
            let photo = self.phone.photos.get_mut(&hash).expect("it is one of ours");
            match step {
                Step::Offset(acknowledged) => {
                    // A server that answers and takes nothing is no progress.
                    if acknowledged > photo.acknowledged {
                        failures = 0;
                    }
                    sent.lost_bytes += u32::from(acknowledged < photo.acknowledged);
                    offset = Some(acknowledged);
                    photo.acknowledged = acknowledged;
                    if acknowledged == photo.length {
                        photo.at_office = true;
                        sent.photos += 1;
                        return Ok(());
                    }
                }
                Step::Anew(why) => {
                    begun_anew += 1;
                    (photo.upload, photo.acknowledged, offset) = (None, 0, None);
                    if begun_anew > 2 {
                        return Err(SyncError::NotAnAnswer(why));
                    }
                }
                Step::Refused(why) => {
                    photo.refused = Some(why);
                    sent.refused += 1;
                    return Ok(());
                }
                Step::Failed(error) => {
                    failures += 1;
                    sent.failures += 1;
                    offset = None;
                    piece = (piece / 2).max(SMALLEST_PIECE);
                    if failures == PATIENCE {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn create(&mut self, hash: Sha256) -> Step {
        let photo = &self.phone.photos[&hash];
        let metadata = [
            ("sha256", hash.to_string()),
            ("filename", photo.filename.clone()),
            ("filetype", photo.filetype.clone()),
        ];
        let metadata = metadata.map(|(name, value)| format!("{name} {}", STANDARD.encode(value))).join(",");
        let request = self
            .tus(Method::POST, "/api/v1/uploads")
            .header("Upload-Length", photo.length)
            .header("Upload-Metadata", metadata);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Step::Failed(error.into()),
        };
        if response.status() != StatusCode::CREATED {
            return refused(response).await;
        }
        let Some(path) = path_of(response.headers()) else {
            return Step::Failed(SyncError::NotAnAnswer("201 without Location".to_owned()));
        };
        let offset = offset_of(response.headers()).unwrap_or(0);
        if let Some(photo) = self.phone.photos.get_mut(&hash) {
            photo.upload = Some(path);
        }
        Step::Offset(offset)
    }

    async fn ask_offset(&self, path: &str) -> Step {
        match self.tus(Method::HEAD, path).send().await {
            Ok(response) if response.status().is_success() => match offset_of(response.headers()) {
                Some(offset) => Step::Offset(offset),
                None => Step::Failed(SyncError::NotAnAnswer("HEAD without Upload-Offset".to_owned())),
            },
            Ok(response) => refused(response).await,
            Err(error) => Step::Failed(error.into()),
        }
    }

    async fn patch(&self, path: &str, offset: u64, piece: &[u8]) -> Step {
        let request = self
            .tus(Method::PATCH, path)
            .header("Upload-Offset", offset)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .body(piece.to_vec());
        match request.send().await {
            Ok(response) if response.status() == StatusCode::NO_CONTENT => {
                match offset_of(response.headers()) {
                    Some(offset) => Step::Offset(offset),
                    None => Step::Failed(SyncError::NotAnAnswer("204 without Upload-Offset".to_owned())),
                }
            }
            Ok(response) => refused(response).await,
            Err(error) => Step::Failed(error.into()),
        }
    }

    /// A tus request. `path` is what `Location` said, without the host: the same server may have
    /// another address tomorrow.
    pub fn tus(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).header("Tus-Resumable", "1.0.0")
    }
}

async fn refused(response: Response) -> Step {
    let status = response.status();
    let error = SyncError::of(response).await;
    match status.as_u16() {
        404 | 410 | 460 => Step::Anew(error.to_string()),
        400 | 413 | 415 | 422 => Step::Refused(error.to_string()),
        _ => Step::Failed(error),
    }
}

/// The path in `Location`, whatever host the server thinks it has.
pub fn path_of(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let path = match location.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => location,
    };
    Some(path.to_owned())
}

/// `Upload-Offset`.
pub fn offset_of(headers: &HeaderMap) -> Option<u64> {
    headers.get("Upload-Offset")?.to_str().ok()?.parse().ok()
}

/// The pictures on a phone, by hash: what a copied phone has too.
#[derive(Clone, Debug, Default)]
pub struct Album(std::collections::BTreeMap<Sha256, Arc<[u8]>>);

impl Album {
    /// Puts a picture in.
    pub fn put(&mut self, bytes: Vec<u8>) -> Sha256 {
        let hash = Sha256::of(&bytes);
        self.0.insert(hash, bytes.into());
        hash
    }

    /// Puts bytes in under a hash that is not theirs.
    pub fn put_damaged(&mut self, hash: Sha256, bytes: Vec<u8>) {
        self.0.insert(hash, bytes.into());
    }

    /// Keeps those alone, and drops the others.
    pub fn keep(&mut self, which: impl Fn(&Sha256) -> bool) {
        self.0.retain(|hash, _| which(hash));
    }

    /// The bytes of a picture.
    pub fn get(&self, hash: Sha256) -> Arc<[u8]> {
        Arc::clone(&self.0[&hash])
    }
}
