# What the checker says of a reader's own server of lesson 4 that is all right, when its command
# line has no place for the time-out.
#
# Needs checker and sticky-packets-server in target/debug. The latter stands in for the reader's.
source "$(dirname "$0")/shared.bash"

built=$(realpath "$TARGET")
mkdir --parents "$folder/course" "$folder/my-sockets/target/debug"
ln --symbolic "$built/sticky-packets-server" "$folder/my-sockets/target/debug"
cd "$folder/course"

command_line 'cargo checker 4 server -- ../my-sockets/target/debug/sticky-packets-server {address}'
"$built/checker" 4 server -- ../my-sockets/target/debug/sticky-packets-server '{address}' | tidy
