# What the checker says of the usual two programs in Python: all that fails, and one report.
#
# Needs checker in target/debug, and Python.
source "$(dirname "$0")/shared.bash"

built=$(realpath "$TARGET")
cp book/runs/usual_server.py book/runs/usual_client.py "$folder"
cd "$folder"

shown_as '[0-9]\+\.[0-9]\+ s' '0.0 s'
shown_as '127\.0\.0\.1:[0-9]\+' '127.0.0.1:8080'
shown_as "${folder//\//\\/}\/" ""

pair() {
  "$built/checker" pair --server 'python3 usual_server.py {address}' \
    --client 'python3 usual_client.py {address}' --type 'hello there' --type hi "$@" || true
}

command_line "cargo checker pair --server 'python3 usual_server.py {address}' --client 'python3 usual_client.py {address}' --type 'hello there' --type hi | grep FAILED"
pair | grep FAILED | cut --characters=1-37 | tidy
command_line "cargo checker pair --server 'python3 usual_server.py {address}' --client 'python3 usual_client.py {address}' --type 'hello there' --type hi --only peer-reset"
pair --only peer-reset | tidy
