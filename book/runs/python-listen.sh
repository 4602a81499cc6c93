# How many may wait where Python's listen() was given no number: the column Send-Q.
#
# Needs ss (iproute2 6.1) and python3.
source "$(dirname "$0")/shared.bash"
needs ss iproute2
needs python3 python3

start listener python3 book/runs/python_listen.py
listening listener
port_shown_as "$port" 8080

command_line "ss -tln 'sport = :8080'"
ss -tln "sport = :$port" | tidy
