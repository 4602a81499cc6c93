//! Lesson 6: a JSON header before each answer, and what it takes to trust one.

use std::io::Write;
use std::net::TcpStream;

use dict_header::{Header, MAX_HEADER, encode_header, md5_hex, send_with_header};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::commands::{Printed, SILENT, numbers};
#[cfg(unix)]
use support::python;
use support::{
    Program, command_client_tests, command_clients, command_server_tests, commands, connect,
    expect_bytes, framed_client_tests, read_exactly,
};

const SERVER: &str = env!("CARGO_BIN_EXE_dict-header-server");
const CLIENT: &str = env!("CARGO_BIN_EXE_dict-header-client");

/// The length of the JSON, the lowest byte first, and the JSON.
fn with_length(json: &[u8]) -> Vec<u8> {
    let length = json.len();
    let header = [length, length >> 8, length >> 16, length >> 24].map(|byte| byte as u8);
    [&header, json].concat()
}

/// A header without an md5, and the answer.
fn frame(answer: &[u8]) -> Vec<u8> {
    let header = json!({"file_name": "a.txt", "total_size": answer.len()}).to_string();
    [&with_length(header.as_bytes()), answer].concat()
}

/// What the server sends for an answer whose md5 is known.
fn frame_with_md5(answer: &[u8], md5: &str) -> Vec<u8> {
    let size = answer.len();
    let header = format!(r#"{{"md5":"{md5}","file_name":"output.txt","total_size":{size}}}"#);
    [&with_length(header.as_bytes()), answer].concat()
}

/// The md5 of `hi` and a newline, as md5sum prints it.
const MD5_OF_HI: &str = "764efa883dda1e11db47671c4a3bbd9e";

fn recv_header(stream: &mut TcpStream) -> Value {
    let length = read_exactly(stream, 4).try_into().expect("four bytes");
    let json = read_exactly(stream, u32::from_le_bytes(length) as usize);
    serde_json::from_slice(&json).expect("JSON")
}

fn expect_output(stream: &mut TcpStream, command: &[u8], output: &[u8]) {
    stream.write_all(command).expect("the server takes the command");
    let header = recv_header(stream);
    assert_eq!(header["total_size"], output.len());
    assert_eq!(header["file_name"], "output.txt");
    assert_eq!(header.as_object().map(|keys| keys.len()), Some(3));
    expect_bytes(stream, output);
}

fn send_answer(stream: &mut TcpStream, answer: &[u8]) {
    stream.write_all(&frame(answer)).expect("the client takes the answer");
}

command_server_tests!(server, SERVER, expect_output);
command_client_tests!(client, CLIENT, send_answer);
framed_client_tests!(framed_client, CLIENT, frame);

#[test]
fn the_header_tells_digest_name_and_size() {
    let server = Program::server(SERVER, &[]);
    let mut stream = connect(server.address());
    let file = Printed::new("hi\n");
    stream.write_all(file.command().as_bytes()).expect("the server takes it");
    expect_bytes(&mut stream, frame_with_md5(b"hi\n", MD5_OF_HI));
    stream.write_all(SILENT.as_bytes()).expect("the server takes it");
    expect_bytes(&mut stream, frame_with_md5(b"", "d41d8cd98f00b204e9800998ecf8427e"));
}

#[test]
fn stalled_write_does_not_happen() {
    commands::stalled_write(SERVER, |answer| frame_with_md5(answer, &md5_hex(answer)));
}

#[test]
fn partial_write_loses_nothing() {
    commands::partial_write(SERVER, |answer| frame_with_md5(answer, &md5_hex(answer)));
}

#[cfg(unix)]
#[test]
fn write_after_close_ends_one_conversation() {
    commands::write_after_close(SERVER, expect_output);
}

#[test]
fn the_client_shows_header_and_answer() {
    let server = Program::server(SERVER, &[]);
    let mut client = Program::client(CLIENT, server.address(), &[]);
    let (file, long) = (Printed::new("hi\n"), Printed::new(numbers(1000)));
    client.type_line(file.command());
    assert_eq!(client.line(), "hi");
    assert_eq!(
        client.error_line(),
        format!(r#"header {{"md5":"{MD5_OF_HI}","file_name":"output.txt","total_size":3}}"#)
    );
    client.type_line(long.command());
    let finished = client.finish().success();
    assert_eq!(finished.stdout, numbers(1000));
}

/// Sends a header and an answer to a client, which prints the answer.
fn accepted(header: &str, answer: &str) -> String {
    let (client, mut stream) = command_clients::waiting_client(CLIENT, &[]);
    let bytes = [with_length(header.as_bytes()), answer.into()].concat();
    stream.write_all(&bytes).expect("the client takes it");
    let finished = client.finish().success();
    assert_eq!(finished.stdout, format!("{answer}\n"), "{header}");
    finished.stderr
}

#[test]
fn a_size_is_all_that_the_client_needs() {
    for header in [
        r#"{"total_size":2}"#,
        r#"{"data_size":2}"#,
        r#" { "data_size" : 2 , "total_size" : 2 } "#,
        r#"{"md5":null,"file_desc":"很好看","total_size":2,"more":{"a":[1,2]}}"#,
    ] {
        let remarks = accepted(header, "hi");
        assert!(remarks.contains("nothing to check"), "{remarks}");
    }
}

#[test]
fn a_digest_is_compared_if_it_is_one() {
    let md5 = "49f68a5c8493ec2c0bf489821c21fc3b"; // of hi without a newline
    for md5 in [md5, &md5.to_uppercase()] {
        let remarks = accepted(&json!({"md5": md5, "total_size": 2}).to_string(), "hi");
        assert!(!remarks.contains("nothing to check"), "{remarks}");
    }
    for md5 in [json!("fdsaf2143254f"), json!(&md5[1..]), json!(5), json!("很".repeat(32))] {
        let remarks = accepted(&json!({"md5": md5, "total_size": 2}).to_string(), "hi");
        assert!(remarks.contains("md5 is not one: nothing to check"), "{remarks}");
    }
}

/// Sends bytes to a client, which ends with an error that names `id`, and prints nothing.
fn refused(bytes: &[u8], id: &str) {
    let (client, mut stream) = command_clients::waiting_client(CLIENT, &[]);
    stream.write_all(bytes).expect("the client takes it");
    drop(stream);
    let finished = client.finish().fails_with(&format!("({id})"));
    assert_eq!(finished.stdout, "", "{}", bytes.escape_ascii());
}

#[test]
fn digest_mismatch_is_an_error() {
    let header = json!({"md5": MD5_OF_HI, "total_size": 3}).to_string();
    refused(&[&with_length(header.as_bytes()), &b"ho\n"[..]].concat(), "digest-mismatch");
}

#[test]
fn malformed_header_is_refused() {
    for json in [
        &b""[..],
        b"hello",
        b"{",
        b"[1, 2]",
        b"7",
        b"null",
        br#"{"total_size":2"#,
        b"{\"total_size\":2,\"name\":\"\xff\"}",
        br#"{"total_size":2} and more"#,
        br#"{"md5":"x","file_name":"y"}"#,
        br#"{"total_size":3.0}"#,
        br#"{"total_size":3e0}"#,
        br#"{"total_size":"3"}"#,
        br#"{"total_size":null}"#,
        br#"{"total_size":[3]}"#,
        br#"{"total_size":1231283912839123123424234234234234234324324912}"#,
        br#"{"total_size":-1231283912839123123424234234234234234324324912}"#,
    ] {
        refused(&with_length(json), "malformed-header");
    }
    let deep = [vec![b'['; 60_000], vec![b']'; 60_000]].concat();
    refused(&with_length(&deep[..65_000]), "malformed-header");
}

#[test]
fn negative_length_is_refused_in_both_places() {
    refused(b"\xff\xff\xff\xff", "negative-length");
    refused(&with_length(br#"{"total_size":-1}"#), "negative-length");
    refused(&with_length(br#"{"data_size":-9223372036854775808}"#), "negative-length");
}

#[test]
fn oversized_length_is_refused_in_both_places() {
    refused(b"\x01\x00\x01\x00{}", "oversized-length");
    refused(b"\xff\xff\xff\x7f", "oversized-length");
    refused(&with_length(br#"{"total_size":1073741825}"#), "oversized-length");
    refused(&with_length(br#"{"total_size":18446744073709551615}"#), "oversized-length");
}

#[test]
fn the_longest_header_is_accepted() {
    let rest = r#"{"total_size":2,"more":""}"#.len();
    let more = "m".repeat(MAX_HEADER - rest);
    accepted(&json!({"total_size": 2, "more": more}).to_string(), "hi");
}

#[test]
fn closed_mid_message_is_noticed_in_each_part() {
    let header = with_length(br#"{"total_size":5}"#);
    refused(&header[..3], "closed-mid-message");
    refused(&header[..10], "closed-mid-message");
    refused(&header, "closed-mid-message");
    refused(&[&header, &b"hell"[..]].concat(), "closed-mid-message");
}

#[cfg(target_os = "linux")]
#[test]
fn oversized_length_costs_no_memory() {
    let header = with_length(br#"{"total_size":1073741824}"#);
    command_clients::oversized_length_costs_no_memory(CLIENT, &header);
}

proptest! {
    #[test]
    fn any_bytes_are_a_header_or_malformed(json in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(failure) = Header::parse(&json) {
            prop_assert_eq!(failure.id.as_str(), "malformed-header");
        }
    }

    #[test]
    fn any_size_comes_back(size in any::<u64>(), key in "total_size|data_size") {
        let mut wire = Vec::new();
        send_with_header(&mut wire, &json!({key: size}), b"body").unwrap();
        let mut stream = wire.as_slice();
        let header = Header::recv(&mut stream).unwrap().unwrap();
        prop_assert_eq!(header.size(&["total_size", "data_size"]).unwrap(), i128::from(size));
        prop_assert_eq!(stream, b"body");
        prop_assert!(Header::recv(&mut stream).is_err());
    }

    #[test]
    fn any_text_comes_back(text in r"\PC{0,50}|[\x00-\x1f]{0,9}") {
        let wire = encode_header(&json!({"filename": text})).unwrap();
        let header = Header::recv(&mut wire.as_slice()).unwrap().unwrap();
        prop_assert_eq!(header.text("filename").unwrap(), Some(text.as_str()));
        prop_assert_eq!(header.text("other").unwrap(), None);
    }

    #[test]
    fn any_value_is_a_size_or_a_named_failure(
        value in prop_oneof![
            any::<i64>().prop_map(|number| json!(number)),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(|text| json!(text)),
            any::<bool>().prop_map(|truth| json!(truth)),
        ],
    ) {
        let json = serde_json::to_vec(&json!({"total_size": value})).unwrap();
        let size = Header::parse(&json).unwrap().size(&["total_size"]);
        match value.as_i64() {
            Some(number) => prop_assert_eq!(size.unwrap(), i128::from(number)),
            None => prop_assert_eq!(size.unwrap_err().id.as_str(), "malformed-header"),
        }
    }

    #[test]
    fn a_cut_header_is_an_unexpected_end(cut in 1..20_usize) {
        let wire = with_length(br#"{"total_size":5}"#);
        let failure = Header::recv(&mut &wire[..cut]).unwrap_err();
        prop_assert_eq!(failure.id.as_str(), "closed-mid-message");
    }
}

#[cfg(unix)]
#[test]
fn python_client_with_our_server() {
    let server = Program::server(SERVER, &[]);
    let port = server.address().port().to_string();
    let Some(mut client) = python("dict_header_client.py", &["127.0.0.1", &port]) else {
        return;
    };
    client.type_line("echo 你好");
    assert_eq!(client.line(), "output.txt 你好");
    client.type_line("seq 1 3000 | tail -n 1");
    assert_eq!(client.line(), "output.txt 3000");
    client.finish().success();
    server.expect_client_gone("peer-closed");
}

#[cfg(unix)]
#[test]
fn python_server_with_our_client() {
    for key in ["total_size", "data_size"] {
        let arguments = ["127.0.0.1", "0", key];
        let Some(mut server) = python("dict_header_server.py", &arguments) else { return };
        server.wait_until_listening();
        let mut client = Program::client(CLIENT, server.address(), &[]);
        client.type_line("seq 1 3000");
        client.type_line("echo 你好");
        let finished = client.finish().success();
        assert_eq!(finished.stdout, format!("{}你好\n", numbers(3000)));
        assert!(finished.stderr.contains("回答.txt"), "{finished:?}");
    }
}
