# Which calls the server of lesson 1 makes, from its start to its end.
#
# Needs strace (6.1), and simple-echo-server and -client in target/debug.
source "$(dirname "$0")/shared.bash"
needs strace strace

start server strace -e trace=network "$TARGET/simple-echo-server" 127.0.0.1:0
server_process=${programs[0]}
listening server
server=$port
"$TARGET/simple-echo-client" "127.0.0.1:$server" >/dev/null
wait "$server_process"
client_of server
client=$port

# The server asked for port 0. A reader's server asks for the usual one.
shown_as 'htons(0)' 'htons(8080)'
shown_as "$server" 8080
shown_as "$client" 50001

command_line 'strace -e trace=network target/debug/simple-echo-server'
tidy <"$folder/server"
