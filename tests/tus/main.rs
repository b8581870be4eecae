//! Photos sent by a client that is not ours: tus-js-client, cut, with the server killed meanwhile.

use std::path::Path;
use std::process::Command;

use harness::photos::Shot;
use harness::server::Server;
use serde_json::{Value, json};
use sync_protocol::photo::Sha256;

/// Enrols a phone and returns its token.
async fn token(server: &Server) -> String {
    server.run(&["county", "add", "350823", "上杭县"]);
    server.run(&["user", "add", "rizhi", "--role", "school_team", "--at", "county:350823"]);
    let code = server.run(&["enrol", "rizhi", "--json"]).json();
    let asked = json!({ "code": code["code"], "device_name": "演示手机" });
    let answer = reqwest::Client::new().post(format!("{}/api/v1/enrol", server.url())).json(&asked).send();
    let enrolled: Value = answer.await.expect("it answers").json().await.expect("in JSON");
    enrolled["token"].as_str().expect("a token").to_owned()
}

/// Runs the client; what it says on its last line.
fn upload(arguments: &[&str]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tus");
    assert!(folder.join("node_modules").is_dir(), "run tests/run, or npm ci in tests/tus, first");
    let output = Command::new("node").arg("upload.mjs").args(arguments).current_dir(folder).output();
    let output = output.expect("node is there");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}\n{complaint}");
    serde_json::from_str(said.trim()).expect("it speaks JSON")
}

#[tokio::test]
async fn a_photo_of_tus_js_client_goes_on_where_the_line_was_cut_though_the_server_was_killed() {
    let mut server = Server::start().await;
    let token = token(&server).await;
    let photo = Shot::shrunk().take(20_260_302);
    let sha256 = Sha256::of(&photo).to_string();
    let folder = tempfile::tempdir().expect("a folder for the test");
    let file = folder.path().join("photo.jpg");
    std::fs::write(&file, &photo).expect("a photo is written");
    let file = file.to_str().expect("its path is text");

    let begun = upload(&["begin", &server.url(), &token, file, &sha256]);
    let accepted = begun["accepted"].as_u64().expect("how much was accepted");
    assert!(accepted < photo.len() as u64, "it was cut before its end");
    server.restart().await;

    let address = begun["url"].as_str().expect("where it goes on");
    let finished = upload(&["go-on", address, &token, file, &sha256]);
    let from = finished["from"].as_u64().expect("where it went on");
    assert!(from >= accepted, "{from} bytes are left of {accepted} that were acknowledged");
    assert_eq!(finished["complete"], true);

    let original = format!("{}/api/v1/photos/{sha256}", server.url());
    let back = reqwest::Client::new().get(original).bearer_auth(&token).send().await.expect("it answers");
    assert_eq!(back.status(), 200);
    assert_eq!(back.bytes().await.expect("it is whole"), photo);
    server.verify();
}
