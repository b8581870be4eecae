//! Many at once: how much room one device or one address may take, and whether there is room at all.
//!
//! Who finds none is told so before the body is read, with `Retry-After`: a phone on a slow line must
//! not send 300 KB to hear "not now".

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::auth;
use super::problem::Problem;
use crate::access::secret::{self, SecretHash};
use crate::config::Settings;
use crate::error::{Error, Kind};

/// The most requests of one device at a time that may bring something.
pub const MAX_SENDING: usize = 8;
/// The most requests of one device at a time that ask for something: a page full of thumbnails.
pub const MAX_ASKING: usize = 128;

/// How many there are of each, at the moment.
#[derive(Debug)]
pub struct Crowd<K: Eq + Hash>(Mutex<HashMap<K, usize>>);

impl<K: Eq + Hash> Default for Crowd<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone> Crowd<K> {
    /// A place beside fewer than `most` others; none if there are as many already.
    pub fn enter(self: &Arc<Self>, who: K, most: usize) -> Option<Place<K>> {
        let mut counts = self.lock();
        let count = counts.entry(who.clone()).or_insert(0);
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Place { crowd: Arc::clone(self), who })
    }
}

impl<K: Eq + Hash> Crowd<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that is given back when it is dropped.
#[derive(Debug)]
pub struct Place<K: Eq + Hash> {
    crowd: Arc<Crowd<K>>,
    who: K,
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut counts = self.crowd.lock();
        if let Some(count) = counts.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.who);
            }
        }
    }
}

/// What one device does at a time, by its token or cookie, whether that is good or not.
type Device = (SecretHash, Doing);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Doing {
    Asks,
    Sends,
}

impl Doing {
    fn of(method: &Method) -> (Self, usize) {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            (Self::Asks, MAX_ASKING)
        } else {
            (Self::Sends, MAX_SENDING)
        }
    }
}

/// Whose requests are under way.
#[derive(Clone)]
pub(super) struct Devices {
    settings: Arc<Settings>,
    crowd: Arc<Crowd<Device>>,
}

impl Devices {
    pub(super) fn of(settings: Arc<Settings>) -> Self {
        Self { settings, crowd: Arc::default() }
    }
}

/// Middleware: refuses what one device does beyond its share, so that others find room.
///
/// A place is kept until the last byte of the answer is gone.
pub(super) async fn share(State(devices): State<Devices>, request: Request, next: Next) -> Response {
    let Some(secret) = auth::shown(request.headers(), &devices.settings) else {
        return next.run(request).await;
    };
    let (doing, most) = Doing::of(request.method());
    match devices.crowd.enter((secret::hash(&secret), doing), most) {
        Some(place) => next.run(request).await.map(|body| Body::new(Kept { body, _place: place })),
        None => Problem(too_many_at_once()).into_response(),
    }
}

/// The body of an answer, for which something is kept.
struct Kept<T> {
    body: Body,
    _place: T,
}

impl<T: Unpin> HttpBody for Kept<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

fn too_many_at_once() -> Error {
    Error::new(
        Kind::TooMany(5),
        "too_many_at_once",
        "这台设备同时发来的请求太多，这一个没有处理、没有保存任何内容；手机上的内容没有丢失，请等前面的完成后再试",
        "this device does too much at the same time; this request was not looked at and nothing of it was stored, nothing on the device is lost, try again when the others are done",
    )
}

/// There is room for what this request wants to be written.
pub struct Admitted;

impl FromRequestParts<App> for Admitted {
    type Rejection = Problem;

    async fn from_request_parts(_parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.engine.demand_room()?;
        app.store.demand_room()?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_whose_they_are_and_given_back() {
        let crowd = Arc::new(Crowd::default());
        let (first, second) = (crowd.enter("a", 2).unwrap(), crowd.enter("a", 2).unwrap());
        assert!(crowd.enter("a", 2).is_none());
        let other = crowd.enter("b", 2).expect("somebody else's");
        drop(first);
        let again = crowd.enter("a", 2).expect("one was given back");
        drop((second, again, other));
        assert!(crowd.lock().is_empty(), "nobody is remembered who is gone");
    }
}
