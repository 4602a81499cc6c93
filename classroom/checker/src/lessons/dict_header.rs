//! Lesson 6: a JSON header in front of each reply tells its length and more.

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use crate::bench::Bench;
use crate::lessons::commands::Replies;
use crate::lessons::file_transfer::DIGITS_AS_LETTERS;
use crate::lessons::framed_client::{self, Answers, Refused, refuses, understands};
use crate::lessons::{framed_server, length};
use crate::part::{Check, Part};
use crate::peer::{Arrival, Peer, Then, quoted};
use crate::role::{Role, Transport};
use crate::verdict::{Failure, Outcome, ensure};

/// The server's checks.
pub const SERVER: Part = {
    const CHECKS: &[Check] = &framed_server::checks::<Dict>();
    Part { lesson: 6, role: Role::Server, transport: Transport::Tcp, checks: CHECKS }
};

/// The client's checks.
pub const CLIENT: Part = {
    const CHECKS: [Check; 24] = followed_by(framed_client::checks::<Dict>(), OWN_CHECKS);
    Part { lesson: 6, role: Role::Client, transport: Transport::Tcp, checks: &CHECKS }
};

/// What only a header can bring about.
const OWN_CHECKS: [Check; 2] = [
    Check {
        id: "malformed-header",
        about: "headers come that are not text, no JSON, no object, without a size, and good ones",
        run: malformed_header,
        causes: &[
            "a size that is missing, or none, counts as 0: nothing is received, and nobody is told",
            "the error of reading the header is caught, and the program goes on as if it had been \
             answered",
        ],
    },
    Check {
        id: "digest-mismatch",
        about: "the bytes that come are not those of which the header tells the md5",
        run: digest_mismatch,
        causes: &[
            "the md5 in the header is never compared with that of the bytes that came",
            "they are compared, and a difference has no consequence",
        ],
    },
];

/// Puts two lists together.
const fn followed_by(shared: [Check; 22], own: [Check; 2]) -> [Check; 24] {
    let mut all = [shared[0]; 24];
    let mut position = 0;
    while position < all.len() {
        all[position] =
            if position < shared.len() { shared[position] } else { own[position - shared.len()] };
        position += 1;
    }
    all
}

/// The length of the header, the header, then the reply.
struct Dict;

/// Under which keys a header may tell the size of its reply.
const SIZES: [&str; 2] = ["total_size", "data_size"];

impl Replies for Dict {
    fn receive(peer: &mut Peer, length: usize) -> Outcome<Arrival> {
        let header = receive_header(peer)?;
        let size = size(&header)?;
        let arrival = match size {
            0 => Arrival { bytes: Vec::new(), then: Then::More },
            size => peer.receive_exactly(size)?,
        };
        // A body of another length is found out by who compares it.
        if arrival.bytes.len() == length {
            check_md5(&header, &arrival.bytes)?;
        }
        Ok(arrival)
    }

    fn receive_any(peer: &mut Peer) -> Outcome {
        let header = receive_header(peer)?;
        match size(&header)? {
            0 => Ok(()),
            size => peer.receive_exactly(size).map(drop),
        }
    }
}

/// Receives a header: an object in JSON.
fn receive_header(peer: &mut Peer) -> Outcome<Map<String, Value>> {
    const LIKELY: std::ops::RangeInclusive<usize> = 2..=64 * 1024;

    let json = length::receive(peer, |length| LIKELY.contains(&length))?.bytes;
    serde_json::from_slice(&json).map_err(|error| {
        let expected = "a header in front of the reply, as an object in JSON";
        Failure::new(expected, format!("{} came: {error}", quoted(&json))).into()
    })
}

fn size(header: &Map<String, Value>) -> Outcome<usize> {
    let size = SIZES.iter().find_map(|&key| header.get(key));
    let number = size.and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
    number.ok_or_else(|| {
        let expected = "a size in the header: an integer under total_size or data_size";
        let observed = match size {
            None => "the header has neither".into(),
            Some(size) => format!("the size in the header is {size}"),
        };
        Failure::new(expected, observed).into()
    })
}

/// An md5 may be missing; but it must not be another one.
fn check_md5(header: &Map<String, Value>, body: &[u8]) -> Outcome {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit();
    match header.get("md5") {
        Some(Value::String(md5)) if md5.len() == 32 && md5.bytes().all(is_digit) => {
            let actual = md5_hex(body);
            ensure(md5.eq_ignore_ascii_case(&actual), || {
                let expected = format!("the md5 of the reply in the header, which is {actual}");
                Failure::new(expected, format!("the header says {md5}"))
            })
        }
        _ => Ok(()),
    }
}

fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A header and what follows it.
fn with_header(header: impl AsRef<[u8]>, body: &[u8]) -> Vec<u8> {
    [length::frame(header.as_ref()), body.into()].concat()
}

