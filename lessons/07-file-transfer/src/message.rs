//! What client and server say to each other, each in a header of lesson 6.

use std::io::Write;

use anyhow::bail;
use dict_header::{Header, encode_header};
use serde::Serialize;
use simple_echo::shown;
use struct_header::Failure;

use crate::Listing;

/// What a client asks for.
#[derive(Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Request<'a> {
    /// Keep this file, whose bytes follow.
    Put {
        /// Under which name.
        filename: &'a str,
        /// Its size in bytes.
        filesize: u64,
        /// Its MD5 digest, as 32 hexadecimal digits.
        md5: &'a str,
    },
    /// Send this file.
    Get {
        /// Its name.
        filename: &'a str,
    },
    /// Tell which files there are.
    List,
}

impl Request<'_> {
    /// Sends the request, without the bytes that may follow it.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub fn send(&self, stream: &mut impl Write) -> Result<(), Failure> {
        Ok(stream.write_all(&encode_header(self)?)?)
    }
}

/// What the server answers.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Answer {
    /// The upload is kept.
    #[serde(rename = "ok")]
    Kept,
    /// The file, whose bytes follow.
    #[serde(rename = "ok")]
    File {
        /// Its name, as it was asked for.
        filename: String,
        /// Its size in bytes.
        filesize: u64,
        /// Its MD5 digest, as 32 hexadecimal digits.
        md5: String,
    },
    /// The files that there are.
    #[serde(rename = "ok")]
    Files(Listing),
    /// A refusal.
    Error {
        /// Its id in the catalogue, or `not-found`, `already-exists`,
        /// `unknown-action`, `disk`.
        id: &'static str,
        /// Why, in ASCII.
        message: String,
    },
}

impl From<&Failure> for Answer {
    fn from(failure: &Failure) -> Self {
        Self::Error {
            id: failure.id.as_str(),
            message: ascii(&failure.message),
        }
    }
}

/// Writes a text in ASCII, which any client can decode.
///
/// Our own words are in ASCII already. The system's may be in any language.
pub fn ascii(text: &str) -> String {
    let ascii = |letter: char| match letter {
        ' '..='~' => letter.to_string(),
        _ => letter.escape_default().to_string(),
    };
    text.chars().map(ascii).collect()
}

/// Makes sure that a server's answer is not a refusal.
///
/// # Errors
///
/// The server's refusal in its own words, or `malformed-header`.
pub fn check_answer(header: &Header) -> anyhow::Result<()> {
    match header.text("status")? {
        Some("ok") => Ok(()),
        Some("error") => {
            let message = header
                .text("message")?
                .unwrap_or("the server does not say why");
            let id = header.text("id")?.unwrap_or("no id");
            bail!("{} ({})", shown(message), shown(id))
        }
        _ => bail!(
            "the answer's status is neither ok nor error (malformed-header)"
        ),
    }
}

/// The name of the file that a header speaks of. It has yet to be looked at.
///
/// # Errors
///
/// `malformed-header` if there is none.
pub fn file_name(header: &Header) -> Result<&str, Failure> {
    header.text("filename")?.ok_or_else(|| {
        Failure::new("malformed-header", "the header lacks filename")
    })
}
