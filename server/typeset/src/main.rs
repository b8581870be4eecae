//! `siteledger-typeset FOLDER`: sets the document that lies in a folder as `book.pdf` beside it.
//!
//! A program of its own: the server starts it for a document, ends it when it takes too long, and
//! lives on whatever becomes of it. It reads `document.json` and the photos of its folder, and the
//! fonts of the machine; nothing else, and nothing from the network.

mod desk;
mod fonts;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use rustix::process::{Resource, Rlimit, setrlimit};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use desk::Desk;
use fonts::Fonts;

/// What it may take of the memory; a book of a month with hundreds of photos takes a fraction of it.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// How long it may work, should nobody be there any more to end it.
const MOST_SECONDS: u64 = 600;

/// The exit code when no font has Chinese letters; the server knows it.
const NO_FONTS: u8 = 3;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("siteledger-typeset FOLDER: sets FOLDER/document.json as FOLDER/book.pdf");
        return ExitCode::from(2);
    };
    if let Err(error) = within_limits() {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    let Some(fonts) = Fonts::of_this_machine() else {
        eprintln!("no font with Chinese letters is installed (Debian: fonts-noto-cjk)");
        return ExitCode::from(NO_FONTS);
    };
    match typeset(folder, fonts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn within_limits() -> anyhow::Result<()> {
    for (resource, most) in [(Resource::As, MOST_BYTES), (Resource::Cpu, MOST_SECONDS)] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).with_context(|| format!("could not limit {resource:?}"))?;
    }
    Ok(())
}

fn typeset(folder: PathBuf, fonts: Fonts) -> anyhow::Result<()> {
    let written = folder.join("book.pdf");
    let desk = Desk::open(folder, fonts)?;
    let set = typst::compile::<PagedDocument>(&desk);
    let pages =
        set.output.map_err(|errors| anyhow!("could not set the document: {}", desk::told(&errors)))?;
    let options = PdfOptions { tagged: false, ..PdfOptions::default() };
    let pdf = typst_pdf::pdf(&pages, &options)
        .map_err(|errors| anyhow!("could not write the pages: {}", desk::told(&errors)))?;
    std::fs::write(&written, pdf).with_context(|| format!("could not write {}", written.display()))
}
