"""Uploads a file as in the notes, without an action.

Usage: file_transfer_uploader.py IP:PORT FILE
"""

import json
import os
import socket
import struct
import sys

host, port = sys.argv[1].rsplit(":", 1)
folder, name = os.path.split(sys.argv[2])
size = os.path.getsize(sys.argv[2])

# The path on this machine is of no use to the other one, and is sent all the
# same.
header = {"filepath": folder, "filename": name, "filesize": size}
header = json.dumps(header).encode()

with socket.create_connection((host, int(port)), timeout=20) as client:
    client.sendall(struct.pack("i", len(header)))
    client.sendall(header)
    with open(sys.argv[2], "rb") as file:
        while piece := file.read(1024):
            client.sendall(piece)
    # No answer belongs to this protocol: what comes is the end.
    client.shutdown(socket.SHUT_WR)
    answer = client.recv(1)
print("sent", size, "bytes, then", answer)
