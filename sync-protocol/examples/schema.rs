//! Prints the declarations as JSON. `schema.json` beside `Cargo.toml` is made by
//! `cargo run -p sync-protocol --example schema > sync-protocol/schema.json`.

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&sync_protocol::kinds::schema())?);
    Ok(())
}
