# What ss says of a server for this machine alone, and of one for all networks.
#
# Needs ss (iproute2 6.1), and connection-loop-server in target/debug.
source "$(dirname "$0")/shared.bash"
needs ss iproute2

start here "$TARGET/connection-loop-server" 127.0.0.1:0
listening here
here=$port
start everywhere "$TARGET/connection-loop-server" 0.0.0.0:0
listening everywhere
everywhere=$port

port_shown_as "$here" 8080
port_shown_as "$everywhere" 8081

# The system lists them in an order of its own; here they are sorted.
command_line "ss -tln 'sport = :8080 or sport = :8081'"
ss -tln "sport = :$here or sport = :$everywhere" | tidy | {
  read -r header
  echo "$header"
  sort --key=4,4r
}
