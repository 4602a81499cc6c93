# A header that announces a terabyte for an absolute path: its length, that length packed, and
# what the server of lesson 7 says.
#
# Needs python3, and file-transfer-server in target/debug.
source "$(dirname "$0")/shared.bash"
needs python3 python3

start server "$TARGET/file-transfer-server" 127.0.0.1:0 --dir "$folder/received"
listening server

command_line 'python3 book/runs/large_header.py 127.0.0.1 8090'
python3 book/runs/large_header.py 127.0.0.1 "$port" | tidy
