"""A user plays a round through Debian's python3-autobahn, by the authors of the
test suite, in fragmented messages between pings, and closes as the protocol has
it. Usage: fragments.py http://127.0.0.1:PORT"""

import asyncio
import json
import sys
import urllib.parse
import urllib.request

import autobahn
from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol

base = sys.argv[1]


def session():
    with urllib.request.urlopen(base + "/") as response:
        return response.headers["Set-Cookie"].split(";")[0]


class Client(WebSocketClientProtocol):
    def __init__(self):
        super().__init__()
        self.events, self.pongs = asyncio.Queue(), asyncio.Queue()
        self.closed = asyncio.get_running_loop().create_future()

    def onMessage(self, payload, isBinary):
        assert not isBinary
        self.events.put_nowait(json.loads(payload.decode("utf-8")))

    def onPong(self, payload):
        self.pongs.put_nowait(payload)

    def onClose(self, wasClean, code, reason):
        self.closed.set_result((wasClean, code, reason))

    async def until(self, wanted):
        while True:
            event = await asyncio.wait_for(self.events.get(), 60)
            if wanted(event):
                return event

    async def ask(self, request, size=None, **fields):
        self.sendMessage(json.dumps({"request": request, "id": request, **fields}, ensure_ascii=False).encode(), fragmentSize=size)
        return await self.until(lambda e: e.get("id") == request)

    async def beat(self, payload):
        self.sendPing(payload)
        assert await asyncio.wait_for(self.pongs.get(), 60) == payload


async def main():
    factory = WebSocketClientFactory(base.replace("http", "ws", 1) + "/connect", origin=base, headers={"Cookie": session()})
    factory.protocol = Client
    factory.setProtocolOptions(failByDrop=False, utf8validateIncoming=True, applyMask=True)
    address = urllib.parse.urlsplit(base)
    _, client = await asyncio.get_running_loop().create_connection(factory, address.hostname, address.port)
    me = (await client.until(lambda e: e["event"] == "welcome"))["userId"]
    await client.beat(b"")
    room = (await client.ask("createRoom", size=40))["roomId"]
    assert (await client.ask("joinRoom", size=40, roomId=room))["event"] == "ok"
    # A prime number of bytes to a frame cuts characters of each length in two.
    said = {"value": "5", "comment": "ü½€∞🂡 " * 12}
    assert (await client.ask("estimate", size=29, roomId=room, **said))["event"] == "ok"
    await client.beat(bytes(range(125)))
    assert (await client.ask("reveal", roomId=room))["event"] == "ok"
    await client.ask("joinRoom", roomId=room)  # asks for a full status
    status = await client.until(lambda e: e["event"] == "roomStatus")
    assert status["room"]["members"][me]["estimate"] == said, status
    client.sendClose(3000, "bye")
    assert await asyncio.wait_for(client.closed, 60) == (True, 3000, "bye"), client.closed
    print("a round with python3-autobahn", autobahn.__version__)


asyncio.run(main())
