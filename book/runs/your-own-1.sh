# What the checker says of a reader's own server of lesson 1 that is all right.
#
# Needs checker and simple-echo-server in target/debug. The latter stands in for the reader's.
source "$(dirname "$0")/shared.bash"

built=$(realpath "$TARGET")
mkdir --parents "$folder/course" "$folder/my-sockets/target/debug"
ln --symbolic "$built/simple-echo-server" "$folder/my-sockets/target/debug"
cd "$folder/course"

command_line 'cargo checker 1 server -- ../my-sockets/target/debug/simple-echo-server "{address}"'
"$built/checker" 1 server -- ../my-sockets/target/debug/simple-echo-server '{address}' | tidy
