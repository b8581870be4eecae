//! The counties as somebody sees them, for whoever draws something from them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::figures::{Asked, Counted, Figures, Taken, taken};
use super::view::View;
use crate::access::actor::Actor;
use crate::error::Result;
use crate::sync::engine::Engine;
use crate::sync::scope::{Reach, ReadScope};
use crate::sync::standing::KnownCounties;

/// A county as somebody sees it: what is in scope of it, under the question.
#[derive(Debug)]
pub struct Seen<'f> {
    /// From where it was taken.
    pub taken: Taken,
    /// The facts.
    pub view: View<'f>,
}

impl Figures {
    /// Shows the counties that are asked about to whoever draws something from them: of each, what of
    /// it is in scope and no more.
    ///
    /// # Errors
    /// Not found if nothing that is asked about is in scope.
    pub async fn look<T: Send + 'static>(
        &self,
        scope: ReadScope,
        names: KnownCounties,
        asked: &Asked,
        look: impl FnOnce(&[Seen<'_>]) -> T + Send + 'static,
    ) -> Result<T> {
        self.reckon_within(scope, names, asked, looked(asked, look)).await
    }

    /// The same, of what that person has in scope now.
    ///
    /// # Errors
    /// Not found if nothing that is asked about is in scope.
    pub async fn look_as<T: Send + 'static>(
        &self,
        engine: &Engine,
        actor: &Actor,
        asked: &Asked,
        look: impl FnOnce(&[Seen<'_>]) -> T + Send + 'static,
    ) -> Result<T> {
        self.reckon(engine, actor, asked, looked(asked, look)).await
    }
}

/// Looks at the counties that were read.
fn looked<T: Send + 'static>(
    asked: &Asked,
    look: impl FnOnce(&[Seen<'_>]) -> T + Send + 'static,
) -> impl FnOnce(BTreeMap<String, Counted>) -> T + Send + 'static {
    let its = asked.clone();
    move |counties| {
        let counties: BTreeMap<_, _> =
            counties.into_iter().map(|(code, county)| (code, county.limited())).collect();
        let mut seen = Vec::with_capacity(counties.len());
        for (code, county) in &counties {
            let view = its.view(county);
            seen.push(Seen { taken: taken(code, county, &view), view });
        }
        look(&seen)
    }
}

impl Counted {
    /// With the facts that are in scope, and no others.
    fn limited(mut self) -> Self {
        if let Reach::Part { schools, projects } = &self.reach {
            self.facts = Arc::new(self.facts.within(schools, projects));
        }
        self
    }
}
