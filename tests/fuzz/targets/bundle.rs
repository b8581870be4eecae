//! A file that somebody carries in: as it is, or, where the bytes begin with `{`, a bundle whose
//! manifest they are, sealed by the phone whatever they say.
//!
//! Without the phone's seal nothing is taken. Of a damaged bundle nothing is taken but what the phone
//! put into it, and what is taken counts once.

use std::io::{Cursor, Write as _};

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sync_protocol::bundle::{BundleResponse, CHANGES, Key, MANIFEST, PHOTOS, PhotoFate};
use sync_protocol::digest::canonical;
use sync_protocol::message::Fate;
use sync_protocol::photo::Sha256;
use zip::read::read_zipfile_from_stream;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::office::{Office, Who};

/// What the phone wrote: a diary, and more of it on the next day.
const WRITTEN: &str = include_str!("bundle/changes.ndjson");
/// What it took: two pictures of one pixel.
const TAKEN: [&[u8]; 2] = [include_bytes!("bundle/red.png"), include_bytes!("bundle/blue.png")];

pub(crate) fn holds(bytes: &[u8]) {
    let file = if bytes.starts_with(b"{") { sealed(bytes) } else { Some(bytes.to_vec()) };
    let Some(file) = file else { return };
    Office::play(async |office| {
        let before = office.stored().await;
        let Some(answer) = carried(office, &file).await else {
            assert_eq!(office.stored().await, before, "a refusal changed something");
            return false;
        };
        assert!(is_sealed(&file), "nobody sealed this");
        assert_eq!(answer.device, Who::Phone.device());
        for outcome in &answer.outcomes {
            let id = outcome.change.as_deref().expect("the phone wrote no change without an id");
            assert!(WRITTEN.contains(id), "{id} is nothing that the phone wrote");
        }
        let is_there = |hash: Sha256| TAKEN.iter().any(|photo| Sha256::of(photo) == hash);
        for photo in &answer.photos {
            let is_here = matches!(photo.fate, PhotoFate::Taken | PhotoFate::Known);
            assert!(!is_here || is_there(photo.sha256), "{} was never taken", photo.sha256);
            let found = office.app.photos.folder.sha256(&photo.sha256).await.expect("it reads");
            assert_eq!(found, is_here.then_some(photo.sha256), "{:?}", photo.fate);
        }
        let missing = answer.photos.iter().any(|photo| matches!(photo.fate, PhotoFate::Missing { .. }));
        assert_eq!(answer.complete, !missing);
        counts_once(office, &file, &answer).await;
        true
    });
}

async fn carried(office: &Office, file: &[u8]) -> Option<BundleResponse> {
    let request = Request::post("/api/v1/bundles").header("content-type", "application/zip");
    let request = request.body(Body::from(file.to_vec())).expect("it is a request");
    let answer = office.ask(Who::Desk, request).await;
    (!answer.is_refusal()).then(|| serde_json::from_slice(&answer.body).expect("it is an answer"))
}

async fn counts_once(office: &Office, file: &[u8], first: &BundleResponse) {
    let before = office.stored().await;
    let again = carried(office, file).await.expect("it was taken before");
    assert_eq!(office.stored().await, before, "it counts twice");
    for (first, again) in first.outcomes.iter().zip(&again.outcomes) {
        match (&first.fate, &again.fate) {
            (Fate::Accepted { seq, .. } | Fate::Duplicate { seq }, Fate::Duplicate { seq: now }) => {
                assert_eq!(seq, now, "a change has two numbers");
            }
            (Fate::Held { code, .. }, Fate::Held { code: now, .. }) => assert_eq!(code, now),
            (first, again) => panic!("{first:?} became {again:?}"),
        }
    }
    for (first, again) in first.photos.iter().zip(&again.photos) {
        assert_ne!(again.fate, PhotoFate::Taken, "{first:?} was taken again");
    }
}

type Members = serde_json::Map<String, serde_json::Value>;

/// What the phone's seal over a manifest is, in hex.
fn seal(members: &Members) -> String {
    let mut seal = Hmac::<sha2::Sha256>::new_from_slice(&Key::of(Who::Phone.token()).0).expect("any length");
    seal.update(&canonical(members).expect("it was JSON"));
    hex::encode(seal.finalize().into_bytes())
}

/// Whether the first file in it is a manifest that the phone sealed.
fn is_sealed(mut file: &[u8]) -> bool {
    let manifest = read_zipfile_from_stream(&mut file).expect("it was read").expect("it was there");
    let mut members: Members = serde_json::from_reader(manifest).expect("it was read");
    let shown = members.remove("seal").expect("there is one");
    shown.as_str().is_some_and(|shown| shown.eq_ignore_ascii_case(&seal(&members)))
}

/// A bundle with that manifest, sealed, if it is JSON at all.
fn sealed(manifest: &[u8]) -> Option<Vec<u8>> {
    let mut members: Members = serde_json::from_slice(manifest).ok()?;
    members.remove("seal");
    members.insert("seal".to_owned(), seal(&members).into());
    let manifest = serde_json::to_vec(&members).expect("it was JSON");
    let mut entries = vec![(MANIFEST.to_owned(), Bytes::from(manifest))];
    entries.push((CHANGES.to_owned(), Bytes::from_static(WRITTEN.as_bytes())));
    for photo in TAKEN {
        entries.push((format!("{PHOTOS}{}", Sha256::of(photo)), Bytes::from_static(photo)));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in entries {
        zip.start_file(name, stored).expect("memory takes everything");
        zip.write_all(&bytes).expect("memory takes everything");
    }
    Some(zip.finish().expect("memory takes everything").into_inner())
}
