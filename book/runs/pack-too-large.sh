# What struct-header-pack says of the size of a film of 5 GiB, in four bytes and in eight.
#
# Needs struct-header-pack in target/debug.
source "$(dirname "$0")/shared.bash"

command_line "target/debug/struct-header-pack i 5368709120"
"$TARGET/struct-header-pack" i 5368709120 2>&1 | tidy || true

command_line "target/debug/struct-header-pack q 5368709120"
"$TARGET/struct-header-pack" q 5368709120 | tidy
