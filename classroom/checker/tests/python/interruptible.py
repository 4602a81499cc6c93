"""Reads as C does with SO_RCVTIMEO: on Linux, one that waits fails when the program was paused."""

import ctypes
import os
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)


def set_timeout(connection, seconds):
    whole, part = divmod(seconds, 1)
    limit = struct.pack("ll", int(whole), int(part * 1_000_000))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)


def read(connection, count):
    buffer = ctypes.create_string_buffer(count)
    length = libc.recv(connection.fileno(), buffer, count, 0)
    if length < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return buffer.raw[:length]
