# What ss says of servers that listen: one over TCP, one over UDP.
#
# Needs ss (iproute2 6.1), and connection-loop-server and udp-server in target/debug.
source "$(dirname "$0")/shared.bash"
needs ss iproute2

start tcp "$TARGET/connection-loop-server" 127.0.0.1:0
listening tcp
tcp=$port
start udp "$TARGET/udp-server" 127.0.0.1:0
listening udp
udp=$port

port_shown_as "$tcp" 8080
port_shown_as "$udp" 9000
shown_as 'pid=[0-9]*' 'pid=1234'

command_line "ss -tulnp 'sport = :8080 or sport = :9000'"
ss -tulnp "sport = :$tcp or sport = :$udp" | tidy
