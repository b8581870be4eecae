//! The pictures of a document, for whoever asks: previews, and of what that person may see alone.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sync_protocol::photo::Sha256;

use super::typeset::Pictures;
use crate::access::actor::Actor;
use crate::blobs::folder::Rendition;
use crate::error::{Error, Kind, Result};
use crate::photos::Photos;
use crate::sync::engine::Engine;
use crate::sync::sight::Wanted;

/// What somebody may see.
#[derive(Clone)]
pub struct Own {
    /// Knows what is in scope.
    pub engine: Arc<Engine>,
    /// Renders them.
    pub photos: Arc<Photos>,
    /// Who asks.
    pub actor: Actor,
}

impl Pictures for Own {
    fn picture(&self, sha256: Sha256) -> BoxFuture<'_, Result<Option<Bytes>>> {
        self.preview(sha256).boxed()
    }
}

impl Own {
    async fn preview(&self, sha256: Sha256) -> Result<Option<Bytes>> {
        // A photo that did not arrive, or cannot be shown, keeps nobody from the rest of the book.
        let nothing = |error: Error| match error.kind {
            Kind::NotFound | Kind::UnsupportedMedia | Kind::Unprocessable => Ok(None),
            _ => Err(error),
        };
        let photo = match self.engine.photo(&self.actor, &sha256, Wanted::Picture).await {
            Ok(photo) => photo,
            Err(error) => return nothing(error),
        };
        self.photos.rendition(&photo, Rendition::Preview).await.map_or_else(nothing, |jpeg| Ok(Some(jpeg)))
    }
}
