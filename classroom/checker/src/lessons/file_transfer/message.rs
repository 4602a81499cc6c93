//! What the programs of lesson 7 say to each other: a length, JSON, and perhaps a file.

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::lessons::length;
use crate::peer::{Peer, Then};
use crate::verdict::{Failure, Outcome, ensure};

/// Why an md5 is not known again that is written in capitals.
pub const DIGITS_AS_LETTERS: &str =
    "the md5 is compared letter by letter: its digits may be written in capitals as well";

/// The longest header that is taken for one.
const MAX_HEADER: usize = 64 * 1024;

/// Puts a length in front of bytes, lowest byte first.
pub fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    [&length.to_le_bytes()[..], bytes].concat()
}

/// A header, ready to be sent.
pub fn header(header: &Value) -> Vec<u8> {
    framed(header.to_string().as_bytes())
}

/// A request to keep a file, without the file.
pub fn put(name: &str, file: &[u8]) -> Vec<u8> {
    let size = file.len();
    header(&json!({"action": "put", "filename": name, "filesize": size, "md5": md5(file)}))
}

/// A request to send a file.
pub fn get(name: &str) -> Vec<u8> {
    header(&json!({"action": "get", "filename": name}))
}

/// An answer that hands out a file, without the file.
pub fn here_is(name: &str, file: &[u8]) -> Vec<u8> {
    let size = file.len();
    header(&json!({"status": "ok", "filename": name, "filesize": size, "md5": md5(file)}))
}

/// A header about a file, with the digits of the md5 in capitals. `told` is what else it says.
pub fn in_capitals(name: &str, file: &[u8], mut told: Value) -> Vec<u8> {
    told["filename"] = name.into();
    told["filesize"] = file.len().into();
    told["md5"] = md5(file).to_uppercase().into();
    header(&told)
}

/// The MD5 digest of a file, as 32 hexadecimal digits.
pub fn md5(file: &[u8]) -> String {
    Md5::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Receives a header. `what` says which one is expected.
pub fn receive(peer: &mut Peer, what: &str) -> Outcome<Value> {
    let length = receive_length(peer, what)?;
    let arrival = peer.receive_exactly(length)?;
    let (came, count) = (&arrival.bytes, arrival.bytes.len());
    ensure(count == length, || {
        let observed =
            format!("{count} of its {length} bytes came, then {}", peer.what(&arrival.then));
        Failure::new(what, observed)
    })?;
    match serde_json::from_slice(came) {
        Ok(header @ Value::Object(_)) => Ok(header),
        _ => Err(Failure::new(what, format!("{length} bytes came that are no JSON object"))
            .bytes(*b"{\"", came.as_slice())
            .into()),
    }
}

fn receive_length(peer: &mut Peer, what: &str) -> Outcome<usize> {
    let arrival = peer.receive_exactly(4)?;
    let Ok(bytes) = <[u8; 4]>::try_from(arrival.bytes.as_slice()) else {
        let observed = match (arrival.bytes.len(), &arrival.then) {
            (0, then) => format!("nothing came: {}", peer.what(then)),
            (count, then) => format!("{count} of 4 bytes came, then {}", peer.what(then)),
        };
        return Err(Failure::new(what, observed).into());
    };
    let [right, reversed] = [i32::from_le_bytes(bytes), i32::from_be_bytes(bytes)];
    let fits = |length| usize::try_from(length).ok().filter(|size| (2..=MAX_HEADER).contains(size));
    let either = fits(reversed).filter(|_| peer.takes_any_order());
    fits(right).or(either).ok_or_else(|| {
        let observed = format!("read as its length, {}", length::said(bytes));
        match fits(reversed) {
            Some(meant) => Failure::new(what, observed)
                .bytes(reversed.to_le_bytes(), bytes)
                .only_cause(format!(
                    "{meant} is meant, and its bytes stand in the wrong order: the length goes \
                     lowest byte first, on every machine"
                )),
            None => Failure::new(what, observed).only_cause(
                "what comes does not begin with the length of a header: 4 bytes, lowest first",
            ),
        }
        .into()
    })
}

/// Receives a header that says that all is well.
pub fn receive_ok(peer: &mut Peer, what: &str) -> Outcome<Value> {
    let header = receive(peer, what)?;
    ensure(header["status"] == "ok", || {
        Failure::new(what, format!("the answer is {header}")).only_cause_of_refusal(&header)
    })?;
    Ok(header)
}

/// Receives a refusal, and returns its id.
pub fn receive_refusal(peer: &mut Peer, what: &str) -> Outcome<String> {
    let header = receive(peer, what)?;
    match (&header["status"], &header["id"]) {
        (Value::String(status), Value::String(id)) if status == "error" => Ok(id.clone()),
        _ => Err(Failure::new(what, format!("the answer is {header}")).into()),
    }
}

/// Expects that a program does not go along with nonsense: a refusal, or the end of the
/// connection. `ok` and silence are neither.
pub fn expect_turned_away(peer: &mut Peer, what: &str) -> Outcome {
    let arrival = peer.receive_exactly(4)?;
    match (arrival.bytes.as_slice(), &arrival.then) {
        ([], Then::End | Then::Reset) => Ok(()),
        ([a, b, c, d], Then::More) => {
            let length = i32::from_le_bytes([*a, *b, *c, *d]);
            let length = usize::try_from(length).unwrap_or(0).min(MAX_HEADER);
            let json = peer.receive_exactly(length)?.bytes;
            let answer = String::from_utf8_lossy(&json).into_owned();
            let ok =
                serde_json::from_str::<Value>(&answer).is_ok_and(|json| json["status"] == "ok");
            ensure(!ok, || Failure::new(what, format!("the answer is {answer}")))
        }
        (_, then) => Err(Failure::new(what, peer.what(then)).into()),
    }
}

impl Failure {
    /// Where the answer says itself what is wrong, nothing is guessed.
    fn only_cause_of_refusal(self, header: &Value) -> Self {
        match header["message"].as_str() {
            Some(message) => self.only_cause(format!("the program says it itself: {message}")),
            None => self,
        }
    }
}
