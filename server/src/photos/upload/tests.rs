//! Uploads over bad lines, restarts and crashes.
#![cfg(test)]

use chrono::TimeDelta;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::testing::{House, Shot, somebody};
use super::*;

fn announced(photo: &[u8]) -> Announced {
    Announced { sha256: Sha256::of(photo), length: photo.len() as u64, filename: "工地.jpg".to_owned() }
}

fn whole(bytes: &[u8]) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + 'static {
    stream::iter([Ok(Bytes::copy_from_slice(bytes))])
}

fn cut() -> Error {
    Error::new(Kind::BadRequest, "body_cut", "", "")
}

async fn is_there(house: &House, sha256: &Sha256) -> bool {
    let row = photos::photo(&mut house.store.read().await.unwrap(), sha256).await.unwrap();
    let length = house.photos.folder.length(sha256).await.unwrap();
    assert_eq!(row.is_some(), length.is_some(), "a row and its file are there together");
    row.is_some()
}

#[tokio::test]
async fn a_photo_comes_in_pieces_over_a_bad_line_and_a_restart() {
    let house = House::new().await;
    let lin = Actor { home_county: Some("350823".to_owned()), ..somebody() };
    let photo = Shot::number(1).jpeg(320, 240, 80);
    let sha256 = Sha256::of(&photo);
    let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    assert_eq!((begun.offset, begun.length), (0, photo.len() as u64));

    // The line dies within a PATCH: what arrived is kept.
    let body = stream::iter([Ok(Bytes::copy_from_slice(&photo[..700])), Err(cut())]);
    let stopped = house.photos.uploads.receive(&lin, begun.id, 0, None, body).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("body_cut", 700));

    let house = house.restarted().await;
    let uploads = &house.photos.uploads;
    assert_eq!(uploads.stand(&lin, begun.id).await.unwrap().offset, 700);
    let stopped = uploads.receive(&lin, begun.id, 0, None, whole(&photo)).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("offset_mismatch", 700));
    assert!(!is_there(&house, &sha256).await, "nothing is a photo before its last byte");

    let ended = uploads.receive(&lin, begun.id, 700, None, whole(&photo[700..])).await.unwrap();
    assert_eq!(ended.offset, ended.length);
    assert!(is_there(&house, &sha256).await);
    assert_eq!(house.photos.folder.bytes(&sha256).await.unwrap().unwrap(), photo);

    // The last answer may have been lost.
    assert_eq!(uploads.stand(&lin, begun.id).await.unwrap().offset, ended.length);
    let again = uploads.receive(&lin, begun.id, 700, None, whole(&photo[700..])).await.unwrap_err();
    assert_eq!((again.error.code, again.progress.unwrap().offset), ("offset_mismatch", ended.length));
    let empty = uploads.receive(&lin, begun.id, ended.length, None, stream::empty()).await.unwrap();
    assert_eq!(empty.offset, ended.length, "some clients send an empty last piece");
    // Nothing travels twice within a county, whoever brings it.
    let colleague = Actor { home_county: lin.home_county.clone(), ..somebody() };
    let known = uploads.begin(&colleague, announced(&photo)).await.unwrap();
    assert_eq!(known.offset, known.length);
    let other = Announced { length: 3, ..announced(&photo) };
    assert_eq!(uploads.begin(&lin, other).await.unwrap_err().code, "length_does_not_fit_hash");
}

#[tokio::test]
async fn who_comes_later_takes_over_from_a_line_that_fell_silent() {
    let (house, lin) = (House::new().await, somebody());
    let photo = Shot::number(2).jpeg(320, 240, 80);
    let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    let (send, receive) = mpsc::channel(1);
    let stuck = tokio::spawn({
        let (uploads, lin) = (Arc::clone(&house.photos.uploads), lin.clone());
        async move { uploads.receive(&lin, begun.id, 0, None, ReceiverStream::new(receive)).await }
    });
    send.send(Ok(Bytes::copy_from_slice(&photo[..500]))).await.unwrap();
    // Taken once there is room for the next.
    drop(send.reserve().await.unwrap());

    assert_eq!(house.photos.uploads.stand(&lin, begun.id).await.unwrap().offset, 500);
    let stopped = stuck.await.unwrap().unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("upload_taken_over", 500));
    let ended = house.photos.uploads.receive(&lin, begun.id, 500, None, whole(&photo[500..])).await.unwrap();
    assert_eq!(ended.offset, ended.length);
    drop(send);
}

