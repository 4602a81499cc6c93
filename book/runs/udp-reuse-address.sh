# What becomes of two UDP servers at one port: both ask for SO_REUSEADDR, or neither does.
#
# Needs python3, and udp-server in target/debug.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command_line 'python3 book/runs/udp_reuse_address.py'
python3 book/runs/udp_reuse_address.py | tidy

start server "$TARGET/udp-server" 127.0.0.1:0
listening server
shown_as "$port" 9000

echo
command_line 'target/debug/udp-server &'
tidy <"$folder/server"
command_line 'target/debug/udp-server'
{ ! timeout 10 "$TARGET/udp-server" "127.0.0.1:$port" 2>&1; } | tidy
