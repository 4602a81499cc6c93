# One buffer for several formats, at offsets.
#
# Needs python3 3.8 or newer.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command_line 'python3 book/runs/pack_into.py'
python3 book/runs/pack_into.py | tidy
