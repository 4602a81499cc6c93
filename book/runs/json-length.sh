# How long the text of a header is, in characters and in bytes.
#
# Needs python3.
source "$(dirname "$0")/shared.bash"
needs python3 python3

# show COMMAND: a command as the reader types it, and what it prints.
show() {
  command_line "$1"
  bash -c "$1" | tidy
}

count='print(len(text), len(text.encode()))'
show "python3 -c 'import json; text = json.dumps({\"file_desc\": \"文件\"}); $count'"
show "python3 -c 'import json; text = json.dumps({\"file_desc\": \"文件\"}, ensure_ascii=False); $count'"
