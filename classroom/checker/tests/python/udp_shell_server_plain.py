"""Lesson 8's shell, in the plainest style: what a command prints goes into files of bounded size."""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile

LIMIT = float(sys.argv[3])
FITS = 60000


def bounded():
    os.setsid()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def run(command):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            preexec_fn=bounded,
        )
        try:
            child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        for file in (err, out):
            file.seek(0)
            yield file.read(FITS)


if not sys.argv[1].startswith("127."):
    sys.exit("whoever could reach this address could run any command")
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
while True:
    command, client = server.recvfrom(65535)
    for text in run(command):
        server.sendto(text, client)