/// The header of a body of this size, under either key, for either may be asked for.
fn header(md5: &str, size: impl Into<Value>) -> Vec<u8> {
    let size = size.into();
    let header =
        json!({ "md5": md5, "file_name": "output.txt", "total_size": size, "data_size": size });
    header.to_string().into_bytes()
}

impl Answers for Dict {
    fn pack(answer: &[u8]) -> Vec<u8> {
        with_header(header(&md5_hex(answer), answer.len()), answer)
    }

    fn places_to_stop(packed: &[u8]) -> Vec<usize> {
        let end_of_header = packed.len() - packed.iter().rev().take_while(|&&b| b != b'}').count();
        vec![2, 4 + 10, end_of_header + 2]
    }

    fn negative() -> Vec<Vec<u8>> {
        vec![(-5_i32).to_le_bytes().into(), with_header(header(&md5_hex(b""), -5), b"")]
    }

    fn oversized() -> Vec<Vec<u8>> {
        // For so much there is room on many machines, as long as nobody fills it; and for so much
        // there is none.
        let sizes = [3_u64 << 30, 1 << 42];
        let bodies = sizes.map(|size| with_header(header(&md5_hex(b""), size), b""));
        [i32::MAX.to_le_bytes().into()].into_iter().chain(bodies).collect()
    }

    fn large(size: u32) -> Vec<u8> {
        with_header(header(&md5_hex(b""), size), b"")
    }
}

/// What comes behind a header that is good in a way of its own.
const GOOD: &[u8] = b"THE GOOD ANSWER";

/// Headers that are good, each with what one that knows only another kind makes of it.
fn good_headers() -> [(Value, &'static str); 3] {
    let (md5, size) = (md5_hex(GOOD), GOOD.len());
    [
        (
            json!({ "md5": md5, "total_size": size }),
            "the size is looked for under data_size only, and this header has it as total_size",
        ),
        (
            json!({ "md5": md5, "data_size": size }),
            "the size is looked for under total_size only, and this header has it as data_size",
        ),
        (
            json!({ "total_size": size, "data_size": size }),
            "the header is expected to have more than a size; its md5, for instance, may be missing",
        ),
    ]
}

fn malformed_header(bench: &mut Bench) -> Outcome {
    let no_number = format!("{{\"total_size\": {0}, \"data_size\": {0}}}", "9".repeat(46));
    let headers: [&[u8]; 6] = [
        b"{\"file_name\": \"caf\xe9\", \"total_size\": 5, \"data_size\": 5}",
        b"{\"total_size\": 5, \"data_size\": 5",
        b"[5]",
        b"{\"file_name\": \"output.txt\"}",
        b"{\"total_size\": \"five\", \"data_size\": \"five\"}",
        no_number.as_bytes(),
    ];
    refuses_headers(bench, &headers)?;
    // 3.0 is no size either, but there are languages that cannot tell it from 3.
    let nearly: [&[u8]; 2] = [
        b"{\"total_size\": \"5\", \"data_size\": \"5\"}",
        b"{\"total_size\": 3.5, \"data_size\": 3.5}",
    ];
    refuses_headers(bench, &nearly).map_err(|stop| {
        stop.only_cause(
            "what stands there is made a number, whatever it is, by int(…) for instance, or used \
             as if it were one: a size is an integer of JSON, no text and no fraction",
        )
    })?;
    for (header, cause) in good_headers() {
        understands::<Dict>(bench, &with_header(header.to_string(), GOOD), GOOD, cause)?;
    }
    Ok(())
}

fn refuses_headers(bench: &mut Bench, headers: &[&[u8]]) -> Outcome {
    let messages: Vec<_> = headers.iter().map(|header| with_header(header, b"HELLO")).collect();
    let expected = "an error: the header cannot be meant";
    let refused =
        Refused { messages: &messages, then_end: false, may_go_on_without: None, expected };
    refuses::<Dict>(bench, &refused)
}

fn digest_mismatch(bench: &mut Bench) -> Outcome {
    let (actual, other) = (md5_hex(b"HELLO"), md5_hex(b"other bytes"));
    // It stands elsewhere in the header as well: to show it is no remark on it.
    let damaged = json!({ "md5": other, "file_name": actual, "total_size": 5, "data_size": 5 });
    let messages = [with_header(damaged.to_string(), b"HELLO")];
    let expected =
        format!("an error: the md5 of what came is {actual}, and the header says {other}");
    let refused = Refused {
        messages: &messages,
        then_end: false,
        may_go_on_without: Some(b"HELLO"),
        expected: &expected,
    };
    refuses::<Dict>(bench, &refused)?;

    bench.story().tell("the same with the right md5, in capitals");
    let capitals = header(&md5_hex(GOOD).to_uppercase(), GOOD.len());
    understands::<Dict>(bench, &with_header(capitals, GOOD), GOOD, DIGITS_AS_LETTERS)
}
