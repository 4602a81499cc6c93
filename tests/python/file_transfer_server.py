"""Keeps and hands out files, one client after another.

Usage: file_transfer_server.py IP:PORT DIR
"""

import hashlib
import json
import os
import socket
import struct
import sys

host, port = sys.argv[1].rsplit(":", 1)
folder = sys.argv[2]


def recv_exactly(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            raise EOFError("the peer closed inside a message")
        data += piece
    return data


def send_header(connection, header):
    text = json.dumps(header).encode()
    connection.sendall(struct.pack("<i", len(text)) + text)


def refuse(connection, id, message):
    send_header(connection, {"status": "error", "id": id, "message": message})


def recv_header(connection):
    (length,) = struct.unpack("<i", recv_exactly(connection, 4))
    return json.loads(recv_exactly(connection, length))


def serve(connection):
    request = recv_header(connection)
    if request["action"] == "list":
        files = sorted(os.scandir(folder), key=lambda entry: entry.name)
        files = [
            {"filename": entry.name, "filesize": entry.stat().st_size}
            for entry in files
        ]
        send_header(connection, {"status": "ok", "files": files})
        return

    path = os.path.join(folder, os.path.basename(request["filename"]))
    if request["action"] == "put":
        body = recv_exactly(connection, request["filesize"])
        if hashlib.md5(body).hexdigest() != request["md5"].lower():
            refuse(connection, "digest-mismatch", "no")
            return
        with open(path, "wb") as file:
            file.write(body)
        send_header(connection, {"status": "ok"})
    elif os.path.exists(path):
        with open(path, "rb") as file:
            body = file.read()
        digest = hashlib.md5(body).hexdigest()
        name, size = request["filename"], len(body)
        answer = {"filename": name, "filesize": size, "md5": digest}
        send_header(connection, {"status": "ok", **answer})
        connection.sendall(body)
    else:
        refuse(connection, "not-found", "no such file")


with socket.create_server((host, int(port))) as server:
    print("listening on %s:%d" % server.getsockname())
    while True:
        client, _ = server.accept()
        with client:
            serve(client)