#[tokio::test]
async fn who_hangs_up_loses_nothing_that_arrived() {
    let (house, lin) = (House::new().await, somebody());
    let photo = Shot::number(3).jpeg(320, 240, 80);
    let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    let (send, receive) = mpsc::channel(1);
    let mut handler =
        Box::pin(house.photos.uploads.receive(&lin, begun.id, 0, None, ReceiverStream::new(receive)));
    let feed = async {
        send.send(Ok(Bytes::copy_from_slice(&photo[..400]))).await.unwrap();
        drop(send.reserve().await.unwrap());
    };
    tokio::select! {
        _ = &mut handler => panic!("the body has not ended"),
        () = feed => {}
    }
    drop(handler);
    send.send(Ok(Bytes::copy_from_slice(&photo[400..600]))).await.unwrap();
    drop(send);
    let offset = house.photos.uploads.stand(&lin, begun.id).await.unwrap().offset;
    assert!(offset == 400 || offset == 600, "{offset}");
}

#[tokio::test]
async fn bytes_with_a_checksum_are_taken_whole_or_not_at_all() {
    let (house, lin) = (House::new().await, somebody());
    let uploads = &house.photos.uploads;
    let photo = Shot::number(4).jpeg(320, 240, 80);
    let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
    let sum = Some(Checksum::Sha256(Sha256::of(&photo[..600])));

    let mut flipped = photo[..600].to_vec();
    flipped[300] ^= 1;
    let stopped = uploads.receive(&lin, begun.id, 0, sum, whole(&flipped)).await.unwrap_err();
    assert_eq!((stopped.error.kind, stopped.progress.unwrap().offset), (Kind::HashMismatch, 0));
    let body = stream::iter([Ok(Bytes::copy_from_slice(&photo[..500])), Err(cut())]);
    let stopped = uploads.receive(&lin, begun.id, 0, sum, body).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("body_cut", 0));

    assert_eq!(uploads.receive(&lin, begun.id, 0, sum, whole(&photo[..600])).await.unwrap().offset, 600);
    let sum = Some(Checksum::Sha256(Sha256::of(&photo[600..])));
    let ended = uploads.receive(&lin, begun.id, 600, sum, whole(&photo[600..])).await.unwrap();
    assert_eq!(ended.offset, ended.length);
    assert!(is_there(&house, &Sha256::of(&photo)).await);
}

#[tokio::test]
async fn a_first_piece_damaged_on_the_line_is_no_other_kind_of_file() {
    let (house, lin) = (House::new().await, somebody());
    let uploads = &house.photos.uploads;
    let photo = Shot::number(4).jpeg(320, 240, 80);
    let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
    let mut flipped = photo[..600].to_vec();
    flipped[0] ^= 1;
    let sum = Some(Checksum::Sha256(Sha256::of(&photo[..600])));
    let stopped = uploads.receive(&lin, begun.id, 0, sum, whole(&flipped)).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("checksum_mismatch", 0));
    assert_eq!(uploads.receive(&lin, begun.id, 0, sum, whole(&photo[..600])).await.unwrap().offset, 600);

    // What passed and is no photo is told at once, and not after megabytes.
    let page = b"<!doctype html><script>alert(1)</script>".repeat(10);
    let begun = uploads.begin(&lin, announced(&page)).await.unwrap();
    let sum = Some(Checksum::Sha256(Sha256::of(&page[..200])));
    let stopped = uploads.receive(&lin, begun.id, 0, sum, whole(&page[..200])).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress), ("not_a_photo", None));
}

