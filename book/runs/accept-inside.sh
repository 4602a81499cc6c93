# What becomes of a client's second message if the server accepts before it reads each.
#
# Needs python3.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command_line 'python3 book/runs/accept_inside.py'
python3 book/runs/accept_inside.py | tidy
