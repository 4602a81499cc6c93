"""Lesson 7 with asyncio, as in the notes: no action, and no answer is waited for."""

import asyncio
import json
import os
import struct
import sys


async def main(host, port, path):
    with open(path, "rb") as file:
        body = file.read()
    folder, name = os.path.split(path)
    header = {"filepath": folder, "filename": name, "filesize": len(body)}
    text = json.dumps(header).encode()
    _, writer = await asyncio.open_connection(host, port)
    writer.write(struct.pack("i", len(text)) + text + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
