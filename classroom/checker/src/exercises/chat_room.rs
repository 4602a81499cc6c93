//! Exercise 8: a server that passes on what each says to all the others.

use crate::bench::Bench;
use crate::datagrams::{Caller, LONG};
use crate::part::{Check, Part};
use crate::role::{Role, Transport};
use crate::verdict::Outcome;

/// The exercise's checks.
pub const PART: Part = Part {
    lesson: 8,
    role: Role::Server,
    transport: Transport::Udp,
    checks: &[
        Check {
            id: "works",
            about: "two come, tell their names, and each hears what the other says",
            run: works,
            causes: &[
                "the first message is passed on as if something were said; it is a name",
                "the name in front is that of the hearer, and not that of the speaker",
                "who speaks hears itself",
            ],
        },
        Check {
            id: "works-three",
            about: "three are there: what one says goes to both others, and not to itself",
            run: three,
            causes: &["only one other hears it: the first, or the last that has come"],
        },
        Check {
            id: "works-same-name",
            about: "two have the same name, and hear each other",
            run: same_name,
            causes: &["peers are told apart by their names, and not by their addresses"],
        },
        Check {
            id: "works-bye",
            about: "one says /bye, hears nothing more, and comes again under another name",
            run: bye,
            causes: &[
                "/bye is passed on like anything else",
                "who has left is still in the room: hears the others, or keeps its name",
            ],
        },
        Check {
            id: "empty-datagram",
            about: "an empty message is said, and one has an empty name",
            run: empty,
            causes: &["a datagram of zero bytes is taken for an end, or passed over"],
        },
        Check {
            id: "invalid-utf8",
            about: "a name and a message that are not text are passed on as they are",
            run: invalid_utf8,
            causes: &["names or messages are turned into text, which replaces what is none"],
        },
        Check {
            id: "truncated-datagram",
            about: "a long message is passed on whole",
            run: truncated,
            causes: &["the buffer is shorter than the message: the rest of the datagram is lost"],
        },
        Check {
            id: "oversized-datagram",
            about: "what is said is too long for one datagram once the name stands in front",
            run: oversized,
            causes: &["the error of sending one datagram ends the server"],
        },
    ],
};

/// Somebody comes and tells a name.
fn come(bench: &mut Bench, name: &[u8]) -> Outcome<Caller> {
    let mut caller = Caller::new(bench)?;
    introduce(&mut caller, name)?;
    Ok(caller)
}

fn introduce(caller: &mut Caller, name: &[u8]) -> Outcome {
    caller.send(name)?;
    caller.expect([b"welcome, ", name].concat(), "a welcome with the name")
}

/// One says something, and these hear it.
fn says(speaker: &mut Caller, words: &[u8], heard: &[u8], hearers: &mut [&mut Caller]) -> Outcome {
    speaker.send(words)?;
    for hearer in hearers {
        hearer.expect(heard, "what was said, with the speaker's name in front")?;
    }
    Ok(())
}

fn works(bench: &mut Bench) -> Outcome {
    let mut ada = come(bench, b"Ada")?;
    let mut bob = come(bench, b"Bob")?;
    says(&mut ada, b"hello", b"Ada: hello", &mut [&mut bob])?;
    // Had she heard herself, that would come first.
    says(&mut bob, b"hi there", b"Bob: hi there", &mut [&mut ada])?;
    says(&mut ada, b"how are you?", b"Ada: how are you?", &mut [&mut bob])
}

fn three(bench: &mut Bench) -> Outcome {
    let mut ada = come(bench, b"Ada")?;
    let mut bob = come(bench, b"Bob")?;
    let mut eve = come(bench, b"Eve")?;
    says(&mut ada, b"one", b"Ada: one", &mut [&mut bob, &mut eve])?;
    says(&mut bob, b"two", b"Bob: two", &mut [&mut eve, &mut ada])?;
    says(&mut eve, b"three", b"Eve: three", &mut [&mut ada, &mut bob])
}

fn same_name(bench: &mut Bench) -> Outcome {
    let mut first = come(bench, b"Ada")?;
    let mut second = come(bench, b"Ada")?;
    says(&mut first, b"who are you?", b"Ada: who are you?", &mut [&mut second])?;
    says(&mut second, b"and you?", b"Ada: and you?", &mut [&mut first])
}

fn bye(bench: &mut Bench) -> Outcome {
    let mut ada = come(bench, b"Ada")?;
    let mut bob = come(bench, b"Bob")?;
    let mut eve = come(bench, b"Eve")?;
    bob.send("/bye")?;
    bob.expect("bye, Bob", "a farewell with the name")?;
    says(&mut ada, b"is he gone?", b"Ada: is he gone?", &mut [&mut eve])?;
    // Had he still heard the others, that would come first.
    introduce(&mut bob, b"Robert")?;
    says(&mut bob, b"it is me", b"Robert: it is me", &mut [&mut ada, &mut eve])
}

fn empty(bench: &mut Bench) -> Outcome {
    let mut ada = come(bench, b"Ada")?;
    let mut nameless = come(bench, b"")?;
    says(&mut ada, b"", b"Ada: ", &mut [&mut nameless])?;
    says(&mut nameless, b"hello", b": hello", &mut [&mut ada])
}

fn invalid_utf8(bench: &mut Bench) -> Outcome {
    let mut rene = come(bench, b"Ren\xe9")?;
    let mut ada = come(bench, b"Ada")?;
    says(&mut rene, b"caf\xe9 \xff", b"Ren\xe9: caf\xe9 \xff", &mut [&mut ada])
}

fn truncated(bench: &mut Bench) -> Outcome {
    let mut ada = come(bench, b"Ada")?;
    let mut bob = come(bench, b"Bob")?;
    let words: String = ('a'..='z').cycle().take(LONG - 100).collect();
    says(&mut ada, words.as_bytes(), format!("Ada: {words}").as_bytes(), &mut [&mut bob])
}

fn oversized(bench: &mut Bench) -> Outcome {
    /// The longest message that a datagram carries.
    const MOST: usize = if cfg!(target_vendor = "apple") { 9_216 } else { 65_507 };

    let mut ada = come(bench, b"Ada")?;
    let mut bob = come(bench, b"Bob")?;
    ada.send(vec![b'x'; MOST])?;
    says(&mut ada, b"too long?", b"Ada: too long?", &mut [&mut bob])
}
