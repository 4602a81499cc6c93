"""Wrong, in the way that the first word says: the rest is as it should be."""

import os
import socket
import sys
import threading

fault = sys.argv.pop(1)
sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import file_transfer_server_threads as right


class Conversation(right.Conversation):
    def setup(self):
        super().setup()
        if fault == "set-once":
            # However much is said meanwhile.
            threading.Timer(self.timeout, self.request.shutdown, [socket.SHUT_RDWR]).start()

    def end(self):
        # Or else the connection is left to the client to close.
        if fault != "open-end":
            super().end()

    def plain(self, name):
        if fault == "text-prefix":
            # Nor does it say where the folder's name ends.
            folder = os.path.realpath(right.FOLDER)
            if os.path.realpath(os.path.join(folder, name)).startswith(folder):
                return name
        if fault == "taken-out-once":
            name = name.replace("../", "")
            if "\0" not in name and not name.startswith("/"):
                return name
        if fault == "read-freely" and self.action == "get":
            return name
        return super().plain(name)

    def answer(self, request):
        self.action = request.get("action")
        if fault == "no-plain-upload" and "action" not in request:
            raise right.Refused("malformed-header", "no action")
        try:
            answer, body = super().answer(request)
        except right.Refused as refused:
            if fault == "dies-of-nonsense" and refused.id == "malformed-header":
                os._exit(1)
            raise
        if fault == "list-without-sizes":
            for file in answer.get("files", []):
                del file["filesize"]
        return answer, body

    def keep(self, request, path):
        if fault == "reads-on":
            self.rfile = Greedy(self.rfile)
        if fault == "early-name":
            return self.keep_at_once(request, path)
        if fault == "small-digits" and request.get("md5", "") != request.get("md5", "").lower():
            raise right.Refused("digest-mismatch", "the md5 is another")
        if fault == "overwrites" and os.path.exists(path) and not os.path.islink(path):
            os.remove(path)
        return super().keep(request, path)

    def keep_at_once(self, request, path):
        with open(path, "xb") as file:
            try:
                while (missing := request["filesize"] - file.tell()) > 0:
                    piece = self.rfile.read1(missing)
                    if not piece:
                        raise EOFError
                    file.write(piece)
            except (EOFError, OSError):
                os.remove(path)
                raise
        return {"status": "ok"}


class Greedy:
    """Asks for a bufferful, also where less is missing."""

    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def read1(self, size):
        return self.stream.read1(65536)


with right.Server((sys.argv[1], int(sys.argv[2])), Conversation) as server:
    server.serve_forever()
