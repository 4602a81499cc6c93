//! A JSON header as it was received: nothing in it is certain until it has been
//! looked at.

use std::io::Read;

use serde_json::{Map, Value};
use struct_header::{Failure, recv_message};

/// The longest JSON header that is accepted, in bytes.
pub const MAX_HEADER: usize = 64 * 1024;

/// A header that a peer has sent: a JSON object, whose keys may be missing or
/// absurd.
#[derive(Debug)]
pub struct Header(Map<String, Value>);

impl Header {
    /// Receives a header, or `None` if the peer has closed the connection
    /// instead.
    ///
    /// # Errors
    ///
    /// Those of [`recv_message`] and of [`Header::parse`].
    pub fn recv(stream: &mut impl Read) -> Result<Option<Self>, Failure> {
        match recv_message(stream, MAX_HEADER)? {
            Some(json) => Self::parse(&json).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a header from its JSON.
    ///
    /// # Errors
    ///
    /// `malformed-header` for bytes that are not UTF-8, not JSON, or not an
    /// object.
    pub fn parse(json: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(json).map(Self).map_err(|error| {
            malformed(format!("the header is no JSON object: {error}"))
        })
    }

    /// The text under a key, if there is one.
    ///
    /// # Errors
    ///
    /// `malformed-header` for something else than a text.
    pub fn text(&self, key: &str) -> Result<Option<&str>, Failure> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(malformed(format!(
                "{key} is {other}, and a text is needed"
            ))),
        }
    }

    /// The size under the first of these keys that is there, in bytes. It may
    /// be below zero.
    ///
    /// # Errors
    ///
    /// `malformed-header` if no key is there, or for anything but an integer of
    /// 64 bits: `3.0` is none, and neither is a number of 46 digits.
    pub fn size(&self, keys: &[&str]) -> Result<i128, Failure> {
        let Some(size) = keys.iter().find_map(|&key| self.0.get(key)) else {
            return Err(malformed(format!(
                "the header lacks {}",
                keys.join(" or ")
            )));
        };
        let unsigned = size.as_u64().map(i128::from);
        unsigned
            .or(size.as_i64().map(i128::from))
            .ok_or_else(|| malformed(format!("{size} is no size in bytes")))
    }

    /// Compares the `md5` of this header with that of what was received.
    ///
    /// `Ok` with a remark means that nothing could be compared.
    ///
    /// # Errors
    ///
    /// `digest-mismatch` if both are well-formed and differ.
    pub fn check_md5(
        &self,
        received: &str,
    ) -> Result<Option<&'static str>, Failure> {
        let announced = match self.0.get("md5") {
            None => return Ok(Some("the header has no md5: nothing to check")),
            Some(Value::String(digits)) if is_md5(digits) => digits,
            Some(_) => {
                return Ok(Some(
                    "the header's md5 is not one: nothing to check",
                ));
            }
        };
        if announced.eq_ignore_ascii_case(received) {
            return Ok(None);
        }
        Err(Failure::new(
            "digest-mismatch",
            format!(
                "the bytes have the md5 {received}, and the header announced \
                 {announced}"
            ),
        ))
    }
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn malformed(message: String) -> Failure {
    Failure::new("malformed-header", message)
}
