# Which calls the client of lesson 1 makes, from its start to its end.
#
# Needs strace (6.1), and simple-echo-server and -client in target/debug.
source "$(dirname "$0")/shared.bash"
needs strace strace

start server "$TARGET/simple-echo-server" 127.0.0.1:0
listening server
shown_as "$port" 8080

command_line 'strace -e trace=network target/debug/simple-echo-client'
strace -e trace=network "$TARGET/simple-echo-client" "127.0.0.1:$port" 2>&1 | tidy