#[tokio::test]
async fn who_knows_a_hash_of_another_county_must_send_the_bytes() {
    let house = House::new().await;
    let of = |county: &str| Actor { home_county: Some(county.to_owned()), ..somebody() };
    let (lin, wu) = (of("350823"), of("350824"));
    let photo = Shot::number(11).jpeg(320, 240, 80);
    let sha256 = house.bring(&lin, &photo).await;
    let uploads = &house.photos.uploads;
    let lacking = async |who: &Actor| {
        let county = who.home_county.as_deref().into_iter();
        house.photos.lacking(who.user, county, &[sha256]).await.unwrap()
    };
    assert_eq!((lacking(&lin).await, lacking(&wu).await), (vec![], vec![sha256]));

    let begun = uploads.begin(&wu, announced(&photo)).await.unwrap();
    assert_eq!(begun.offset, 0, "it is as if nobody had it");
    assert_eq!(uploads.stand(&wu, begun.id).await.unwrap().offset, 0);
    let longer = Announced { length: 3, ..announced(&photo) };
    assert_eq!(uploads.begin(&wu, longer).await.unwrap().offset, 0, "its length is not told either");
    let stopped = uploads.receive(&wu, begun.id, 0, None, whole(&photo[..900])).await.unwrap();
    assert_eq!((stopped.offset, lacking(&wu).await), (900, vec![sha256]));
    let ended = uploads.receive(&wu, begun.id, 900, None, whole(&photo[900..])).await.unwrap();
    assert_eq!((ended.offset, lacking(&wu).await), (ended.length, vec![]));
    let row = photos::photo(&mut house.store.read().await.unwrap(), &sha256).await.unwrap();
    assert_eq!(row.unwrap().made_by, lin.user, "the first who brought it is named");
}

#[tokio::test]
async fn a_photo_whose_file_is_gone_is_not_said_to_be_here() {
    let (house, lin) = (House::new().await, somebody());
    let uploads = &house.photos.uploads;
    let photo = Shot::number(12).jpeg(320, 240, 80);
    let sha256 = house.bring(&lin, &photo).await;
    let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
    assert_eq!(begun.offset, begun.length);
    house.photos.folder.remove(&sha256).await.unwrap();
    assert_eq!(house.photos.lacking(lin.user, std::iter::empty(), &[sha256]).await.unwrap(), [sha256]);
    let mut tx = house.store.read().await.unwrap();
    let wanted = crate::store::records::photos_wanted(&mut tx, lin.device, 9).await.unwrap();
    drop(tx);
    assert_eq!(wanted, [sha256], "it is asked for again");

    assert_eq!(uploads.stand(&lin, begun.id).await.unwrap().offset, 0, "an upload that was complete is not");
    let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
    assert_eq!(begun.offset, 0);
    uploads.receive(&lin, begun.id, 0, None, whole(&photo)).await.unwrap();
    assert!(is_there(&house, &sha256).await);
    assert!(house.photos.lacking(lin.user, std::iter::empty(), &[sha256]).await.unwrap().is_empty());
}

