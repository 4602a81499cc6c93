//! The cases that the book's figure of the frame is held against: bytes, and what a reader says.
//!
//! With `SOCKET_STEPS_RECORD=1` the table is written, else it must be what the lessons' own
//! functions make and say.

use std::io::Write;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::{env, fs};

use dict_header::{Header, MAX_HEADER, ReplyHeader, encode_header, hex, md5_hex};
use file_transfer::{Folder, MAX_UPLOAD, Request, Service};
use serde_json::{Value, json};
use struct_header::format::Format;
use struct_header::{Failure, Id, MAX_REPLY, check_length, frame, recv_exactly, recv_message};

/// What is sent, and how it is read.
#[derive(Clone, Copy)]
struct Case<'a> {
    kind: &'a str,
    text: &'a str,
    name: &'a str,
    /// The byte order in which the length is written, and the one in which it is read.
    order: &'a str,
    reader: &'a str,
    /// What the four bytes say instead of the truth.
    says: &'a str,
    /// What the header says instead of the truth.
    size: &'a str,
}

const PLAIN: Case = Case {
    kind: "text",
    text: "hello",
    name: "notes.txt",
    order: "little",
    reader: "little",
    says: "",
    size: "",
};

#[test]
fn the_table_of_cases_is_what_the_lessons_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../figures/frame-cases.json");
    let lines: Vec<_> = cases().iter().map(|case| describe(case).to_string()).collect();
    let table = format!("[\n{}\n]\n", lines.join(",\n"));
    if env::var_os("SOCKET_STEPS_RECORD").is_some() {
        fs::write(&path, &table).expect("the table can be written");
    }
    let recorded = fs::read_to_string(&path).expect("SOCKET_STEPS_RECORD=1 writes the table");
    assert!(recorded == table, "SOCKET_STEPS_RECORD=1 writes the table anew");
}

fn cases() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    for text in ["", "hello", "hi\n", "中文\n", "a\0b\u{1}", LONG] {
        for kind in ["text", "reply", "put"] {
            cases.push(Case { kind, text, ..PLAIN });
        }
    }
    for text in ["0", "5", "-1", "183346", "2147483647", "-2147483648"] {
        cases.push(Case { kind: "number", text, ..PLAIN });
        cases.push(Case { kind: "number", text, order: "big", ..PLAIN });
    }
    for text in ["2147483648", "-2147483649", "1111111111111", "five", "", "1.5"] {
        cases.push(Case { kind: "number", text, ..PLAIN });
    }
    for kind in ["text", "reply", "put"] {
        for says in ["2147483647", "-1", "-2147483648", "0", "3", "65537", "1073741825"] {
            cases.push(Case { kind, says, ..PLAIN });
        }
        cases.push(Case { kind, order: "big", ..PLAIN });
        cases.push(Case { kind, reader: "big", ..PLAIN });
        cases.push(Case { kind, order: "big", reader: "big", ..PLAIN });
    }
    for kind in ["reply", "put"] {
        for size in SIZES {
            cases.push(Case { kind, size, ..PLAIN });
        }
    }
    cases.extend(NAMES.iter().map(|name| Case { kind: "put", name, ..PLAIN }));
    cases
}

/// Longer than a block of MD5.
const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789";

const SIZES: [&str; 9] = [
    "0",
    "4",
    "6",
    "-1",
    "2147483647",
    "1099511627777",
    "9223372036854775808",
    "-9223372036854775808",
    "1231283912839123123424234234234234234324324912",
];

const NAMES: [&str; 17] = [
    "学习 笔记.md",
    "a\"b\\c",
    "",
    "..",
    "../secret.txt",
    "/etc/passwd",
    "..\\escaped",
    "C:secret",
    "a\nb",
    "\u{85}",
    "nul .txt",
    "com¹",
    "COM0",
    "dot.",
    "space ",
    ".partial-a1b2c3",
    "console",
];

/// A case with its bytes, and what its reader says when the connection ends after so many.
fn describe(case: &Case) -> Value {
    let Case { kind, text, name, order, reader, says, size } = *case;
    let mut described = json!({
        "kind": kind, "text": text, "name": name, "order": order, "reader": reader,
        "says": says, "size": size,
    });
    match (kind, bytes(case)) {
        (_, Err(refusal)) => described["refused"] = refusal.into(),
        ("number", Ok(bytes)) => {
            described["bytes"] = hex(&bytes).into();
            for order in ["little", "big"] {
                described[order] =
                    format(order).unpack(&bytes).expect("four bytes")[0].clone().into();
            }
        }
        (_, Ok(bytes)) => {
            described["bytes"] = hex(&bytes).into();
            let ends = cuts(bytes.len(), text.len()).into_iter().map(|cut| {
                let said = read(case, &bytes[..cut]);
                json!([cut, said])
            });
            described["ends"] = ends.collect();
        }
    }
    described
}

