# What ss says of a connection that the server has closed first, after the server's end.
#
# Needs ss (iproute2 6.1), and connection-loop-server and -client in target/debug.
source "$(dirname "$0")/shared.bash"
needs ss iproute2

start server "$TARGET/connection-loop-server" 127.0.0.1:0 --reply
listening server
server=$port
start client "$TARGET/connection-loop-client" "127.0.0.1:$server"
client_of server
client=$port

# An empty answer hangs up: so the server is the one that closes first.
type_into client hello
wait_until says server 'received 5 bytes'
type_into server ''
lingers() { ss --no-header -tan "sport = :$server" | grep --quiet '^TIME-WAIT'; }
wait_until lingers
kill "${programs[0]}"
alone() { ! ss --no-header -tln "sport = :$server" | grep --quiet .; }
wait_until alone

port_shown_as "$server" 8080
port_shown_as "$client" 50001

command_line "ss -tan 'sport = :8080'"
ss -tan "sport = :$server" | tidy
