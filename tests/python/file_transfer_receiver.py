"""Receives one file as in the notes, and ends.

Usage: file_transfer_receiver.py IP:PORT DIR
"""

import json
import os
import socket
import struct
import sys

host, port = sys.argv[1].rsplit(":", 1)


def recv_exactly(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise EOFError("the peer closed inside a message")
        data += piece
    return data


with socket.create_server((host, int(port))) as server:
    print("listening on %s:%d" % server.getsockname())
    connection, _ = server.accept()
    with connection:
        (length,) = struct.unpack("i", recv_exactly(connection, 4))
        header = json.loads(recv_exactly(connection, length))
        missing = header["filesize"]
        name = os.path.basename(header["filename"])
        with open(os.path.join(sys.argv[2], name), "wb") as file:
            while missing:
                piece = connection.recv(min(missing, 4096))
                if not piece:
                    raise EOFError("the peer closed inside a file")
                file.write(piece)
                # What has arrived, not the size of the buffer.
                missing -= len(piece)
print("received", header["filename"], header["filesize"], "bytes")
