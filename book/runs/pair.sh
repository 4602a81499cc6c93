# What the checker says of the usual two programs in Python: all that fails, and one report.
#
# Needs checker in target/debug, and Python.
source "$(dirname "$0")/shared.bash"

built=$(realpath "$TARGET")
mkdir --parents "$folder/book/runs"
cp book/runs/usual_server.py book/runs/usual_client.py "$folder/book/runs"
cd "$folder"

shown_as '[0-9]\+\.[0-9]\+ s' '0.0 s'
shown_as '127\.0\.0\.1:[0-9]\+' '127.0.0.1:8080'
shown_as "${folder//\//\\/}\/" ""

two='pair --server "python3 book/runs/usual_server.py {address}"'
two="$two "'--client "python3 book/runs/usual_client.py {address}" --type "hello there" --type hi'

# judged COMMAND…: shows the command as the reader types it, and what comes of it.
judged() {
  command_line "cargo checker $two$1"
  # What fails is what is shown.
  (eval "'$built/checker' $two$1" || true) | tidy
}

judged ' | grep FAILED | cut -c 1-37'
judged ' --only peer-reset'
