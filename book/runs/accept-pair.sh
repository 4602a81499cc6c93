# What accept returns, in Python.
#
# Needs python3 3.11 or newer.
source "$(dirname "$0")/shared.bash"
needs python3 python3

shown_as "raddr=('127.0.0.1', [0-9]*)" "raddr=('127.0.0.1', 50001)"
shown_as "^('127.0.0.1', [0-9]*)" "('127.0.0.1', 50001)"
shown_as "laddr=('127.0.0.1', [0-9]*)" "laddr=('127.0.0.1', 8080)"
shown_as 'fd=[0-9]*' 'fd=5'

command_line 'python3 book/runs/accept_pair.py'
python3 book/runs/accept_pair.py | tidy
