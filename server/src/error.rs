//! The one error type: what kind of failure it is, what to tell the person, and what only we see.

use std::borrow::Cow;
use std::fmt;

/// What kind of failure it is; decides the HTTP status and the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: not a request that we understand.
    BadRequest,
    /// 401: nobody we know, or not any more.
    Unauthorized,
    /// 403: known, but not allowed.
    Forbidden,
    /// 404: not there, or not for this person to know of.
    NotFound,
    /// 408: it did not come in time.
    Timeout,
    /// 409: it does not fit what is there.
    Conflict,
    /// 410: it was there and has gone.
    Gone,
    /// 412: a precondition does not hold.
    Precondition,
    /// 413: more bytes than we take.
    TooLarge,
    /// 415: not a type that we take.
    UnsupportedMedia,
    /// 422: the form is right, the content is not.
    Unprocessable,
    /// 426: the client must be updated.
    UpgradeRequired,
    /// 429: too often; try again after so many seconds.
    TooMany(u32),
    /// 460: the bytes do not match their hash (tus checksum extension).
    HashMismatch,
    /// 500: our fault.
    Internal,
    /// 503: not now; try again after so many seconds.
    Unavailable(u32),
    /// 507: the disk is full.
    StorageFull,
}

/// A failure. Deliberately without a `Display` that mixes what a person may see with `context`.
pub struct Error {
    /// What kind of failure it is.
    pub kind: Kind,
    /// A stable code for programs, such as `device_revoked`.
    pub code: &'static str,
    /// What happened, whether anything was lost, what to do: in Chinese.
    pub zh: Cow<'static, str>,
    /// The same in English.
    pub en: Cow<'static, str>,
    /// For the log alone: never in an answer.
    pub context: Option<anyhow::Error>,
}

/// The languages that people are spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Language {
    /// 简体中文, unless asked otherwise.
    #[serde(rename = "zh")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// The sentence in this language.
    pub const fn pick<'s>(self, zh: &'s str, en: &'s str) -> &'s str {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }
}

/// What most functions of the server return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure to be told to the person.
    pub fn new(
        kind: Kind,
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { kind, code, zh: zh.into(), en: en.into(), context: None }
    }

    /// The same failure, with what only the log sees.
    #[must_use]
    pub fn because(mut self, context: impl Into<anyhow::Error>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Our fault. Nothing that was acknowledged is lost by it.
    pub fn internal(context: impl Into<anyhow::Error>) -> Self {
        Self::new(
            Kind::Internal,
            "internal",
            "服务器出错，本次内容没有保存在服务器上；手机上的内容没有丢失，请稍后再试",
            "the server failed; nothing of this request was stored, nothing on the device is lost, try again later",
        )
        .because(context)
    }

    /// It is not there, or this person may not know of it.
    pub fn not_found() -> Self {
        Self::new(
            Kind::NotFound,
            "not_found",
            "没有找到，或者您没有权限查看",
            "not found, or not yours to see",
        )
    }

    /// The role of this person does not allow it.
    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, "forbidden", "您的角色没有这项权限", "your role does not allow this")
    }

    /// Too many come at the same time.
    pub fn too_busy() -> Self {
        Self::new(
            Kind::Unavailable(10),
            "too_busy",
            "服务器正忙，没有保存任何内容；手机上的内容没有丢失，请稍后再试",
            "the server is busy and stored nothing; nothing on the device is lost, try again later",
        )
    }

    /// The store cannot write at the moment.
    pub fn unavailable(context: impl Into<anyhow::Error>) -> Self {
        Self::new(
            Kind::Unavailable(10),
            "unavailable",
            "服务器暂时无法保存，没有内容丢失，请稍后再试",
            "the server cannot store at the moment; nothing is lost, try again later",
        )
        .because(context)
    }
}

impl Error {
    /// Whether it says that a database's file is damaged, or is none.
    pub fn is_of_damage(&self) -> bool {
        let cause = self.context.as_ref().and_then(|context| context.downcast_ref::<sqlx::Error>());
        // SQLITE_CORRUPT, SQLITE_NOTADB
        matches!(cause.and_then(primary_code), Some(11 | 26))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.kind, self.code, self.en)?;
        self.context.as_ref().map_or(Ok(()), |context| write!(f, " ({context:#})"))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match primary_code(&error) {
            // SQLITE_FULL
            Some(13) => Self::new(
                Kind::StorageFull,
                "storage_full",
                "服务器磁盘已满，本次内容没有保存在服务器上；手机上的内容没有丢失，请通知管理员",
                "the server's disk is full; nothing of this request was stored, nothing on the device is lost",
            )
            .because(error),
            // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR
            Some(5 | 6 | 10) => Self::unavailable(error),
            _ if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}

/// `SQLite`'s primary result code, without the extended bits.
fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}