#[tokio::test]
async fn bytes_that_are_not_the_photo_start_the_upload_over() {
    let (house, lin) = (House::new().await, somebody());
    let uploads = &house.photos.uploads;
    let photo = Shot::number(5).jpeg(320, 240, 80);
    let mut rotten = photo.clone();
    rotten[photo.len() / 2] ^= 1;
    let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
    let stopped = uploads.receive(&lin, begun.id, 0, None, whole(&rotten)).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("hash_mismatch", 0));
    assert!(!is_there(&house, &Sha256::of(&photo)).await);
    assert!(!is_there(&house, &Sha256::of(&rotten)).await);
    // In two pieces the hash is over both.
    uploads.receive(&lin, begun.id, 0, None, whole(&rotten[..900])).await.unwrap();
    let stopped = uploads.receive(&lin, begun.id, 900, None, whole(&rotten[900..])).await.unwrap_err();
    assert_eq!((stopped.error.code, stopped.progress.unwrap().offset), ("hash_mismatch", 0));
    let ended = uploads.receive(&lin, begun.id, 0, None, whole(&photo)).await.unwrap();
    assert_eq!(ended.offset, ended.length);
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_dropped() {
    let (house, lin) = (House::new().await, somebody());
    let uploads = &house.photos.uploads;
    let page = b"<!doctype html><script>alert(1)</script>".repeat(10);
    for piece in [page.len(), 20] {
        let begun = uploads.begin(&lin, announced(&page)).await.unwrap();
        let stopped = match uploads.receive(&lin, begun.id, 0, None, whole(&page[..piece])).await {
            Ok(progress) => {
                let rest = whole(&page[piece..]);
                uploads.receive(&lin, begun.id, progress.offset, None, rest).await.unwrap_err()
            }
            Err(stopped) => stopped,
        };
        assert_eq!((stopped.error.code, stopped.progress), ("not_a_photo", None));
        assert_eq!(uploads.stand(&lin, begun.id).await.unwrap_err().code, "no_such_upload");
    }
    assert!(house.photos.folder.incoming().await.unwrap().is_empty(), "nothing stays behind");

    let too_long = Announced { length: MAX_BYTES + 1, ..announced(&page) };
    assert_eq!(uploads.begin(&lin, too_long).await.unwrap_err().kind, Kind::TooLarge);
    assert_eq!(uploads.begin(&lin, announced(b"")).await.unwrap_err().kind, Kind::UnsupportedMedia);
}

#[tokio::test]
async fn more_bytes_than_announced_are_not_kept() {
    let (house, lin) = (House::new().await, somebody());
    let photo = Shot::number(6).jpeg(320, 240, 80);
    let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    let longer = [photo.as_slice(), b"and more"].concat();
    let stopped = house.photos.uploads.receive(&lin, begun.id, 0, None, whole(&longer)).await.unwrap_err();
    assert_eq!(
        (stopped.error.code, stopped.progress.unwrap().offset),
        ("more_than_announced", photo.len() as u64)
    );
    // What was announced is complete: the next question makes it a photo.
    let stands = house.photos.uploads.stand(&lin, begun.id).await.unwrap();
    assert_eq!(stands.offset, stands.length);
    assert_eq!(house.photos.folder.bytes(&Sha256::of(&photo)).await.unwrap().unwrap(), photo);
}

#[tokio::test]
async fn an_upload_belongs_to_its_person() {
    let (house, lin, other) = (House::new().await, somebody(), somebody());
    let uploads = &house.photos.uploads;
    let photo = Shot::number(7).jpeg(320, 240, 80);
    let begun = uploads.begin(&lin, announced(&photo)).await.unwrap();
    assert_eq!(uploads.stand(&other, begun.id).await.unwrap_err().kind, Kind::NotFound);
    assert_eq!(uploads.terminate(&other, begun.id).await.unwrap_err().kind, Kind::NotFound);
    let stopped = uploads.receive(&other, begun.id, 0, None, whole(&photo)).await.unwrap_err();
    assert_eq!(stopped.error.kind, Kind::NotFound);
    // The same person on another phone goes on with it.
    let elsewhere = Actor { device: sync_protocol::id::DeviceId(Uuid::now_v7()), ..lin.clone() };
    assert_eq!(uploads.stand(&elsewhere, begun.id).await.unwrap().offset, 0);
    uploads.terminate(&elsewhere, begun.id).await.unwrap();
    assert_eq!(uploads.stand(&lin, begun.id).await.unwrap_err().code, "no_such_upload");
}

