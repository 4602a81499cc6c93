import socket
import sys

host, port = sys.argv[1].split(":")
sock = socket.socket()
sock.connect((host, int(port)))
for line in sys.stdin:
    sock.send(line.strip().encode())
    print(sock.recv(1024).decode())
sock.close()
