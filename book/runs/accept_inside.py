"""A server that accepts inside the loop of its messages."""

import socket

server = socket.create_server(("127.0.0.1", 0))
server.settimeout(1)
client = socket.create_connection(server.getsockname())

for message in (b"first", b"second"):
    client.sendall(message)
    try:
        connection, _ = server.accept()
    except TimeoutError:
        print(message, "is never read: the server waits for another client")
        break
    print(connection.recv(1024), "is read, and answered")
    connection.sendall(b"thank you")
