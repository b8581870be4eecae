//! Tables as other programs read them.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};
use std::process::{Command, Stdio};

use calamine::{Data, Reader as _, Xlsx};
use harness::Device;
use reqwest::{Method, Response, StatusCode};
use serde_json::Value as Json;
use sync_protocol::id::RecordId;

pub(super) async fn ask(device: &Device, path: &str) -> Response {
    device.request(Method::GET, &format!("/api/v1/export/{path}")).send().await.expect("the server answers")
}

pub(super) async fn download(device: &Device, path: &str) -> Vec<u8> {
    let response = ask(device, path).await;
    let status = response.status();
    let bytes = response.bytes().await.expect("whole").to_vec();
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    bytes
}

/// A table as another program reads it.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Comma-separated values, read by Python.
    pub(super) fn of_csv(bytes: &[u8]) -> Self {
        const READ: &str = "import csv, io, json, sys
text = sys.stdin.buffer.read().decode('utf-8-sig')
print(json.dumps(list(csv.reader(io.StringIO(text, newline=''), strict=True))))";
        let mut python = Command::new("python3")
            .args(["-c", READ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut stdin = python.stdin.take().expect("it is piped");
        let sent = bytes.to_vec();
        let sending = std::thread::spawn(move || stdin.write_all(&sent));
        let output = python.wait_with_output().expect("it ends");
        sending.join().expect("it does not panic").expect("it reads all");
        assert!(output.status.success(), "Python reads it");
        let mut rows: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).expect("rows");
        let headings = rows.remove(0);
        assert!(rows.iter().all(|row| row.len() == headings.len()), "every row is as wide as the first");
        Self { headings, rows }
    }

    /// The same, read without starting anything.
    pub(super) fn of_many(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).expect("a mark");
        let mut reader = csv::Reader::from_reader(text);
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let headings = cells(reader.headers().expect("headings"));
        let rows = reader.records().map(|row| cells(&row.expect("as wide as the first"))).collect();
        Self { headings, rows }
    }

    pub(super) async fn get(device: &Device, path: &str) -> Self {
        let bytes = download(device, path).await;
        assert!(bytes.starts_with("\u{feff}".as_bytes()), "Excel takes it for UTF-8");
        Self::of_csv(&bytes)
    }

    pub(super) fn column(&self, heading: &str) -> usize {
        let found = self.headings.iter().position(|known| known == heading);
        found.unwrap_or_else(|| panic!("no column {heading}: {:?}", self.headings))
    }

    pub(super) fn row(&self, record: RecordId) -> &[String] {
        let id = self.headings.iter().position(|known| known == "记录编号" || known == "record id");
        let id = id.expect("a column of ids");
        self.rows.iter().find(|row| row[id] == record.to_string()).expect("the record has a row")
    }

    pub(super) fn cell(&self, record: RecordId, heading: &str) -> &str {
        &self.row(record)[self.column(heading)]
    }

    pub(super) fn ids(&self) -> BTreeSet<String> {
        let id = self.column("记录编号");
        self.rows.iter().map(|row| row[id].clone()).collect()
    }
}

/// The cells of a workbook's only sheet, read by calamine.
pub(super) fn workbook(bytes: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    assert_eq!(names.len(), 1, "{names:?}");
    let range = book.worksheet_range(&names[0]).expect("a sheet");
    range.rows().map(<[Data]>::to_vec).collect()
}

pub(super) fn lines(bytes: &[u8]) -> Vec<Json> {
    let text = std::str::from_utf8(bytes).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}
