"""Prints all that accept returns: `accept_pair.py`."""

import socket

with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    with socket.create_connection(listener.getsockname()):
        connection, address = listener.accept()
        print(connection)
        print(address)
        connection.close()
