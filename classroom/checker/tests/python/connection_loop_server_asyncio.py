"""Lesson 3 with asyncio: serves any number of clients, each in a task of its own."""

import asyncio
import sys

TIMEOUT = float(sys.argv[3]) if len(sys.argv) > 3 else None


async def serve(reader, writer):
    try:
        while message := await asyncio.wait_for(reader.read(1024), TIMEOUT):
            writer.write(message.upper())
            await writer.drain()
    except asyncio.TimeoutError:
        print("a client kept silent")
    except ConnectionError as error:
        print("a client is lost:", error)
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, sys.argv[1], int(sys.argv[2]))
    async with server:
        await server.serve_forever()


asyncio.run(main())
