"""Listens without saying how many may wait: `python_listen.py`."""

import socket

with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print("listening on %s:%d" % listener.getsockname(), flush=True)
    input()
