//! Somebody at a browser who asks the running demonstration.

use serde_json::{Value as Json, json};

use crate::running::Demo;

/// Somebody at a browser.
pub(crate) struct Desk {
    client: reqwest::Client,
    url: String,
}

impl Desk {
    /// Signs in with the password of the day.
    pub(crate) async fn sign_in(demo: &Demo, username: &str) -> Self {
        let client = reqwest::Client::builder().cookie_store(true).build().expect("a client");
        let desk = Self { client, url: demo.url.clone() };
        let credentials = json!({ "username": username, "password": demo.password(username) });
        let signing_in = desk.client.post(format!("{}/api/v1/session", desk.url)).json(&credentials).send();
        let answer = signing_in.await.expect("an answer");
        assert!(answer.status().is_success(), "{username} signs in: {}", answer.status());
        desk
    }

    /// A page that anybody may open.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.client.get(format!("{}/{path}", self.url)).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().await.expect("text")
    }

    /// Asks for something, and it is there.
    pub(crate) async fn ask(&self, path: &str) -> Json {
        let answer = self.client.get(format!("{}/api/v1/{path}", self.url)).send().await.expect("an answer");
        let status = answer.status();
        let body: Json = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{path}: {body}");
        body
    }
}
