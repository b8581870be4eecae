//! What is measured against: `SQLite` by itself, files by themselves, axum by itself.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// Rows a second that `SQLite` takes by itself: rows of these bytes, `batch` in a transaction,
/// flushed (`synchronous=FULL`), ids that grow with time.
pub(crate) async fn sqlite_rows(folder: &Path, row: &str, batch: usize, lasts: Duration) -> f64 {
    let file = folder.join(format!("raw-{batch}.db"));
    let mut connection = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await
        .expect("a database");
    sqlx::query(
        "create table rows (seq integer primary key, id blob not null unique, body text not null) strict",
    )
    .execute(&mut connection)
    .await
    .expect("a table");
    let began = Instant::now();
    let mut rows = 0_u64;
    while began.elapsed() < lasts {
        let mut tx = connection.begin_with("begin immediate").await.expect("a transaction");
        for _ in 0..batch {
            sqlx::query("insert into rows (id, body) values ($1, $2)")
                .bind(uuid::Uuid::now_v7().as_bytes().as_slice())
                .bind(row)
                .execute(&mut *tx)
                .await
                .expect("a row");
        }
        tx.commit().await.expect("a commit");
        rows += batch as u64;
    }
    let rate = rows as f64 / began.elapsed().as_secs_f64();
    connection.close().await.expect("it closes");
    rate
}

/// Bytes a second of writing and flushing these files, eight at a time, each with its folder.
pub(crate) fn files(folder: &Path, files: &[Vec<u8>], at_once: usize) -> f64 {
    let folder = folder.join("raw-files");
    fs::create_dir_all(&folder).expect("a folder");
    let began = Instant::now();
    std::thread::scope(|scope| {
        for worker in 0..at_once {
            let folder = &folder;
            scope.spawn(move || {
                for (number, bytes) in files.iter().enumerate().skip(worker).step_by(at_once) {
                    let mut file = File::create(folder.join(number.to_string())).expect("a file");
                    file.write_all(bytes).expect("it is written");
                    file.sync_data().expect("it is flushed");
                    File::open(folder).expect("the folder").sync_all().expect("it is flushed");
                }
            });
        }
    });
    let bytes: usize = files.iter().map(Vec::len).sum();
    bytes as f64 / began.elapsed().as_secs_f64()
}

/// Serves the same bytes to every post, by axum alone, in a process of its own: prints its address.
pub(crate) async fn echo(answer: Vec<u8>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    let answer = bytes::Bytes::from(answer);
    let handler = move |_request: bytes::Bytes| async move {
        ([(axum::http::header::CONTENT_TYPE, "application/json")], answer)
    };
    let router = axum::Router::new().route("/echo", axum::routing::post(handler));
    axum::serve(listener, router).await.expect("it serves");
}
