# Which calls the UDP client of lesson 8 makes, from its start to its end.
#
# Needs strace (6.1), and udp-server and udp-client in target/debug.
source "$(dirname "$0")/shared.bash"
needs strace strace

start server "$TARGET/udp-server" 127.0.0.1:0
listening server
shown_as "$port" 9000

command_line 'strace -e trace=network target/debug/udp-client'
strace -e trace=network "$TARGET/udp-client" "127.0.0.1:$port" 2>&1 | tidy
