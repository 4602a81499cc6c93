# What a server keeps of a file that comes in two pieces, if it subtracts what it asked for.
#
# Needs faulty-file-transfer-server and raw-client in target/debug.
source "$(dirname "$0")/shared.bash"

start server "$TARGET/faulty-file-transfer-server" 127.0.0.1:0 --dir "$folder/received" --fault wrong-count
listening server
header='\x31\x00\x00\x00{"action":"put","filename":"a.txt","filesize":10}'

command_line "header='$header'"
command_line 'target/debug/raw-client 127.0.0.1:8090 "${header}hello" world'
"$TARGET/raw-client" "127.0.0.1:$port" "${header}hello" world
command_line 'wc -c received/a.txt'
(cd "$folder" && wc -c received/a.txt)
