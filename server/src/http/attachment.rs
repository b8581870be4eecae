//! What a file is called where it is kept: a name that every program takes, and the one that people read.

use axum::http::HeaderValue;

/// The header `Content-Disposition` of a file (RFC 6266, RFC 8187).
pub(super) fn attachment(plain: &str, spoken: &str) -> HeaderValue {
    let written = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", percent(spoken));
    HeaderValue::from_str(&written).unwrap_or(HeaderValue::from_static("attachment"))
}

/// Every byte that is no `attr-char` of RFC 8187 as `%XX`.
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_the_header() {
        let header = attachment("a.csv", "甲\r\nset-cookie: x=y\"; .csv");
        let header = header.to_str().unwrap();
        assert_eq!(
            header,
            "attachment; filename=\"a.csv\"; filename*=UTF-8''%E7%94%B2%0D%0Aset-cookie%3A%20x%3Dy%22%3B%20.csv"
        );
    }
}
