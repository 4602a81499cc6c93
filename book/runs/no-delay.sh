# What one read returns after two writes with TCP_NODELAY.
#
# Needs python3.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command_line 'python3 book/runs/no_delay.py'
python3 book/runs/no_delay.py | tidy
