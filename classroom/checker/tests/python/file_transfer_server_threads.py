"""Lesson 7 with socketserver: a thread for each client, its stream read as a file."""

import hashlib
import json
import os
import re
import socket
import socketserver
import struct
import sys
import tempfile

FOLDER = sys.argv[3]
TIMEOUT = float(sys.argv[4]) if len(sys.argv) > 4 else None
MAX_HEADER = 64 * 1024
MAX_FILE = 1 << 40


class Refused(Exception):
    def __init__(self, id, message):
        super().__init__(message)
        self.id = id


class Conversation(socketserver.StreamRequestHandler):
    timeout = TIMEOUT

    def handle(self):
        try:
            request = {"action": "?"}
            try:
                request = self.read_header()
                answer, body = self.answer(request)
            except Refused as refused:
                answer = {"status": "error", "id": refused.id, "message": str(refused)}
                body = b""
            if "action" in request:
                self.send(answer, body)
        except EOFError:
            print(f"{self.client_address} has broken off")
        except OSError as error:
            print(f"{self.client_address} is gone: {error}")

    def send(self, answer, body):
        text = json.dumps(answer).encode()
        self.wfile.write(struct.pack("<i", len(text)) + text + body)
        # What is unread would turn the end into a reset.
        self.end()
        while self.rfile.read1(65536):
            pass

    def end(self):
        self.request.shutdown(socket.SHUT_WR)

    def read(self, size):
        data = self.rfile.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def read_header(self):
        (length,) = struct.unpack("<i", self.read(4))
        if not 0 <= length <= MAX_HEADER:
            raise Refused("oversized-length", f"a header of {length} bytes")
        try:
            header = json.loads(self.read(length))
        except ValueError as error:
            raise Refused("malformed-header", str(error))
        if not isinstance(header, dict):
            raise Refused("malformed-header", "no object")
        return header

    def answer(self, request):
        action = request.get("action", "put")
        if action == "list":
            files = [
                {"filename": entry.name, "filesize": entry.stat().st_size}
                for entry in os.scandir(FOLDER)
            ]
            return {"status": "ok", "files": files}, b""
        name = request.get("filename")
        if not isinstance(name, str):
            raise Refused("malformed-header", "no filename")
        path = os.path.join(FOLDER, self.plain(name))
        if os.path.islink(path):
            raise Refused("path-traversal", "a link")
        if action == "get":
            return self.give(name, path)
        return self.keep(request, path), b""

    def plain(self, name):
        if not re.fullmatch(r"[^/\\\0]+", name) or name in (".", ".."):
            raise Refused("path-traversal", "not a plain name")
        return name

    def give(self, name, path):
        try:
            with open(path, "rb") as file:
                body = file.read()
        except FileNotFoundError:
            raise Refused("not-found", "there is no such file")
        digest = hashlib.md5(body).hexdigest()
        return {"status": "ok", "filename": name, "filesize": len(body), "md5": digest}, body

    def keep(self, request, path):
        size = request.get("filesize")
        if type(size) is not int:
            raise Refused("malformed-header", "no filesize")
        if not 0 <= size <= MAX_FILE:
            raise Refused("negative-length" if size < 0 else "oversized-length", "no such size")
        if os.path.exists(path):
            raise Refused("already-exists", "there is a file of this name")
        digest = hashlib.md5()
        with tempfile.NamedTemporaryFile(dir=FOLDER) as file:
            while size > 0:
                piece = self.rfile.read1(min(size, 65536))
                if not piece:
                    raise EOFError
                file.write(piece)
                digest.update(piece)
                size -= len(piece)
            if request.get("md5", digest.hexdigest()).lower() != digest.hexdigest():
                raise Refused("digest-mismatch", "the bytes are not the file")
            file.flush()
            os.link(file.name, path)
        return {"status": "ok"}


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    with Server((sys.argv[1], int(sys.argv[2])), Conversation) as server:
        server.serve_forever()
