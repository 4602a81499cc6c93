"""The server of lesson 7, with the mistake that the first word says."""

import os
import signal
import socket
import sys
import traceback

MISTAKE = sys.argv.pop(1)
sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir))

import file_transfer_server_threads as right

kept = []
current = None


class Impatient:
    """Reads, and when that takes long begins anew."""

    def __init__(self, connection):
        self.connection = connection

    def read(self, size):
        while True:
            data = b""
            try:
                while len(data) < size:
                    piece = self.receive(size - len(data))
                    if not piece:
                        return data
                    data += piece
                return data
            except TimeoutError:
                continue

    def read1(self, size):
        while True:
            try:
                return self.receive(size)
            except TimeoutError:
                continue

    def receive(self, size):
        self.connection.settimeout(0.2)
        try:
            return self.connection.recv(size)
        finally:
            # Writes take as long as they like.
            self.connection.settimeout(30)


class Restless(Impatient):
    """Asks again and again whether something has come."""

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.read1(size - len(data))
            if not piece:
                break
            data += piece
        return data

    def read1(self, size):
        while True:
            try:
                return self.connection.recv(size)
            except BlockingIOError:
                continue


class Conversation(right.Conversation):
    def setup(self):
        global current
        super().setup()
        current = self
        if MISTAKE == "leaked-descriptor":
            kept.append(self.request.dup())
        if MISTAKE == "wrong-socket":
            try:
                self.server.socket.recv(4)
            except OSError:
                traceback.print_exc()
                sys.stderr.flush()
                os._exit(1)
        if MISTAKE == "timeout-mid-message":
            self.rfile = Impatient(self.request)
        if MISTAKE == "busy-wait":
            self.request.settimeout(0)
            self.rfile = Restless(self.request)

    def read_header(self):
        if MISTAKE != "coalesced-messages":
            return super().read_header()
        # All that has come is taken for the header.
        text = self.request.recv(65536)
        while len(text) < 4 or len(text) < 4 + int.from_bytes(text[:4], "little", signed=True):
            piece = self.request.recv(65536)
            if not piece:
                raise EOFError
            text += piece
        length = int.from_bytes(text[:4], "little", signed=True)
        if not 0 <= length <= right.MAX_HEADER:
            raise right.Refused("oversized-length", f"a header of {length} bytes")
        try:
            header = right.json.loads(text[4 : 4 + length])
        except ValueError as error:
            raise right.Refused("malformed-header", str(error))
        if not isinstance(header, dict):
            raise right.Refused("malformed-header", "no object")
        return header

    def send(self, answer, body):
        if MISTAKE == "busy-wait":
            self.request.settimeout(10)
        if MISTAKE == "crossed-answers" and current is not self:
            self.wfile = current.wfile
        super().send(answer, body)


def interrupted(*_):
    sys.exit("accept: interrupted system call")


if MISTAKE == "interrupted-call":
    signal.signal(signal.SIGWINCH, interrupted)
with right.Server((sys.argv[1], int(sys.argv[2])), Conversation) as server:
    server.serve_forever()
