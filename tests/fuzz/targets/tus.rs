//! tus as a client speaks it: requests with headers and bodies, parted by a line `%%`. The first line
//! is the method and, where it is an upload that is meant, ` @`; `@sha256` in a header stands for the
//! hash of all bodies together.
//!
//! What is accepted can be represented, the offset says what is there and never more than was
//! announced, and a refusal takes nothing away but what is no photo.

use axum::body::Body;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use siteledger::photos::upload::MAX_BYTES;
use sync_protocol::photo::Sha256;

use crate::office::{Answer, Office, Who};

const UPLOADS: &str = "/api/v1/uploads";
/// So many requests are played of one input.
const MOST: usize = 8;

pub(crate) fn holds(bytes: &[u8]) {
    let requests: Vec<_> = parted(bytes, b"\n%%\n").take(MOST).map(Asked::read).collect();
    let whole: Vec<u8> = requests.iter().flat_map(|request| request.body).copied().collect();
    let hash = STANDARD.encode(Sha256::of(&whole).to_string());
    Office::play(async |office| {
        let (mut taken, mut upload) = (false, None);
        for request in &requests {
            let Some((method, built)) = request.build(upload.as_ref(), &hash) else { continue };
            let answer = office.ask(Who::Phone, built).await;
            let is_taken = !answer.is_refusal();
            taken |= is_taken;
            upload = match upload {
                None if method == Method::POST && is_taken => Some(Upload::begun(request, &answer)),
                Some(upload) => upload.went_on(office, request, &method, &answer).await,
                None => None,
            };
        }
        taken
    });
}

/// The pieces between marks.
fn parted<'b>(bytes: &'b [u8], mark: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let whole = rest?;
        let end = whole.windows(mark.len()).position(|window| window == mark);
        rest = end.map(|end| &whole[end + mark.len()..]);
        Some(end.map_or(whole, |end| &whole[..end]))
    })
}

/// A request as it stands in the input.
struct Asked<'b> {
    line: &'b [u8],
    headers: Vec<(&'b [u8], &'b [u8])>,
    body: &'b [u8],
}

impl<'b> Asked<'b> {
    fn read(text: &'b [u8]) -> Self {
        let mut parts = parted(text, b"\n\n");
        let head = parts.next().unwrap_or_default();
        let body = text.get(head.len() + 2..).unwrap_or_default();
        let mut lines = head.split(|byte| *byte == b'\n');
        let line = lines.next().unwrap_or_default();
        let header = |line: &'b [u8]| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((&line[..colon], line[colon + 1..].trim_ascii()))
        };
        Self { line, headers: lines.filter_map(header).collect(), body }
    }

    /// The request, where it is one that HTTP can carry.
    fn build(&self, upload: Option<&Upload>, hash: &str) -> Option<(Method, Request<Body>)> {
        let (method, at) = self.line.strip_suffix(b" @").map_or((self.line, None), |m| (m, upload));
        let path = at.map_or(UPLOADS, |upload| upload.path.as_str());
        let method = Method::from_bytes(method).ok()?;
        let mut request = Request::builder().method(method.clone()).uri(path);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"tus-resumable")) {
            request = request.header("tus-resumable", "1.0.0");
        }
        for (name, value) in &self.headers {
            let value = match str::from_utf8(value) {
                Ok(text) => HeaderValue::from_str(&text.replace("@sha256", hash)).ok()?,
                Err(_) => HeaderValue::from_bytes(value).ok()?,
            };
            request = request.header(HeaderName::from_bytes(name).ok()?, value);
        }
        Some((method, request.body(Body::from(self.body.to_vec())).ok()?))
    }

    /// The first header with that name.
    fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        named.and_then(|(_, value)| str::from_utf8(value).ok())
    }
}

/// An upload as the client knows it.
struct Upload {
    path: String,
    length: u64,
    offset: u64,
}

impl Upload {
    fn begun(request: &Asked<'_>, answer: &Answer) -> Self {
        let length = request.header("upload-length").expect("a length was given");
        assert!(!length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()), "{length}");
        let length: u64 = length.parse().expect("it was accepted, so it is a number");
        assert!((1..=MAX_BYTES).contains(&length), "{length}");
        let metadata = request.header("upload-metadata").expect("a hash was given");
        let hash = metadata.split(',').filter_map(|pair| pair.trim().strip_prefix("sha256")).next_back();
        assert!(hash.is_some(), "{metadata} has no hash");
        let location = told(answer, "location").expect("it says where");
        let path = location.strip_prefix("http://127.0.0.1:8080").expect("it is absolute").to_owned();
        assert!(path.starts_with(UPLOADS));
        let offset = number(answer, "upload-offset").expect("it says how far");
        assert!(offset == 0 || offset == request.body.len() as u64 || offset == length);
        assert!(offset <= length && told(answer, "upload-expires").is_some());
        Self { path, length, offset }
    }

    /// What is left of it after one more request.
    async fn went_on(
        mut self,
        office: &Office,
        request: &Asked<'_>,
        method: &Method,
        answer: &Answer,
    ) -> Option<Self> {
        let now = self.stand(office).await;
        let is_taken = answer.status.is_success();
        if request.line.ends_with(b" @") && is_taken && *method == Method::PATCH {
            let offset = number(answer, "upload-offset").expect("it says how far");
            assert_eq!(Some(offset), now, "the answer and a question after it differ");
            let said = request.header("upload-offset").and_then(|text| text.parse().ok());
            assert_eq!(said, Some(self.offset), "bytes were taken from another place");
            let sent = if self.offset == self.length { 0 } else { request.body.len() as u64 };
            assert_eq!(offset, self.offset + sent, "the offset is not what came");
        } else if let Some(now) = now {
            // What was refused stays, unless it was no photo; what was too much is as if it never came.
            let is_cut = answer.status.as_u16() == 413 && now == self.length;
            assert!(now == self.offset || now == 0 || is_cut || is_taken, "{} became {now}", self.offset);
        }
        self.offset = now?;
        Some(self)
    }

    /// How far it has come, if it still is.
    async fn stand(&self, office: &Office) -> Option<u64> {
        let request = Request::head(&self.path).header("tus-resumable", "1.0.0").body(Body::empty());
        let answer = office.ask(Who::Phone, request.expect("it is a request")).await;
        if answer.is_refusal() {
            return None;
        }
        assert_eq!(number(&answer, "upload-length"), Some(self.length));
        let offset = number(&answer, "upload-offset").expect("it says how far");
        assert!(offset <= self.length);
        Some(offset)
    }
}

fn told<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(answer: &Answer, name: &str) -> Option<u64> {
    told(answer, name)?.parse().ok()
}
