# What lesson 1's client says when it is alone.
#
# Needs simple-echo-server and simple-echo-client in target/debug.
source "$(dirname "$0")/shared.bash"

# A server that has served its one client and ended leaves a port at which nobody listens.
start server "$TARGET/simple-echo-server" 127.0.0.1:0
listening server
"$TARGET/simple-echo-client" "127.0.0.1:$port" >"$folder/client"
wait "${programs[0]}"
port_shown_as "$port" 8080

command_line 'cargo run --quiet --bin simple-echo-client'
! "$TARGET/simple-echo-client" "127.0.0.1:$port" 2>"$folder/alone"
tidy <"$folder/alone"
