# What a server that runs commands says when it is asked to listen for other machines.
#
# Needs sticky-packets-server in target/debug.
source "$(dirname "$0")/shared.bash"

command_line 'target/debug/sticky-packets-server 0.0.0.0:8080'
# It refuses, with status 1. If it ever listened, it would have to be ended.
! timeout 10 "$TARGET/sticky-packets-server" 0.0.0.0:8080 2>&1
