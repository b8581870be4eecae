//! The README's main job by hand, typed into two terminals as it stands there.

use std::path::Path;

use harness::server::binary;

use crate::page::{Step, Who, steps};
use crate::running::Demo;
use crate::terminal::Terminal;

const README: &str = include_str!("../../README.md");

#[test]
fn the_main_job_works_as_the_readme_shows_it() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let data = folder.path().join("demo-data");
    let demo = Demo::start_loaded(&data);
    std::fs::write(folder.path().join("photo.jpg"), photo()).expect("a photo is written");
    let steps = steps(README, "## 手工走一遍 The main job by hand");
    assert!(steps.len() >= 10, "only {} steps were found", steps.len());
    let (mut a, mut b) = (Terminal::open(folder.path()), Terminal::open(folder.path()));
    for step in &steps {
        let commands = here(step, &demo, &data);
        let terminals: Vec<&mut Terminal> = match step.who {
            Who::A => vec![&mut a],
            Who::B => vec![&mut b],
            Who::Both => vec![&mut a, &mut b],
        };
        for terminal in terminals {
            let printed = terminal.run(&commands);
            assert_eq!(printed, step.shows.as_deref().unwrap_or_default().trim_end(), "of:\n{commands}");
        }
    }
}

/// The commands with the three things that differ from machine to machine: where the server
/// listens, where the program is, and the password of the day.
fn here(step: &Step, demo: &Demo, data: &Path) -> String {
    let program = format!("{} --data {}", binary().display(), data.display());
    step.commands
        .replace("http://127.0.0.1:8080", &demo.url)
        .replace("./target/release/siteledger --data ./demo-data", &program)
        .replace("abcd-efgh-jkmn-pqrt", &demo.password("gaibo"))
}

/// Noise does not compress, so it is long enough to be cut after 10,000 bytes.
fn photo() -> Vec<u8> {
    let mut seed = 20_260_302_u32;
    let pixels: Vec<u8> = (0..240 * 180 * 3)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        })
        .collect();
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
    encoder.encode(&pixels, 240, 180, jpeg_encoder::ColorType::Rgb).expect("noise is a picture too");
    assert!(jpeg.len() > 20_000, "{} bytes", jpeg.len());
    jpeg
}
