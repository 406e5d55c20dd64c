//! A tool that fetches a page over the host's HTTP and keeps it: one JSON object on stdin, one on stdout.
use serde_json::{json, Value};
use std::io::{self, Read, Write};

#[path = "../../clients/rust/palyra_host.rs"]
mod palyra_host;

const PAGES: &str = "pages";

/// `{ "url": "https://api.example.com/v1/status", "name": "status.txt" }` -> `{ "status": 200, "bytes": 12, "saved": "pages/status.txt" }`
///
/// With `"token": "skill:acme.fetch/api_token"` the host puts that secret into the header `authorization`, where an operator has bound it.
fn fetch(input: &Value) -> Result<Value, String> {
    let url = input["url"].as_str().ok_or("the input has no \"url\"")?;
    let name = input["name"].as_str().ok_or("the input has no \"name\"")?;
    let mut head = json!({ "method": "GET", "url": url, "headers": { "accept": "text/plain, application/json" } });
    if let Some(token) = input["token"].as_str() {
        head["secrets"] = json!({ "authorization": token });
    }
    let mut answer = palyra_host::send(&head.to_string(), b"").map_err(|error| error.to_string())?;
    let head: Value = serde_json::from_slice(&answer.head().map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    let body = answer.body().map_err(|error| error.to_string())?;
    let saved = format!("{PAGES}/{name}");
    palyra_host::write(&saved, &body).map_err(|error| format!("{saved}: {error}"))?;
    Ok(json!({ "status": head["status"], "bytes": body.len(), "saved": saved }))
}

/// `{}` -> `{ "pages": [{ "name": "status.txt", "kind": "file", "size": 12 }] }`
fn pages() -> Result<Value, String> {
    let listed = palyra_host::list(PAGES).map_err(|error| error.to_string())?;
    let pages: Value = serde_json::from_slice(&listed).map_err(|error| error.to_string())?;
    Ok(json!({ "pages": pages }))
}

fn run() -> Result<Value, String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| error.to_string())?;
    let input: Value = serde_json::from_str(&text).map_err(|error| format!("the input is no JSON: {error}"))?;
    match std::env::args().nth(1).as_deref() {
        Some("acme.fetch") => fetch(&input),
        Some("acme.pages") => pages(),
        other => Err(format!("no tool {} here", other.unwrap_or("without a name"))),
    }
}

fn main() {
    match run() {
        Ok(output) => {
            let _ = io::stdout().write_all(output.to_string().as_bytes());
        }
        Err(problem) => {
            eprintln!("{problem}");
            std::process::exit(1);
        }
    }
}
