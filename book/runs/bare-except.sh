# What a bare except swallows: three times Ctrl-C, and a misspelt name.
#
# Needs python3.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command_line 'python3 book/runs/bare_except.py'
python3 book/runs/bare_except.py | tidy
