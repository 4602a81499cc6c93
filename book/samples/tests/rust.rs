//! The forms of Rust that the lessons use, each as small as it can be.

use std::fmt::{self, Display};
use std::ops::ControlFlow;
use std::sync::{Arc, mpsc};
use std::thread;

use anyhow::Context;
use serde::Serialize;

#[test]
fn a_closure_is_a_function_without_a_name() {
    let double = |number: i32| number * 2;
    assert_eq!(double(21), 42);
}

fn port(text: &str) -> anyhow::Result<u16> {
    let port = text.parse().with_context(|| format!("no port: {text}"))?;
    Ok(port)
}

#[test]
fn an_error_is_handed_on_with_what_was_being_done() {
    assert_eq!(port("8080").expect("a port"), 8080);
    assert_eq!(port("many").unwrap_err().to_string(), "no port: many");
}

#[derive(Clone, Debug, PartialEq)]
struct Friend {
    name: String,
}

#[test]
fn a_derive_writes_code_for_a_type() {
    let ada = Friend { name: "Ada".into() };
    assert_eq!(ada.clone(), ada);
    assert_eq!(format!("{ada:?}"), "Friend { name: \"Ada\" }");
}

fn what(count: usize) -> &'static str {
    match count {
        0 => "the end",
        many if many > 4 => "much",
        _ => "little",
    }
}

#[test]
fn a_match_may_have_guards() {
    assert_eq!([what(0), what(5), what(1)], ["the end", "much", "little"]);
}

fn first_word(text: &str) -> &str {
    let Some((word, _)) = text.split_once(' ') else {
        return text;
    };
    word
}

#[test]
fn let_else_leaves_when_the_pattern_does_not_fit() {
    assert_eq!(first_word("put a.txt"), "put");
    assert_eq!(first_word("list"), "list");
}

fn first_line(text: &str) -> Option<&str> {
    if let Some((line, _)) = text.split_once('\n')
        && !line.is_empty()
    {
        Some(line)
    } else {
        None
    }
}

#[test]
fn if_let_does_something_only_if_the_pattern_fits() {
    assert_eq!(first_line("hello\nworld"), Some("hello"));
    assert_eq!(first_line("\nworld"), None);
    assert_eq!(first_line("hello"), None);
}

#[test]
fn a_slice_is_a_look_at_a_part() {
    let buffer = [104, 105, 0, 0];
    let received = &buffer[..2];
    assert_eq!(received, b"hi");
}

#[test]
fn an_iterator_is_asked_for_one_after_another() {
    let lengths: Vec<_> = ["hi", "hello"].iter().map(|text| text.len()).collect();
    assert_eq!(lengths, [2, 5]);
}

#[test]
fn what_moves_into_a_thread_is_shared_by_arc() {
    let name = Arc::new(String::from("received"));
    let shared = Arc::clone(&name);
    let length = thread::spawn(move || shared.len()).join().expect("it does not panic");
    assert_eq!((length, name.len()), (8, 8));
}

#[test]
fn a_channel_carries_values_from_thread_to_thread() {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || sender.send("done"));
    assert_eq!(receiver.recv(), Ok("done"));
}

fn total(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.sum()
}

#[test]
fn impl_trait_takes_any_type_that_can_do_it() {
    assert_eq!(total([1, 2].into_iter()), 3);
    assert_eq!(total(1..4), 6);
}

struct Port(u16);

impl Display for Port {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "port {}", self.0)
    }
}

#[test]
fn a_trait_is_implemented_for_a_type() {
    assert_eq!(Port(8080).to_string(), "port 8080");
}

#[test]
fn a_macro_writes_code_and_has_a_mark() {
    let header = serde_json::json!({"filesize": 5});
    assert_eq!(header.to_string(), r#"{"filesize":5}"#);
}

struct Entry<'a> {
    name: &'a str,
}

#[test]
fn what_borrows_may_not_stay_longer() {
    let list = String::from("a.txt b.txt");
    let entry = Entry { name: &list[..5] };
    assert_eq!(entry.name, "a.txt");
}

mod ports {
    pub const TIME: u16 = 37;
}

pub use ports::TIME;

#[test]
fn what_is_in_a_module_is_handed_on() {
    assert_eq!(TIME, ports::TIME);
    assert_eq!(crate::rust::TIME, 37);
}

#[derive(Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Request {
    Get { filename: String },
}

#[test]
fn a_type_is_written_as_json() {
    let request = Request::Get { filename: "a.txt".into() };
    let json = serde_json::to_string(&request).expect("it is JSON");
    assert_eq!(json, r#"{"action":"get","filename":"a.txt"}"#);
}

fn above(limit: usize) -> impl Fn(usize) -> bool {
    move |size| size > limit
}

fn count(mut progress: impl FnMut(usize)) {
    (1..=3).for_each(&mut progress);
}

#[test]
fn a_closure_is_handed_over_and_returned() {
    assert_eq!([4, 5].map(above(4)), [false, true]);
    let mut sum = 0;
    count(|number| sum += number);
    assert_eq!(sum, 6);
}

fn size(read: Result<Result<u64, String>, String>) -> Result<u64, String> {
    let size = read??;
    Ok(size)
}

#[test]
fn two_question_marks_look_into_a_result_within_a_result() {
    assert_eq!(size(Ok(Ok(5))), Ok(5));
    assert_eq!(size(Ok(Err("lost".into()))), Err("lost".into()));
    assert_eq!(size(Err("no file".into())), Err("no file".into()));
}

#[test]
fn an_iterator_may_begin_again() {
    let five: String = "ab".chars().cycle().take(5).collect();
    assert_eq!(five, "ababa");
}

fn talk(line: &str) -> ControlFlow<()> {
    match line {
        "quit" => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    }
}

#[test]
fn a_function_may_say_whether_to_go_on() {
    assert!(talk("quit").is_break());
    assert!(talk("hello").is_continue());
}
