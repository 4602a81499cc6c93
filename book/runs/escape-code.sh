# A word in blue on yellow, and the bytes that make it so.
#
# Needs bash and od.
source "$(dirname "$0")/shared.bash"

command="printf '\\033[1;34;43mhello\\033[0m' | od -c"
command_line "$command"
bash -c "$command" | tidy
