// Two users play a round through npm's ws, knowing nothing but the wire
// contract. Usage: node round.cjs http://127.0.0.1:PORT
const WebSocket = require("ws");
const assert = require("node:assert/strict");

const base = process.argv[2];
let asked = 0;

/** What an RFC 7396 merge patch makes of a value. */
function merge(value, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const merged = value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
  for (const [name, part] of Object.entries(patch)) {
    if (part === null) delete merged[name];
    else merged[name] = merge(merged[name], part);
  }
  return merged;
}

async function connect() {
  const response = await fetch(base + "/");
  const cookie = response.headers.get("set-cookie").split(";")[0];
  const socket = new WebSocket(base.replace("http", "ws") + "/connect", { headers: { cookie }, origin: base });
  const client = { socket, seen: [], waiting: [] };
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString());
    client.seen.push(message);
    if (message.event === "roomStatus") client.room = message.room;
    if (message.event === "roomPatch") client.room = message.room = merge(client.room, message.patch);
    client.waiting = client.waiting.filter(({ wanted, done }) => !(wanted(message) && (done(message), true)));
  });
  client.until = (wanted) => new Promise((done, fail) => {
    client.waiting.push({ wanted, done });
    setTimeout(() => fail(new Error(`waited in vain for ${wanted}`)), 60_000).unref();
  });
  client.ask = (request, fields = {}) => {
    const id = `js-${++asked}`;
    const answer = client.until((m) => m.id === id);
    socket.send(JSON.stringify({ request, id, ...fields }));
    return answer;
  };
  client.me = (await client.until((m) => m.event === "welcome")).userId;
  return client;
}

(async () => {
  const [ada, bob] = [await connect(), await connect()];
  const { roomId } = await ada.ask("createRoom");
  await ada.ask("joinRoom", { roomId });
  assert.equal((await bob.ask("joinRoom", { roomId, role: "estimator" })).event, "ok");
  assert.equal((await bob.ask("estimate", { roomId, value: "8", comment: "tests", round: 1 })).event, "ok");
  assert.equal((await bob.ask("estimate", { roomId, value: "8", round: 2 })).code, "stale_round");
  assert.equal((await bob.ask("clear", { roomId })).code, "not_owner");
  const status = bob.until((m) => m.room?.revealed);
  await ada.ask("reveal", { roomId });
  const { room } = await status;
  assert.deepEqual(room.members[bob.me].estimate, { value: "8", comment: "tests" });
  assert.equal(room.summary.mean, 8);
  assert.equal((await ada.ask("clear", { roomId, round: 1 })).event, "ok");
  console.log("a round with npm's ws");
  process.exit(0);
})();
