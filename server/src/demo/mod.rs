//! The demonstration: three regions whose totals stand in real reports, filled with invented,
//! numbered schools and people, and half a year of a county's daily work.

mod calendar;
mod cast;
mod course;
mod diaries;
mod draft;
mod elsewhere;
mod figure;
mod fill;
mod findings;
mod goods;
mod load;
mod money;
mod office;
mod papers;
mod picture;
mod region;
mod registry;
mod story;
mod travel;
mod works;

use indicatif::ProgressBar;
use sync_protocol::id::UserId;

use crate::access::{accounts, enrolment, secret};
use crate::error::Result;
use crate::http::app::App;
use cast::Player;
use fill::Play;

/// What somebody needs who wants to look around.
pub struct Welcome {
    /// Whether this start loaded anything; a second one finds all of it there.
    pub loaded: bool,
    /// The regions with their rates, a line each.
    pub regions: Vec<String>,
    /// The accounts with their new passwords.
    pub sign_ins: Vec<SignIn>,
    /// The project whose diary the two phones write.
    pub project: String,
    /// A phone for each of the two who write the same diary.
    pub phones: Vec<Phone>,
}

/// An account and its new password, shown this once.
pub struct SignIn {
    /// The name to sign in with.
    pub username: String,
    /// Who that is.
    pub display_name: String,
    /// The password.
    pub password: String,
}

/// A code that enrols a phone.
pub struct Phone {
    /// Whose phone.
    pub username: String,
    /// The person.
    pub user: UserId,
    /// The codes.
    pub codes: enrolment::Codes,
}

/// Fills an empty data folder, gives every account a new password and makes enrolment codes.
///
/// # Errors
/// `not_a_demonstration` if the folder holds other ledgers, or what the store says.
pub async fn prepare(app: &App, bar: &ProgressBar) -> Result<Welcome> {
    let play = Play::new();
    let loaded = fill::fill(app, &play, bar).await?;
    let mut sign_ins = Vec::new();
    bar.set_message("密码 passwords");
    for player in play.players().filter(|player| player.signs_in) {
        sign_ins.push(sign_in(app, player).await?);
    }
    let mut phones = Vec::new();
    for writer in [Some(&play.teams[0].first), play.teams[0].second.as_ref()].into_iter().flatten() {
        let user = accounts::named(&app.store, &writer.username).await?.id;
        let codes = enrolment::issue(&app.store, &app.clock, user).await?;
        phones.push(Phone { username: writer.username.clone(), user, codes });
    }
    let regions = play.regions.iter().map(region::Region::summary).collect();
    let project = &play.courses[0].building;
    let project = format!("{} {}", project.name, project.id);
    Ok(Welcome { loaded, regions, sign_ins, project, phones })
}

/// Passwords are new at every start: nobody finds a demonstration with known ones.
async fn sign_in(app: &App, player: &Player) -> Result<SignIn> {
    let person = accounts::named(&app.store, &player.username).await?;
    let password = password()?;
    accounts::set_password(&app.store, &person, password.clone(), None).await?;
    Ok(SignIn { username: person.username, display_name: person.display_name, password })
}

/// Letters and digits that are read aloud without mistakes, in groups of four: 76 bits.
fn password() -> Result<String> {
    const ALPHABET: &[u8; 27] = b"abcdefghjkmnpqrtuvwxyz34679";
    let drawn: [u8; 64] = secret::random()?;
    // What is beyond the last whole round of the alphabet would make its first letters likelier;
    // of 64 bytes, some 60 are within.
    let letters: Vec<_> = drawn.into_iter().filter(|byte| *byte < 243).take(16).collect();
    let groups = letters.chunks(4).map(|group| {
        group.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 27)])).collect::<String>()
    });
    Ok(groups.collect::<Vec<_>>().join("-"))
}
