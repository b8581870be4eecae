//! HTTP/1.1 by hand over one kept connection: a load that costs little beside what it measures.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One kept connection.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    head: String,
}

impl Wire {
    /// Connects; every request carries the token.
    pub(crate) async fn connect(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket option");
        let head = format!("host: bench\r\nauthorization: Bearer {token}\r\n");
        Self { stream, buffer: Vec::with_capacity(64 * 1024), head }
    }

    /// Sends a request and reads the whole answer; gives its status, head and body.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> (u16, String, Vec<u8>) {
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{}{headers}content-length: {}\r\n\r\n",
            self.head,
            body.len()
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await.expect("the server takes it");
        self.read().await
    }

    /// Posts JSON, which must succeed; gives the body.
    pub(crate) async fn post(&mut self, path: &str, body: &[u8]) -> Vec<u8> {
        let (status, _, answer) = self.ask("POST", path, "content-type: application/json\r\n", body).await;
        assert!((200..300).contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&answer));
        answer
    }

    async fn read(&mut self) -> (u16, String, Vec<u8>) {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .map_or(0, |length| length.trim().parse().expect("a length"));
        while self.buffer.len() < end + length {
            self.more().await;
        }
        let body = self.buffer[end..end + length].to_vec();
        self.buffer.drain(..end + length);
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        (status, head, body)
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("the server answers");
        assert!(read > 0, "the server hung up");
    }
}
