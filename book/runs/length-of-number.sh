# What unpacking gives is a number already.
#
# Needs python3 3.11 or newer.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command='python3 -c "import struct; number, = struct.unpack(\"i\", b\"\\5\\0\\0\\0\"); print(number); len(number)"'
command_line "$command"
! bash -c "$command" 2>&1 | grep --invert-match --extended-regexp '^(Traceback|  )' | tidy
