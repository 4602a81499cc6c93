# The classroom's shorthand: one plain command for each recipe. `just` alone lists them.
#
# On Unix, what a learner wrote with blanks in it stays one argument. On Windows it falls apart into
# words; but for `--%` PowerShell would also read it a second time, and take `{address}` for a block
# of script. What a learner runs prints no line of this file (`@`).

set windows-shell := ["powershell.exe", "-NoLogo", "-NoProfile", "-Command"]

[private]
[unix]
default:
    @{{ quote(just_executable()) }} --list --unsorted

[private]
[windows]
default:
    @& {{ quote(just_executable()) }} --list --unsorted

# List the lessons, or play one: `just lesson 4`, `just lesson 4 --step`
[group('learn')]
[no-exit-message]
lesson *LESSON:
    @cargo lesson {{ LESSON }}

# List the ways in which sockets fail, or bring one about: `just failure leftover-bytes`
[group('learn')]
[no-exit-message]
failure *ID:
    @cargo failure {{ ID }}

# Show the bytes between a client and a server, and bend the line: `just wire 8080 9090`
[group('learn')]
[no-exit-message]
[unix]
[positional-arguments]
wire *ARGUMENTS:
    @cargo wire "$@"

# Show the bytes between a client and a server, and bend the line: `just wire 8080 9090`
[group('learn')]
[no-exit-message]
[windows]
wire *ARGUMENTS:
    @cargo wire --% {{ ARGUMENTS }}

# Run a lesson's server in this terminal: `just server 4`, `just server 8 chat`
[group('learn')]
[no-exit-message]
[unix]
[positional-arguments]
server LESSON *ARGUMENTS:
    @cargo run --quiet --package player -- server "$@"

# Run a lesson's server in this terminal: `just server 4`, `just server 8 chat`
[group('learn')]
[no-exit-message]
[windows]
server LESSON *ARGUMENTS:
    @cargo run --quiet --package player -- server --% {{ LESSON }} {{ ARGUMENTS }}

# Run a lesson's client in this terminal: `just client 4`, `just client 8 chat`
[group('learn')]
[no-exit-message]
[unix]
[positional-arguments]
client LESSON *ARGUMENTS:
    @cargo run --quiet --package player -- client "$@"

# Run a lesson's client in this terminal: `just client 4`, `just client 8 chat`
[group('learn')]
[no-exit-message]
[windows]
client LESSON *ARGUMENTS:
    @cargo run --quiet --package player -- client --% {{ LESSON }} {{ ARGUMENTS }}

# Have a program judged: `just check 5 server -- python3 mine.py "{address}"`
[group('learn')]
[no-exit-message]
[unix]
[positional-arguments]
check LESSON ROLE *COMMAND:
    @cargo checker "$@"

# Have a program judged: `just check 5 server -- python3 mine.py "{address}"`
[group('learn')]
[no-exit-message]
[windows]
check LESSON ROLE *COMMAND:
    @cargo checker --% {{ LESSON }} {{ ROLE }} {{ COMMAND }}

# Have any two programs judged together: `just pair --server "mine {address}" --client "yours {address}"`
[group('learn')]
[no-exit-message]
[unix]
[positional-arguments]
pair *ARGUMENTS:
    @cargo checker pair "$@"

# Have any two programs judged together: `just pair --server "mine {address}" --client "yours {address}"`
[group('learn')]
[no-exit-message]
[windows]
pair *ARGUMENTS:
    @echo "PowerShell would lose your quotes here. Type: cargo checker pair, and the same words after it"; exit 1

# Check an exercise, and say what to do next; without an ID the first that is not done
[group('exercises')]
[no-exit-message]
[unix]
[positional-arguments]
exercise *ID:
    @cargo checker exercise "$@"

# Check an exercise, and say what to do next; without an ID the first that is not done
[group('exercises')]
[no-exit-message]
[windows]
exercise *ID:
    @cargo checker exercise --% {{ ID }}

# Check an exercise at every save; Ctrl-C ends it
[group('exercises')]
[no-exit-message]
watch *ID:
    @cargo checker watch {{ ID }}

# Give a hint for an exercise, one more each time; without an ID for the first that is not done
[group('exercises')]
[no-exit-message]
hint *ID:
    @cargo checker hint {{ ID }}

# Show which exercises are done
[group('exercises')]
[no-exit-message]
progress:
    @cargo checker progress

# Give an exercise's skeleton back, and keep your file beside it
[group('exercises')]
[no-exit-message]
reset ID:
    @cargo checker reset {{ ID }}

# Show the solution of an exercise that is done; `just solution 5 --reveal` shows any
[group('exercises')]
[no-exit-message]
solution ID *REVEAL:
    @cargo checker solution {{ ID }} {{ REVEAL }}

# Check many submissions, a folder each: `just grade --csv marks.csv submissions/*`
[group('exercises')]
[no-exit-message]
[unix]
[positional-arguments]
grade *ARGUMENTS:
    @cargo checker grade "$@"

# Check many submissions, a folder each: `just grade --csv marks.csv submissions/*`
[group('exercises')]
[no-exit-message]
[windows]
grade *ARGUMENTS:
    @cargo checker grade --% {{ ARGUMENTS }}

# Build the book, and open it in a browser
[group('book')]
book: mdbook
    mdbook build --open book

# Build the book at every change, and show it at http://localhost:3000
[group('book')]
book-serve: mdbook
    mdbook serve --open book

# Test the book as it is built: its links, its spelling, and all that a reader types
[group('book')]
test-book: mdbook
    cargo test --package book-preprocessor -- --ignored

# Build the book, and test it in a real browser
[group('book')]
test-browser: mdbook
    mdbook build book
    npm --prefix book/browser ci
    npm --prefix book/browser test

# Draw the README's picture anew, from the transcript of lesson 4
[group('book')]
readme-picture:
    cargo run --quiet --package book-preprocessor -- readme-picture

[private]
[unix]
mdbook:
    @command -v mdbook >/dev/null || { echo "mdbook builds the book, and is missing. Get it: cargo install mdbook --version 0.5.4 --locked" >&2; exit 1; }

[private]
[windows]
mdbook:
    @if (-not (Get-Command mdbook -ErrorAction SilentlyContinue)) { echo "mdbook builds the book, and is missing. Get it: cargo install mdbook --version 0.5.4 --locked"; exit 1 }

# Run every test that needs no browser and no network beyond this machine
[group('build')]
test *ARGUMENTS:
    cargo test {{ ARGUMENTS }}

# Run the tests that take minutes and over 1 GB of the disk: a thousand transfers, large files
[group('build')]
test-big:
    cargo test --release --package file-transfer --test lesson_07 -- --ignored --test-threads 1

# Have every wrong program and the right ones in Python judged, and look after the exercises: minutes
[group('build')]
test-checker:
    cargo test --package checker -- --ignored --skip ten_times --test-threads 2

# Have every right program judged ten times while the machine is busy: many minutes
[group('build')]
test-checker-busy:
    cargo test --package checker -- --ignored ten_times --test-threads 2

# Build for Windows on Debian, and run under Wine the tests that can run there: minutes
[group('build')]
[linux]
test-windows *ARGUMENTS:
    .ci/windows test {{ ARGUMENTS }}

# Type-check everything for macOS on Debian
[group('build')]
[linux]
check-macos:
    .ci/windows check-macos

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
