"""Sends, fetches or lists files: `file_transfer_client.py IP:PORT put FILE | get NAME DIR | list`."""

import hashlib
import json
import os
import socket
import struct
import sys

host, port = sys.argv[1].rsplit(":", 1)
action = sys.argv[2]


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


def recv_header(connection):
    (length,) = struct.unpack("<i", recv_exactly(connection, 4))
    return json.loads(recv_exactly(connection, length))


with socket.create_connection((host, int(port)), timeout=20) as client:
    if action == "put":
        with open(sys.argv[3], "rb") as file:
            body = file.read()
        digest = hashlib.md5(body).hexdigest()
        name = os.path.basename(sys.argv[3])
        send_header(client, {"action": "put", "filename": name, "filesize": len(body), "md5": digest})
        client.sendall(body)
        answer = recv_header(client)
    elif action == "get":
        send_header(client, {"action": "get", "filename": sys.argv[3]})
        answer = recv_header(client)
        if answer["status"] == "ok":
            body = recv_exactly(client, answer["filesize"])
            if hashlib.md5(body).hexdigest() != answer["md5"].lower():
                sys.exit("the bytes are not the file")
            with open(os.path.join(sys.argv[4], sys.argv[3]), "xb") as file:
                file.write(body)
    else:
        send_header(client, {"action": action})
        answer = recv_header(client)
        for entry in answer.get("files", []):
            print(entry["filename"], entry["filesize"])

print(answer["status"], answer.get("id", ""))
