"""Two writes without Nagle's algorithm, and a receiver that is late."""

import socket

listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
client.sendall(b"hello")
client.sendall(b"world")
client.close()

connection, _ = listener.accept()
print("one read:", connection.recv(1024))
