# The four bytes of an address as binary digits.
#
# Needs python3.
source "$(dirname "$0")/shared.bash"
needs python3 python3

command='python3 -c "print(*(format(byte, \"08b\") for byte in [100, 4, 5, 6]))"'
command_line "$command"
bash -c "$command" | tidy
