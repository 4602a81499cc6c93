"""Lesson 2 with selectors: serves its client until it leaves, and ends with it."""

import selectors
import socket
import sys

selector = selectors.DefaultSelector()
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
selector.register(listener, selectors.EVENT_READ)
busy = True
while busy:
    for key, _ in selector.select():
        if key.fileobj is listener:
            connection, _ = listener.accept()
            selector.register(connection, selectors.EVENT_READ)
            continue
        try:
            message = key.fileobj.recv(1024)
        except ConnectionResetError:
            message = b""
        if message:
            key.fileobj.sendall(message.upper())
        else:
            print("the client is gone")
            busy = False
