# The classroom's shorthand: one plain command for each recipe. `just` alone lists them.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

[private]
default:
    @{{ just_executable() }} --list --unsorted

# List the lessons, or play one: `just lesson 4`, `just lesson 4 --step`
[group('learn')]
lesson *LESSON:
    cargo lesson {{ LESSON }}

# List the ways in which sockets fail, or bring one about: `just failure leftover-bytes`
[group('learn')]
failure *ID:
    cargo failure {{ ID }}

# Show the bytes between a client and a server, and bend the line: `just wire 8080 9090`
[group('learn')]
[no-exit-message]
wire *ARGUMENTS:
    cargo wire {{ ARGUMENTS }}

# Run a lesson's server in this terminal: `just server 4`, `just server 8 chat`
[group('learn')]
[no-exit-message]
server LESSON *ARGUMENTS:
    cargo run --quiet --package player -- server {{ LESSON }} {{ ARGUMENTS }}

# Run a lesson's client in this terminal: `just client 4`, `just client 8 chat`
[group('learn')]
[no-exit-message]
client LESSON *ARGUMENTS:
    cargo run --quiet --package player -- client {{ LESSON }} {{ ARGUMENTS }}

# Run every test that needs no browser and no network beyond this machine
[group('build')]
test *ARGUMENTS:
    cargo test {{ ARGUMENTS }}

# Run the tests that take minutes: a thousand transfers, and files of 200 MB and 1 GiB
[group('build')]
test-big:
    cargo test --release --package file-transfer --test lesson_07 -- --ignored

# Check the format of the code and its warnings
[group('build')]
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings

# Build the documentation of the code, and check its links
[group('build')]
doc $RUSTDOCFLAGS="--deny warnings":
    cargo doc --workspace --no-deps --document-private-items

# Record the transcripts of all lessons, or of one, anew
[group('build')]
record *LESSON:
    cargo lesson {{ LESSON }} --record

# Record the transcripts of all failures, or of one, anew
[group('build')]
record-failure *ID:
    cargo failure {{ ID }} --record

# Run everything that guards the project
[group('build')]
ci:
    bash .ci/run
