//! `siteledger export book`: a book of the programme in a file, to be printed, signed and bound, or handed
//! over.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use futures_util::{Stream, TryStreamExt as _, stream};
use sync_protocol::id::RecordId;
use sync_protocol::photo::Sha256;
use tokio::sync::Notify;

use super::super::serve::typesetter_beside;
use super::super::{Common, Opened, open};
use super::report::month;
use super::{no_such_county, no_such_form, part_of, unwritable};
use crate::access::actor::Actor;
use crate::config;
use crate::error::{Language, Result};
use crate::http::indicators::list;
use crate::photos::Photos;
use crate::programme::figures::{By, Figures};
use crate::reports::books::{bulletin, diaries};
use crate::reports::bulletin::Period;
use crate::reports::document::Document;
use crate::reports::dossier::{Archive, Wished};
use crate::reports::draw::html;
use crate::reports::draw::pictures::Own;
use crate::reports::draw::typeset::{Pictures as _, Typesetter, photos_of};
use crate::sync::engine::Engine;

/// 导出册子 A book: the diaries of a month, a bulletin, the dossier of an acceptance
///
/// 册子的格式由文件名的结尾决定：.pdf（要有 siteledger-typeset）或 .html（照片在网页里，可单独保存）。
/// 可在服务器运行时进行。The ending of the file's name says how it is written: .pdf takes
/// siteledger-typeset, .html has its photos within. Reads only, beside a running server or without one.
#[derive(Debug, Subcommand)]
#[command(after_help = "例 Examples:
  siteledger export book diary_book 日志.pdf a55bb87e-770b-5266-86e2-14c9de461985 2026-03
  siteledger export book bulletin 通报草稿.html --county 350823
  siteledger export book dossier 竣工档案.zip a55bb87e-770b-5266-86e2-14c9de461985")]
pub(in crate::cli) enum Book {
    #[command(name = "diary_book")]
    Diaries(Diaries),
    Bulletin(Bulletin),
    Dossier(Dossier),
}

/// 日志册 The diaries of a project and a month
///
/// 每天一篇，两人所填不同的两个值并列，更正的原值、何人何时都在。A part for each day: where people
/// differ both values stand, and what was corrected says what stood there before.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger export book diary_book 日志.pdf a55bb87e-770b-5266-86e2-14c9de461985 2026-03")]
pub(in crate::cli) struct Diaries {
    /// 输出文件，.pdf 或 .html The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 哪个项目 Of which project, by its record's id
    #[arg(value_name = "PROJECT")]
    project: RecordId,
    /// 哪个月 Of which month, YYYY-MM
    #[arg(value_name = "MONTH", value_parser = month)]
    month: NaiveDate,
    #[command(flatten)]
    drawing: Drawing,
}

/// 通报 A bulletin as it was written; where none is named, a draft of one
///
/// 没有发布的每页有“草稿”。What is not published says on every page that it is a draft.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger export book bulletin 通报.pdf a55bb87e-770b-5266-86e2-14c9de461985
  siteledger export book bulletin 通报草稿.pdf --county 350823 --at 2026-04-30 --by township")]
pub(in crate::cli) struct Bulletin {
    /// 输出文件，.pdf 或 .html The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 哪份通报 Which one, by its record's id
    #[arg(value_name = "ID", conflicts_with_all = ["county", "from", "at", "by"])]
    id: Option<RecordId>,
    /// 草稿：哪些县（逗号分隔）A draft: of these counties, with commas
    #[arg(long, value_name = "CODES", required_unless_present = "id")]
    county: Option<String>,
    /// 草稿：从这一天起 A draft: from this day on, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// 草稿：截止这一天（不写为昨天）A draft: as of this day; yesterday if left out
    #[arg(long, value_name = "DAY")]
    at: Option<NaiveDate>,
    /// 草稿：按什么分行（不写为学校）A draft: what its rows are; schools if left out
    #[arg(long, value_name = "BY", value_parser = by)]
    by: Option<By>,
    #[command(flatten)]
    drawing: Drawing,
}

/// 竣工验收档案 The dossier of a project's acceptance, a ZIP
///
/// 里面的 README.txt 写明怎样不用服务器核对。Its README.txt says how it is checked without the server.
#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  siteledger export book dossier 竣工档案.zip a55bb87e-770b-5266-86e2-14c9de461985")]
pub(in crate::cli) struct Dossier {
    /// 输出文件，.zip The file to write
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 哪个项目 Of which project, by its record's id
    #[arg(value_name = "PROJECT")]
    project: RecordId,
    #[command(flatten)]
    drawing: Drawing,
}

/// How a book is drawn.
#[derive(Debug, Args)]
struct Drawing {
    /// 语言 The language
    #[arg(long, value_name = "LANG", value_parser = ["zh", "en"], default_value = "zh")]
    lang: String,
    /// 排版程序 The program that makes PDFs; siteledger-typeset beside this one if none is named
    #[arg(long, env = "SITELEDGER_TYPESET", value_name = "FILE", hide_env_values = true)]
    typeset: Option<PathBuf>,
}

impl Drawing {
    fn language(&self) -> Language {
        if self.lang == "en" { Language::English } else { Language::Chinese }
    }
}

fn by(text: &str) -> Result<By, String> {
    let read = serde_json::from_value(text.into());
    read.map_err(|_| "应为 one of: project school township zone county city".to_owned())
}

