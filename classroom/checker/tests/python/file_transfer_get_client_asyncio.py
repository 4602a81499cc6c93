"""Lesson 7 with asyncio: downloads a file into the working directory."""

import asyncio
import hashlib
import json
import os
import struct
import sys


async def main(host, port, name):
    reader, writer = await asyncio.open_connection(host, port)
    text = json.dumps({"action": "get", "filename": name}).encode()
    writer.write(struct.pack("<i", len(text)) + text)
    (length,) = struct.unpack("<i", await reader.readexactly(4))
    if not 0 <= length <= 65536:
        sys.exit("no header is so long")
    try:
        answer = json.loads(await reader.readexactly(length))
        if answer["status"] != "ok":
            sys.exit(f"refused: {answer.get('message')}")
        size = answer["filesize"]
        if not 0 <= size <= 1 << 30:
            sys.exit("no file is so long")
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"the answer makes no sense: {error!r}")
    body = await reader.readexactly(size)
    if hashlib.md5(body).hexdigest() != answer.get("md5", "").lower():
        sys.exit("this is not the file")
    with open(name + ".part", "wb") as file:
        file.write(body)
    os.replace(name + ".part", name)
    writer.close()


try:
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
except asyncio.IncompleteReadError as error:
    sys.exit(str(error))
