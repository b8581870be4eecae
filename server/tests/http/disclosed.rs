//! More of what a county's public pages tell, and what makes them fall silent.

use axum::http::StatusCode;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sync_protocol::kinds::Role;

use crate::house::Server;
use crate::public::{COUNTY_PAGE, camera_photo, confirmed_photo, disclose, get, project_page, shade_of};
use crate::site::{PROJECT, Site, record};

/// Somebody sends the picture once more, shrunk by a messenger, and says what is in it.
#[tokio::test]
async fn a_photo_is_gone_when_a_child_is_seen_in_one_that_looks_the_same() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let published = confirmed_photo(&site, &office, "2026-03-03").await;
    let other = confirmed_photo(&site, &office, "2026-03-09").await;
    let path = |photo: &str| format!("/public/photos/{photo}");
    let copy = camera_photo(shade_of("2026-03-03"), 40);
    let sha256 = hex::encode(Sha256::digest(&copy));
    assert_eq!(site.upload(&site.author, &sha256, copy.len(), copy).await.0, StatusCode::CREATED);
    server.app.photos.look_at(sha256.parse().unwrap()).await.unwrap();
    for photo in [&published, &other] {
        assert_eq!(get(server, &path(photo)).await.status, 200);
    }
    let flagged = json!({ "sha256": sha256, "category": "安全", "contains_minor": true });
    let parts = [("project", json!(record(PROJECT))), ("photos", flagged)];
    assert_eq!(site.push(&office, &[site.change("finding", record(0xf3), &parts)]).await, ["accepted"]);
    assert_eq!(get(server, &path(&published)).await.status, 404, "it shows the same child");
    assert_eq!(get(server, &path(&sha256)).await.status, 404);
}

#[tokio::test]
async fn a_bulletin_is_told_once_it_is_published_and_its_correction_beside_it() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let first = site.bulletin(&office).await;
    assert!(get(server, COUNTY_PAGE).await.text().contains("还没有发布通报"), "a draft is the office's own");
    let published = [("published_on", json!("2026-05-01")), ("text", json!("<b>请各校加快进度</b>"))];
    assert_eq!(site.push(&office, &[site.change("bulletin", first, &published)]).await, ["accepted"]);
    let page = get(server, COUNTY_PAGE).await.text();
    assert!(page.contains("演示：3—4 月") && page.contains("2026-05-01"), "{page}");
    assert!(page.contains("请各校加快进度") && !page.contains("<b>"), "{page}");
    assert!(!page.contains("已被后来的更正版替代"), "{page}");
    let correction = [
        ("county", json!("350823")),
        ("period", json!("演示：3—4 月（更正）")),
        ("cutoff/350823", json!(1)),
        ("figures", json!({ "indicators": ["completed_rate"], "total": [[1, 8]] })),
        ("corrects", json!(first)),
        ("published_on", json!("2026-05-09")),
    ];
    assert_eq!(
        site.push(&office, &[site.change("bulletin", record(0xb012), &correction)]).await,
        ["accepted"]
    );
    let page = get(server, COUNTY_PAGE).await.text();
    assert!(page.contains("已被后来的更正版替代") && page.contains("12.50%"), "{page}");
    let (new, old) = (page.find("（更正）").unwrap(), page.find("2026-05-01").unwrap());
    assert!(new < old, "the latest first");
}

#[tokio::test]
async fn who_builds_and_where_the_money_comes_from_is_told() {
    let (site, office) = Site::with_people(Server::start().await).await;
    let server = &site.server;
    disclose(&site, &office).await;
    let finance = server.person_as("caizheng", None, Role::Finance, "county:350823").await;
    let finance = server.enrolled(finance).await.0;
    let money = [
        ("class", json!("building")),
        ("funding/中央", json!(84_180_000)),
        ("funding/省", json!(54_660_000)),
    ];
    let contract = [
        ("name", json!("施工合同")),
        ("contract_kind", json!("施工")),
        ("projects", json!(record(PROJECT))),
        ("county", json!("350823")),
        ("party", json!("演示建筑公司")),
        ("amount", json!(100_000_000)),
        ("start", json!("2026-03-01")),
        ("end", json!("2026-12-31")),
    ];
    let changes =
        [site.change("project", record(PROJECT), &money), site.change("contract", record(0xc0), &contract)];
    assert_eq!(site.push(&office, &changes).await, ["accepted"; 2]);
    let page = get(server, &project_page()).await.text();
    for told in ["演示建筑公司", "2026-03-01 – 2026-12-31", "84.18", "138.84", "到位和拨付还没有登记"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    let received = [
        ("type", json!("到位")),
        ("source", json!("中央")),
        ("amount", json!(5_000_000)),
        ("voucher", json!("演-1")),
        ("date", json!("2026-04-01")),
        ("project", json!(record(PROJECT))),
    ];
    // What is paid without both keys moved no money yet.
    let paid = [
        ("type", json!("拨付")),
        ("source", json!("中央")),
        ("amount", json!(3_330_000)),
        ("voucher", json!("演-2")),
        ("date", json!("2026-04-02")),
        ("project", json!(record(PROJECT))),
    ];
    let changes =
        [site.change("fund_event", record(0xfe), &received), site.change("fund_event", record(0xff), &paid)];
    assert_eq!(site.push(&finance, &changes).await, ["accepted"; 2]);
    for path in [project_page(), COUNTY_PAGE.to_owned()] {
        let page = get(server, &path).await.text();
        assert!(page.contains("5.00") && !page.contains("3.33"), "{path} {page}");
    }
    // What came for the whole county is no project's.
    let whole = [
        ("type", json!("到位")),
        ("source", json!("中央")),
        ("amount", json!(7_770_000)),
        ("voucher", json!("演-3")),
        ("date", json!("2026-04-03")),
        ("county", json!("350823")),
    ];
    assert_eq!(site.push(&finance, &[site.change("fund_event", record(0xfd), &whole)]).await, ["accepted"]);
    for (path, is_told) in [(project_page(), false), (COUNTY_PAGE.to_owned(), true)] {
        let page = get(server, &path).await.text();
        assert_eq!(page.contains("12.77"), is_told, "{path} {page}");
    }
}
