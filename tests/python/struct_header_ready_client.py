"""Reads the length as text, asks for the answer.

Usage: struct_header_ready_client.py HOST PORT
"""

import socket
import sys

address = (sys.argv[1], int(sys.argv[2]))
with socket.create_connection(address, timeout=20) as connection:
    for line in sys.stdin:
        command = line.strip()
        if command:
            connection.sendall(command.encode())
            missing = int(connection.recv(1024))
            connection.sendall(b"recv_ready")
            answer = b""
            while missing:
                piece = connection.recv(min(missing, 65536))
                if not piece:
                    sys.exit(f"unexpected end: {missing} bytes are missing")
                answer += piece
                missing -= len(piece)
            print(answer.decode(errors="replace").rstrip("\n"))