impl Book {
    pub(super) async fn run(&self, common: &Common) -> Result<ExitCode> {
        let (file, drawing, known) = match self {
            Self::Diaries(asked) => (&asked.file, &asked.drawing, PAPER),
            Self::Bulletin(asked) => (&asked.file, &asked.drawing, PAPER),
            Self::Dossier(asked) => (&asked.file, &asked.drawing, PACKED),
        };
        // What cannot be written is not read first.
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        if !known.contains(&ending) {
            return Err(no_such_form(file, known));
        }
        let desk = Desk::open(common, drawing).await?;
        let written = self.write(&desk, file, drawing.language()).await;
        desk.opened.store.close().await;
        written.map(|()| ExitCode::SUCCESS)
    }

    async fn write(&self, desk: &Desk, file: &Path, language: Language) -> Result<()> {
        match self {
            Self::Diaries(asked) => {
                let wanted = diaries::Wanted { project: asked.project, month: asked.month, language };
                desk.hand_over(&desk.diaries(&wanted).await?, file).await
            }
            Self::Bulletin(asked) => desk.hand_over(&desk.bulletin(asked, language).await?, file).await,
            Self::Dossier(asked) => {
                let wished = Wished { project: asked.project, language };
                let (_, bytes) = desk.archive().pack(&desk.actor, &wished, desk.opened.clock.now()).await?;
                keep(file, bytes).await
            }
        }
    }
}

/// What a book is written with.
struct Desk {
    opened: Opened,
    engine: Arc<Engine>,
    figures: Figures,
    photos: Arc<Photos>,
    typesetter: Arc<Typesetter>,
    actor: Actor,
}

impl Desk {
    async fn open(common: &Common, drawing: &Drawing) -> Result<Self> {
        let opened = open(common).await?;
        let (store, clock) = (&opened.store, &opened.clock);
        let engine = Engine::to_read(store.clone(), clock.clone(), &opened.server).await?;
        let counties: Vec<_> = engine.standing().known().into_keys().collect();
        let program = drawing.typeset.clone().unwrap_or_else(typesetter_beside);
        let folder = crate::blobs::folder::Folder::open(&config::blobs_folder(&common.data))?;
        Ok(Self {
            figures: Figures::new(store.clone(), clock.clone()),
            photos: Photos::over(store.clone(), clock.clone(), folder, Arc::new(Notify::new())),
            typesetter: Arc::new(Typesetter::new(program)),
            actor: Actor::at_the_machine(counties.into_iter()),
            engine,
            opened,
        })
    }

    async fn diaries(&self, wanted: &diaries::Wanted) -> Result<Document> {
        let now = self.opened.clock.now();
        let (scope, names) = (self.engine.read_scope(&self.actor, now), self.engine.standing().known());
        diaries::book((&self.opened.store, &self.figures), (&scope, &names), wanted, now).await
    }

    async fn bulletin(&self, asked: &Bulletin, language: Language) -> Result<Document> {
        let (with, now) = ((&self.opened.store, &self.figures, &*self.engine), self.opened.clock.now());
        if let Some(id) = asked.id {
            return bulletin::bulletin(with, &self.actor, id, (language, now)).await;
        }
        let counties: Vec<_> = asked.county.as_deref().into_iter().flat_map(list).collect();
        let known = self.engine.standing().known();
        if let Some(stray) = counties.iter().find(|county| !known.contains_key(*county)) {
            return Err(no_such_county(stray));
        }
        let period = Period::asked((asked.from, asked.at), asked.by, self.figures.today())?;
        bulletin::draft(with, &self.actor, &counties, &period, (language, now)).await
    }

    fn archive(&self) -> Archive<'_> {
        Archive {
            store: &self.opened.store,
            engine: &self.engine,
            photos: &self.photos,
            typesetter: &self.typesetter,
            pictures: self.own(),
        }
    }

    fn own(&self) -> Own {
        Own { engine: Arc::clone(&self.engine), photos: Arc::clone(&self.photos), actor: self.actor.clone() }
    }

    async fn hand_over(&self, document: &Document, file: &Path) -> Result<()> {
        if file.extension().is_some_and(|ending| ending == "pdf") {
            let made = self.typesetter.pdf(document, &self.own(), &self.photos.folder).await?;
            return keep(file, made.stream()).await;
        }
        let pictures = self.within(document).await?;
        let page = html::page(document, |photo| pictures.get(&photo.sha256).cloned());
        keep(file, stream::iter([Ok(Bytes::from(page))])).await
    }

    /// The pictures of a document as a page has them that stands by itself.
    async fn within(&self, document: &Document) -> Result<HashMap<Sha256, String>> {
        let (own, mut pictures) = (self.own(), HashMap::new());
        for photo in photos_of(document) {
            if pictures.contains_key(&photo) {
                continue;
            }
            if let Some(jpeg) = own.picture(photo).await? {
                pictures.insert(photo, format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)));
            }
        }
        Ok(pictures)
    }
}

/// Keeps what comes under that name: all of it, or nothing.
async fn keep(file: &Path, bytes: impl Stream<Item = io::Result<Bytes>>) -> Result<()> {
    let part = part_of(file);
    let written = async {
        let mut out = std::fs::File::create(&part)?;
        let mut bytes = std::pin::pin!(bytes);
        while let Some(some) = bytes.try_next().await? {
            out.write_all(&some)?;
        }
        out.sync_all()?;
        std::fs::rename(&part, file)
    };
    written.await.map_err(|error| unwritable(file, error))
}

const PAPER: &[&str] = &["pdf", "html"];
const PACKED: &[&str] = &["zip"];
