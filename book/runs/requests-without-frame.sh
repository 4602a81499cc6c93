# What becomes of two commands that arrive in one read, and of one that is longer than 1024 bytes.
#
# Needs sticky-packets-server and raw-client in target/debug.
source "$(dirname "$0")/shared.bash"

start server "$TARGET/sticky-packets-server" 127.0.0.1:0
listening server
server=$port
shown_as "\b$server\b" 8080
shown_as '0\{40,\}' '000…000'

# ask SHOWN MESSAGE READS REDIRECT: sends a message, and half-closes. The port of the client reads
# READS. The command is shown with REDIRECT behind it; the answers go to a file in any case.
ask() {
  command_line "cargo run --quiet --bin raw-client 127.0.0.1:8080 $1 --then half-close$4"
  "$TARGET/raw-client" "127.0.0.1:$server" "$2" --then half-close >"$folder/answers"
  client_of server
  shown_as "\b$port\b" "$3"
}

ask "'echo one\necho two'" 'echo one\necho two' 50001 ''
tidy <"$folder/answers"
# These answers may come in one read or in two, so they are not shown.
ask '"echo $(printf %01100d 0)"' "echo $(printf %01100d 0)" 50002 ' >/dev/null'

echo
command_line 'cargo run --quiet --bin sticky-packets-server'
tidy <"$folder/server"
