"""Runs commands, a JSON header before each answer.

Usage: dict_header_server.py HOST PORT [KEY]

KEY is the name under which the header tells the size: `total_size`, or
`data_size`.
"""

import hashlib
import json
import socket
import struct
import subprocess
import sys

SIZE = sys.argv[3] if len(sys.argv) > 3 else "total_size"

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("listening on %s:%d" % listener.getsockname())
    while True:
        connection, _ = listener.accept()
        with connection:
            while command := connection.recv(1024):
                done = subprocess.run(
                    command,
                    shell=True,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                )
                answer = done.stdout + done.stderr
                digest = hashlib.md5(answer).hexdigest()
                header = {"md5": digest, "file_name": "回答.txt"}
                header[SIZE] = len(answer)
                # The length counts the bytes of the JSON, not its characters.
                text = json.dumps(header, ensure_ascii=False).encode()
                connection.sendall(struct.pack("<i", len(text)) + text + answer)
