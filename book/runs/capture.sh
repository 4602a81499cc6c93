# What tshark reads in a capture that the wire has saved: one answer of lesson 5.
#
# Needs tshark (4.0), and wire, struct-header-server and -client in target/debug.
source "$(dirname "$0")/shared.bash"
needs tshark tshark

start server "$TARGET/struct-header-server" 127.0.0.1:0
listening server
server=$port
start wire "$TARGET/wire" 127.0.0.1:0 "127.0.0.1:$server" --lesson 5 --save "$folder/lesson-5.pcapng"
wire_process=${programs[1]}
listening wire
wire=$port

# The client ends at the end of its input, so it always is the one that closes first.
echo 'echo hi' | "$TARGET/struct-header-client" "127.0.0.1:$wire" >/dev/null
wait_until says wire closed
client_of wire
client=$port
# Ctrl-C completes the capture.
kill -INT "$wire_process"
wait "$wire_process" || true

shown_as "\b$wire\b" 8080
shown_as "\b$client\b" 50001
shown_as '[0-9]\.[0-9]\{9\}' 'TIME       '

# Port 8080 is often a web server's: without -d tshark would look for HTTP in these bytes.
# Its warning to those who run it as root is left out.
command_line 'tshark -r lesson-5.pcapng -d tcp.port==8080,data'
tshark -r "$folder/lesson-5.pcapng" -d "tcp.port==$wire,data" 2>/dev/null | tidy

echo
command_line 'tshark -r lesson-5.pcapng -q -z follow,tcp,hex,0'
tshark -r "$folder/lesson-5.pcapng" -q -z follow,tcp,hex,0 2>/dev/null | tidy
