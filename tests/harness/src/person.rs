//! Somebody at the office: reads, decides what waits in the held box, settles conflicts.
//!
//! The office's own writing goes through `POST /api/v1/sync` like a phone's: [`Person::desk`].

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use sync_protocol::id::RecordId;

use crate::device::{Device, SyncError};
use crate::laws;

/// Somebody at the office.
#[derive(Clone, Debug)]
pub struct Person {
    /// The browser on that person's desk: a client like any other.
    pub desk: Device,
}

impl Person {
    /// Somebody who works at that desk.
    pub const fn at(desk: Device) -> Self {
        Self { desk }
    }

    /// Reads a path; fails the test on anything but a success.
    pub async fn get(&self, path: &str) -> Json {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert!(status.is_success(), "GET {path}: {status} {body}");
        body
    }

    /// Posts to a path; fails the test on anything but a success.
    pub async fn post(&self, path: &str, body: Json) -> Json {
        let (status, answer) = self.ask(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "POST {path}: {status} {answer}");
        answer
    }

    /// Sends a request; an answer that is no JSON comes back as text.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Json>) -> (StatusCode, Json) {
        let request = self.desk.request(method, path);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.expect("the server answers");
        let status = response.status();
        let bytes = response.bytes().await.expect("a whole answer");
        let text = || Json::String(String::from_utf8_lossy(&bytes).into_owned());
        (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
    }

    /// What waits in the held box.
    pub async fn held(&self) -> Vec<Json> {
        let list = self.get("/api/v1/held").await;
        list["held"].as_array().expect("a list").clone()
    }

    /// Lets a held change into the ledger.
    pub async fn release(&self, held: &Json) -> Json {
        self.post(&format!("/api/v1/held/{}/release", held["id"]), json!({})).await
    }

    /// Refuses a held change.
    pub async fn refuse(&self, held: &Json, reason: &str) -> Json {
        self.post(&format!("/api/v1/held/{}/refuse", held["id"]), json!({ "reason": reason })).await
    }

    /// A record with its history, which must keep the laws of the protocol.
    pub async fn record(&self, record: RecordId) -> Json {
        let path = format!("/api/v1/records/{record}");
        let mut told = self.get(&path).await;
        while let Some(next) = told["next"].take().as_u64() {
            let mut page = self.get(&format!("{path}?after={next}")).await;
            let more = page["history"].as_array_mut().map(std::mem::take).expect("a history");
            told["history"].as_array_mut().expect("a history").extend(more);
            told["next"] = page["next"].take();
        }
        laws::check(&told);
        told
    }

    /// Fetches what is new.
    ///
    /// # Errors
    /// When the line failed.
    pub async fn refresh(&mut self) -> Result<(), SyncError> {
        self.desk.sync().await.map(drop)
    }
}