#[tokio::test]
async fn two_people_may_bring_the_same_photo_at_once() {
    let house = House::new().await;
    let county = || Some("350823".to_owned());
    let [lin, chen] = [(); 2].map(|()| Actor { home_county: county(), ..somebody() });
    let uploads = &house.photos.uploads;
    let photo = Shot::number(8).jpeg(320, 240, 80);
    let first = uploads.begin(&lin, announced(&photo)).await.unwrap();
    let second = uploads.begin(&chen, announced(&photo)).await.unwrap();
    uploads.receive(&chen, second.id, 0, None, whole(&photo[..800])).await.unwrap();
    uploads.receive(&lin, first.id, 0, None, whole(&photo)).await.unwrap();
    let stands = uploads.stand(&chen, second.id).await.unwrap();
    assert_eq!(stands.offset, stands.length, "it is here, whoever brought it");
    let row = photos::photo(&mut house.store.read().await.unwrap(), &Sha256::of(&photo)).await.unwrap();
    assert_eq!(row.unwrap().made_by, lin.user);
}

#[tokio::test]
async fn a_crash_between_the_file_and_its_row_loses_nothing() {
    let (house, lin) = (House::new().await, somebody());
    let photo = Shot::number(9).jpeg(320, 240, 80);
    let sha256 = Sha256::of(&photo);
    let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    let mut part = Part::open(&house.photos.folder, begun.id).unwrap();
    part.append(&photo).unwrap();
    part.become_photo(&sha256, house.clock.now()).unwrap();

    let house = house.restarted().await;
    // It comes back a week later, as the file is old enough to be swept up.
    house.clock.advance(TimeDelta::days(8));
    let stands = house.photos.uploads.stand(&lin, begun.id).await.unwrap();
    assert_eq!(stands.offset, stands.length);
    assert!(is_there(&house, &sha256).await);
    let found = house.photos.folder.photos_beginning_with(sha256.0[0]).await.unwrap();
    assert!(
        found[0].modified > house.clock.now().plus_seconds(-60),
        "it counts as new before its row is there"
    );
    let due = jobs::due(&mut house.store.read().await.unwrap(), house.clock.now(), 9).await.unwrap();
    assert_eq!(due.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), [sha256.to_string()]);
}

#[tokio::test]
async fn a_file_without_a_row_is_nobodys_but_who_sent_it() {
    let (house, lin, thief) = (House::new().await, somebody(), somebody());
    let photo = Shot::number(13).jpeg(320, 240, 80);
    let sha256 = Sha256::of(&photo);
    let first = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    let mut part = Part::open(&house.photos.folder, first.id).unwrap();
    part.append(&photo).unwrap();
    part.become_photo(&sha256, house.clock.now()).unwrap();

    let second = house.photos.uploads.begin(&thief, announced(&photo)).await.unwrap();
    assert_eq!(house.photos.uploads.stand(&thief, second.id).await.unwrap().offset, 0);
}

#[tokio::test]
async fn uploads_expire_a_month_after_their_last_byte() {
    let (house, lin) = (House::new().await, somebody());
    let photo = Shot::number(10).jpeg(320, 240, 80);
    let begun = house.photos.uploads.begin(&lin, announced(&photo)).await.unwrap();
    house.photos.uploads.receive(&lin, begun.id, 0, None, whole(&photo[..800])).await.unwrap();
    let stands = house.photos.uploads.stand(&lin, begun.id).await.unwrap();
    let days = (stands.expires_at.0 - house.clock.now().0) / (24 * 3600 * 1000);
    assert!((KEPT_DAYS - 1..=KEPT_DAYS).contains(&days), "{days}");

    house.clock.advance(TimeDelta::days(29));
    assert_eq!(house.photos.expire_uploads().await.unwrap(), 0);
    assert_eq!(house.photos.sweep_orphans().await.unwrap(), 0, "it is known, so it is no orphan");
    house.clock.advance(TimeDelta::days(2));
    assert_eq!(house.photos.expire_uploads().await.unwrap(), 1);
    assert_eq!(house.photos.uploads.stand(&lin, begun.id).await.unwrap_err().code, "no_such_upload");
    assert!(house.photos.folder.incoming().await.unwrap().is_empty());
}
