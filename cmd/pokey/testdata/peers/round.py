"""Two users play a round through Debian's python3-websockets, knowing nothing
but the wire contract. Usage: round.py http://127.0.0.1:PORT"""

import asyncio
import json
import sys
import urllib.request

import websockets

base = sys.argv[1]


def session():
    with urllib.request.urlopen(base + "/") as response:
        return response.headers["Set-Cookie"].split(";")[0]


class Client:
    def __init__(self, socket):
        self.socket, self.asked, self.seen = socket, 0, []

    async def until(self, wanted):
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            self.seen.append(message)
            if wanted(message):
                return message

    async def ask(self, request, **fields):
        self.asked += 1
        me = f"py-{id(self)}-{self.asked}"
        await self.socket.send(json.dumps({"request": request, "id": me, **fields}))
        return await self.until(lambda m: m.get("id") == me)


async def connect():
    socket = await websockets.connect(
        base.replace("http", "ws", 1) + "/connect", extra_headers={"Cookie": session(), "Origin": base})
    client = Client(socket)
    client.me = (await client.until(lambda m: m["event"] == "welcome"))["userId"]
    return client


async def main():
    ada, bob = await connect(), await connect()
    assert (await bob.ask("setName", name="Bob"))["event"] == "ok"
    room = (await ada.ask("createRoom", deck="tshirt"))["roomId"]
    for client in ada, bob:
        assert (await client.ask("joinRoom", roomId=room))["event"] == "ok"
    assert (await bob.ask("reveal", roomId=room))["code"] == "not_owner"
    assert (await bob.ask("estimate", roomId=room, value="XL", comment="über-komplex ½"))["event"] == "ok"
    assert (await bob.ask("estimate", roomId=room, value="5"))["code"] == "invalid_estimate"
    assert not any("XL" in json.dumps(m) and "estimate\":" in json.dumps(m) for m in ada.seen if m["event"] == "roomPatch")
    assert (await ada.ask("estimate", roomId=room, value="S"))["event"] == "ok"
    await ada.ask("reveal", roomId=room, round=1)
    await bob.ask("joinRoom", roomId=room)  # asks for a full status
    status = await bob.until(lambda m: m["event"] == "roomStatus")
    shown = status["room"]["members"][bob.me]["estimate"]
    assert shown == {"value": "XL", "comment": "über-komplex ½"}, shown
    assert status["room"]["summary"]["mean"] is None and status["room"]["summary"]["spread"] == 3, status["room"]["summary"]
    for client in ada, bob:
        await client.socket.close()
    print("a round with python3-websockets", websockets.version.version)


asyncio.run(main())
