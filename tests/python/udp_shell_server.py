"""Runs each command and sends its stderr, then its stdout: `udp_shell_server.py [IP:PORT]`."""

import socket
import subprocess
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000").rsplit(":", 1)

with socket.socket(type=socket.SOCK_DGRAM) as server:
    server.bind((host, int(port)))
    print("listening on %s:%d" % server.getsockname())
    while True:
        command, client = server.recvfrom(65535)
        print("received", command.decode(errors="replace"))
        # run() reads both pipes at once; without input, no command waits for a keyboard.
        done = subprocess.run(
            command, shell=True, stdin=subprocess.DEVNULL, capture_output=True
        )
        server.sendto(done.stderr[:60000], client)
        server.sendto(done.stdout[:60000], client)
