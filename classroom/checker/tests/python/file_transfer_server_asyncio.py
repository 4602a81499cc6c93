"""Lesson 7 with asyncio: all clients in one thread; names are cut down to their last part."""

import asyncio
import hashlib
import json
import os
import struct
import sys

FOLDER = "kept"
MAX_HEADER = 64 * 1024


def refusal(id, message):
    return {"status": "error", "id": id, "message": message}, b""


async def converse(reader, writer):
    try:
        (length,) = struct.unpack("<i", await reader.readexactly(4))
        if 0 <= length <= MAX_HEADER:
            answer, body = await answered(reader, await reader.readexactly(length))
        else:
            answer, body = refusal("malformed-header", "no header is so long")
        text = json.dumps(answer).encode()
        writer.write(struct.pack("<i", len(text)) + text + body)
        await writer.drain()
        writer.write_eof()
        while await reader.read(65536):
            pass
    except (asyncio.IncompleteReadError, OSError) as error:
        print("gone:", error)
    finally:
        writer.close()


async def answered(reader, text):
    try:
        request = json.loads(text)
        action = request.get("action", "put")
        if action == "list":
            files = os.listdir(FOLDER)
            sizes = [os.path.getsize(os.path.join(FOLDER, name)) for name in files]
            files = [{"filename": f, "filesize": s} for f, s in zip(files, sizes)]
            return {"status": "ok", "files": files}, b""
        name = os.path.basename(request["filename"])
        path = os.path.join(FOLDER, name)
        if "\0" in path or os.path.islink(path):
            return refusal("path-traversal", "not a plain name")
        if action == "get":
            if not os.path.isfile(path):
                return refusal("not-found", "there is no such file")
            with open(path, "rb") as file:
                body = file.read()
            digest = hashlib.md5(body).hexdigest()
            return {"status": "ok", "filename": name, "filesize": len(body), "md5": digest}, body
        size = request["filesize"]
        if size < 0:
            return refusal("negative-length", "no file is so short")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return refusal("malformed-header", repr(error))

    pieces = []
    while size > 0:
        piece = await reader.read(min(size, 65536))
        if not piece:
            raise EOFError("the client has broken off")
        pieces.append(piece)
        size -= len(piece)
    body = b"".join(pieces)
    digest = hashlib.md5(body).hexdigest()
    if request.get("md5", digest).lower() != digest:
        return refusal("digest-mismatch", "the bytes are not the file")
    try:
        with open(path, "xb") as file:
            file.write(body)
    except FileExistsError:
        return refusal("already-exists", "there is a file of this name")
    return {"status": "ok"}, b""


async def main():
    os.makedirs(FOLDER, exist_ok=True)
    server = await asyncio.start_server(converse, sys.argv[1], int(sys.argv[2]))
    async with server:
        await server.serve_forever()


asyncio.run(main())
