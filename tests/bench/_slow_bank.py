"""A bank that answers each payment after 50 ms and remembers nothing: `python -m tests.bench._slow_bank` says its port.

It takes any number of calls at once and costs little, so that what is measured is who calls.
"""

import asyncio
import json

ANSWERS_AFTER = 0.05


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept alive, one call after the other."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = (line.split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
            fields = {name.strip().lower(): value.strip() for name, value in lines}
            await reader.readexactly(int(fields.get(b"content-length", 0)))
            key = fields.get(b"idempotency-key", b"").decode()
            await asyncio.sleep(ANSWERS_AFTER)
            body = json.dumps({"id": f"bank-{key}", "key": key, "status": "accepted"}).encode()
            writer.write(
                b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % len(body)
            )
            writer.write(body)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
