//! `palyra:skills/host@1` for Rust: one file, no dependencies. Put it beside your `main.rs`, and say `mod palyra_host;`.
//!
//! ```ignore
//! let mut answer = palyra_host::send(r#"{"method":"GET","url":"https://api.example.com/"}"#, b"")?;
//! let head = answer.head()?;   // {"status":200,"headers":[["content-type","text/plain"]]}
//! let body = answer.body()?;
//! ```
#![allow(dead_code)]

mod raw {
    #[link(wasm_import_module = "palyra:skills/host@1")]
    extern "C" {
        #[link_name = "http-send"]
        pub fn http_send(head: *const u8, head_length: usize, body: *const u8, body_length: usize) -> i32;
        #[link_name = "http-head"]
        pub fn http_head(request: i32, buffer: *mut u8, capacity: usize) -> i32;
        #[link_name = "http-read"]
        pub fn http_read(request: i32, buffer: *mut u8, capacity: usize) -> i32;
        #[link_name = "http-close"]
        pub fn http_close(request: i32) -> i32;
        #[link_name = "secret-read"]
        pub fn secret_read(name: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
        #[link_name = "storage-read"]
        pub fn storage_read(path: *const u8, length: usize, offset: i64, buffer: *mut u8, capacity: usize) -> i32;
        #[link_name = "storage-list"]
        pub fn storage_list(path: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
        #[link_name = "storage-write"]
        pub fn storage_write(path: *const u8, length: usize, bytes: *const u8, bytes_length: usize) -> i32;
        #[link_name = "storage-remove"]
        pub fn storage_remove(path: *const u8, length: usize) -> i32;
    }
}

/// Why the host did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    Invalid,
    Denied,
    NotFound,
    TooLarge,
    Failed,
    TimedOut,
    Busy,
}

pub type Result<T> = core::result::Result<T, Error>;

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Error::Invalid => "the host was asked for something that is not as it must be",
            Error::Denied => "the host does not grant that",
            Error::NotFound => "there is no such thing",
            Error::TooLarge => "that is more than the host allows",
            Error::Failed => "the host could not do it",
            Error::TimedOut => "it took too long",
            Error::Busy => "too many at once",
        })
    }
}

fn checked(result: i32) -> Result<usize> {
    match result {
        -1 => Err(Error::Invalid),
        -2 => Err(Error::Denied),
        -3 => Err(Error::NotFound),
        -4 => Err(Error::TooLarge),
        -6 => Err(Error::TimedOut),
        -7 => Err(Error::Busy),
        other if other < 0 => Err(Error::Failed),
        other => Ok(other as usize),
    }
}

/// Asks again with more room where the whole is longer than the buffer.
fn whole(mut fill: impl FnMut(*mut u8, usize) -> i32) -> Result<Vec<u8>> {
    let mut buffer = vec![0; 4096];
    loop {
        let length = checked(fill(buffer.as_mut_ptr(), buffer.len()))?;
        let fits = length <= buffer.len();
        buffer.resize(length, 0);
        if fits {
            return Ok(buffer);
        }
    }
}

/// A request that is under way; closed when it is dropped.
pub struct Answer(i32);

/// `head` is JSON: `{"method":"GET","url":"https://…","headers":{…},"secrets":{"authorization":"skill:…/token"}}`.
pub fn send(head: &str, body: &[u8]) -> Result<Answer> {
    let request = unsafe { raw::http_send(head.as_ptr(), head.len(), body.as_ptr(), body.len()) };
    checked(request).map(|_| Answer(request))
}

impl Answer {
    /// JSON: `{"status":200,"headers":[["name","value"]]}`. Waits for it.
    pub fn head(&mut self) -> Result<Vec<u8>> {
        whole(|buffer, capacity| unsafe { raw::http_head(self.0, buffer, capacity) })
    }

    /// The next bytes; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        checked(unsafe { raw::http_read(self.0, buffer.as_mut_ptr(), buffer.len()) })
    }

    /// All that is left of it.
    pub fn body(&mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        let mut piece = [0; 16 * 1024];
        loop {
            match self.read(&mut piece)? {
                0 => return Ok(all),
                length => all.extend_from_slice(&piece[..length]),
            }
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        unsafe { raw::http_close(self.0) };
    }
}

/// The value of a secret: `skill:<your skill's id>/<key>`.
pub fn secret(name: &str) -> Result<Vec<u8>> {
    whole(|buffer, capacity| unsafe { raw::secret_read(name.as_ptr(), name.len(), buffer, capacity) })
}

/// A whole file: `<root>/<path>`.
pub fn read(path: &str) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        let result = unsafe { raw::storage_read(path.as_ptr(), path.len(), all.len() as i64, piece.as_mut_ptr(), piece.len()) };
        match checked(result)? {
            0 => return Ok(all),
            length => all.extend_from_slice(&piece[..length]),
        }
    }
}

/// JSON: `[{"name":"notes.txt","kind":"file","size":12}]`.
pub fn list(path: &str) -> Result<Vec<u8>> {
    whole(|buffer, capacity| unsafe { raw::storage_list(path.as_ptr(), path.len(), buffer, capacity) })
}

/// The whole file at once, or not at all.
pub fn write(path: &str, bytes: &[u8]) -> Result<()> {
    checked(unsafe { raw::storage_write(path.as_ptr(), path.len(), bytes.as_ptr(), bytes.len()) }).map(|_| ())
}

/// A file, or an empty directory.
pub fn remove(path: &str) -> Result<()> {
    checked(unsafe { raw::storage_remove(path.as_ptr(), path.len()) }).map(|_| ())
}
