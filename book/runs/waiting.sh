# What ss says of a server that talks to one client while a second waits and has spoken already.
#
# Needs ss (iproute2 6.1), and connection-loop-server and -client in target/debug.
source "$(dirname "$0")/shared.bash"
needs ss iproute2

start server "$TARGET/connection-loop-server" 127.0.0.1:0
listening server
server=$port
start first "$TARGET/connection-loop-client" "127.0.0.1:$server"
client_of server
first=$port

# The server is busy with the first, so what the second says stays in its receive buffer.
start second "$TARGET/connection-loop-client" "127.0.0.1:$server"
type_into second hello
unread() { ss --no-header -tn "sport = :$server" | grep --quiet '^ESTAB *5 '; }
wait_until unread
second=$(ss --no-header -tn "sport = :$server" | sed --quiet 's/^ESTAB *5 .*127.0.0.1:\([0-9]*\) *$/\1/p')

port_shown_as "$server" 8080
port_shown_as "$first" 50001
port_shown_as "$second" 50002

# The system lists connections in an order of its own; here they are sorted.
command_line "ss -tan 'sport = :8080'"
ss -tan "sport = :$server" | tidy | {
  read -r header
  echo "$header"
  sort --key=1,1r --key=5,5
}
