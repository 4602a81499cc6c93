"""Lesson 4 with socketserver: a thread for each client."""

import socketserver
import sys

from commands import guarded, run

HOST, PORT = guarded(sys.argv[1]), int(sys.argv[2])
TIMEOUT, LIMIT = float(sys.argv[3]), float(sys.argv[4])


class Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(TIMEOUT)
        try:
            while command := self.request.recv(1024):
                print(self.client_address, command)
                self.request.sendall(b"".join(run(command, LIMIT)) or b"ok\n")
        except OSError as error:
            print(self.client_address, "is gone:", error)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((HOST, PORT), Conversation) as server:
    server.serve_forever()