/// Where a frame is cut: around the edges of its parts, in the middle, and not at all.
fn cuts(length: usize, body: usize) -> Vec<usize> {
    let edge = length - body;
    let all =
        [0, 1, 3, 4, 5, length / 2, edge.saturating_sub(1), edge, edge + 1, length - 1, length];
    let mut cuts: Vec<_> = all.into_iter().filter(|&cut| cut <= length).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn format(order: &str) -> Format {
    Format::parse(if order == "big" { ">i" } else { "<i" }).expect("a format of lesson 5")
}

/// The bytes that are sent, or why they cannot be packed.
fn bytes(case: &Case) -> Result<Vec<u8>, String> {
    if case.kind == "number" {
        return pack(case.text, case.order);
    }
    let body = case.text.as_bytes();
    let mut bytes = match case.kind {
        "text" => frame(body).expect("a short text"),
        kind => [header(case, kind), body.to_vec()].concat(),
    };
    let length = i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]).to_string();
    let says = if case.says.is_empty() { &length } else { case.says };
    bytes.splice(..4, pack(says, case.order)?);
    Ok(bytes)
}

fn pack(number: &str, order: &str) -> Result<Vec<u8>, String> {
    format(order).pack(&[number]).map_err(|error| error.to_string())
}

/// A header as the lessons' programs send it, but for the size it may lie about.
fn header(case: &Case, kind: &str) -> Vec<u8> {
    let (text, length) = (case.text.as_bytes(), case.text.len());
    let md5 = md5_hex(text);
    let (key, honest) = match kind {
        "reply" => {
            let header = ReplyHeader { md5, file_name: "output.txt", total_size: length };
            ("total_size", encode_header(&header))
        }
        _ => {
            let (filename, filesize) = (case.name, length as u64);
            ("filesize", encode_header(&Request::Put { filename, filesize, md5: &md5 }))
        }
    };
    let honest = honest.expect("a header can be JSON");
    if case.size.is_empty() {
        return honest;
    }
    let json = String::from_utf8_lossy(&honest[4..]);
    let lie = json.replace(&format!("\"{key}\":{length}"), &format!("\"{key}\":{}", case.size));
    frame(lie.as_bytes()).expect("a short header")
}

/// What the lessons' reader says about these bytes, and then the end of the connection.
fn read(case: &Case, bytes: &[u8]) -> Value {
    let mut bytes = bytes.to_vec();
    if case.reader == "big" && bytes.len() >= 4 {
        // The lessons read from the other end.
        bytes[..4].reverse();
    }
    let read = match case.kind {
        "text" => recv_message(&mut &bytes[..], MAX_REPLY).map(|answer| answer.is_some()),
        "reply" => recv_reply(&bytes),
        _ => recv_file(&bytes),
    };
    match read {
        Ok(true) => json!({ "id": "ok" }),
        Ok(false) => json!({ "id": "peer-closed" }),
        // The words about bad JSON are those of a library.
        Err(failure) if failure.id == Id::from("malformed-header") => {
            json!({ "id": failure.id.as_str() })
        }
        Err(failure) => json!({ "id": failure.id.as_str(), "words": failure.message }),
    }
}

/// Lesson 6's client.
fn recv_reply(mut stream: &[u8]) -> Result<bool, Failure> {
    let Some(json) = recv_message(&mut stream, MAX_HEADER)? else {
        return Ok(false);
    };
    let header = Header::parse(&json)?;
    let size = check_length(header.size(&["total_size", "data_size"])?, MAX_REPLY)?;
    let answer = recv_exactly(&mut stream, size)?;
    header.check_md5(&md5_hex(&answer))?;
    Ok(true)
}

/// Lesson 7's server, with a folder of its own.
fn recv_file(bytes: &[u8]) -> Result<bool, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let mut client = TcpStream::connect(address).expect("somebody listens");
    client.write_all(bytes).expect("there is room for so few bytes");
    client.shutdown(Shutdown::Write).expect("it is connected");
    let (mut stream, peer) = listener.accept().expect("a client waits");

    let Some(header) = Header::recv(&mut stream)? else {
        return Ok(false);
    };
    let folder = tempfile::tempdir().expect("a folder for a test");
    let folder_of_files = Folder::open(folder.path(), false).expect("it is there");
    let service = Service { folder: folder_of_files, max_upload: MAX_UPLOAD };
    service.handle(&mut stream, peer, &header).map(|_| true)
}
