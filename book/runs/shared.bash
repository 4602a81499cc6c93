# What the scripts beside this file share: it starts programs on free ports, waits for what
# they say, and shows a command as a reader types it, with its output as the book shows it.
#
# A script prints the commands that the reader types as lines that begin with `$ `. Ports,
# process numbers and times differ from run to run; `shown_as` says what they read instead.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Where the built programs are. The reader's are always in target/debug.
TARGET=${TARGET:-target/debug}
folder=$(mktemp -d)
programs=()
replacements=()

# Ends whatever still runs, also after a failure.
finish() {
  for program in "${programs[@]}"; do
    kill "$program" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

# needs COMMAND PACKAGE: says what is missing, and where it is.
needs() {
  if ! command -v "$1" >/dev/null; then
    echo "$0: $1 is missing; on Debian: apt-get install $2" >&2
    exit 1
  fi
}

# start NAME COMMAND…: runs a command in the background. What it prints goes to a file of that
# name. Its keyboard is a pipe, which `type_into` writes to.
start() {
  local name=$1
  shift
  mkfifo "$folder/$name.keyboard"
  "$@" <"$folder/$name.keyboard" >"$folder/$name" 2>&1 &
  programs+=($!)
  # An open writer keeps the program from reading an end.
  local keyboard
  exec {keyboard}>"$folder/$name.keyboard"
  declare -g "keyboard_$name=$keyboard"
}

# type_into NAME TEXT: types a line.
type_into() {
  local keyboard="keyboard_$1"
  echo "$2" >&"${!keyboard}"
}

# wait_until COMMAND…: asks again and again, for 20 seconds at most, until the command succeeds.
wait_until() {
  local tries
  for ((tries = 0; tries < 400; tries++)); do
    if "$@" >/dev/null 2>&1; then
      return
    fi
    sleep 0.05
  done
  echo "$0: waited in vain for: $*" >&2
  exit 1
}

# says NAME TEXT: whether a program has printed a line with this text.
says() {
  grep --quiet --fixed-strings -- "$2" "$folder/$1"
}

# listening NAME: waits until a server listens, and sets `port`.
listening() {
  wait_until says "$1" 'listening on '
  port=$(sed --quiet 's/.*listening on .*://p' "$folder/$1")
}

# client_of NAME: waits for a server's first client, and sets `port` to that of its last so far.
client_of() {
  wait_until says "$1" 'client 127.0.0.1:'
  port=$(sed --quiet 's/.*client 127.0.0.1:\([0-9]*\).*/\1/p' "$folder/$1" | tail --lines=1)
}

# shown_as PATTERN TEXT: what matches the pattern reads TEXT in the output.
shown_as() {
  replacements+=(--expression "s/$1/$2/g")
}

# port_shown_as PORT SHOWN: a port reads as another one. In a table it keeps its width.
port_shown_as() {
  local padding=$((${#1} - ${#2}))
  shown_as "\b$1\b\( \+\)" "$2\1$(printf '%*s' "$padding" '')"
  shown_as "\b$1\b" "$2"
}

# tidy: replaces what differs from run to run, and drops spaces at the ends of lines.
tidy() {
  sed "${replacements[@]}" --expression 's/ *$//'
}

# command_line TEXT: shows a command as the reader types it.
command_line() {
  echo "\$ $1"
}
