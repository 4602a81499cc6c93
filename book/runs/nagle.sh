# How many segments a request and its reply take, in one write or two, with and without
# TCP_NODELAY, and how many acknowledgements hold the answer up: "1 + 2" is one segment with data
# and two acknowledgements alone.
#
# Needs python3, and Linux (6.18) with its usual settings.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command_line 'python3 book/runs/nagle.py'
python3 book/runs/nagle.py | tidy
