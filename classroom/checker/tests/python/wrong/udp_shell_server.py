"""Wrong: stderr goes with stdout, and its own datagram is always empty."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import subprocess

start = subprocess.Popen


def joined(words, **options):
    return start(words, **{**options, "stderr": subprocess.STDOUT})


subprocess.Popen = joined
import udp_shell_server_plain
