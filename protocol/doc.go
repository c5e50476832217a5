// Package protocol is the wire contract between Pokey and its clients, version 2: what a
// browser, a bot or a load generator may rely on. This page is all of it. The Go
// declarations of the package are how the server reads and writes messages, and the files
// under testdata pin them.
//
// The protocol only grows: there may be new optional fields, requests, events and codes,
// and a client ignores those it does not know. Nothing here is renamed, retyped or
// dropped.
//
// Every server has this page at docs/ below its base path, with the same as an AsyncAPI
// document at docs/asyncapi.yaml, which has a schema and examples for each message.
//
// # A session in short
//
// A client fetches the page once to get its cookie, opens a WebSocket, and takes part.
// Here > is what the client sends and < what the server sends; ids are shortened, and
// line breaks are only for reading.
//
//	GET /                                      -> Set-Cookie: pokey_plain_8080=…
//	GET /connect  (WebSocket, with the cookie) -> 101
//
//	< {"event":"welcome","protocol":2,"userId":"u1","name":"Guest","server":"2.0.0",
//	   "named":false,"now":"2026-11-23T12:00:00.000Z","limits":{…}}
//	> {"request":"setName","id":"k7q1","name":"Ada"}
//	< {"event":"user","userId":"u1","name":"Ada"}
//	< {"event":"ok","id":"k7q1"}
//	> {"request":"createRoom","id":"m3xa","topic":"Login page"}
//	< {"event":"roomCreated","roomId":"r1"}
//	< {"event":"ok","id":"m3xa","durable":true,"roomId":"r1"}
//	> {"request":"joinRoom","id":"p9f0","roomId":"r1"}
//	< {"event":"roomStatus","roomId":"r1","version":3,"room":{…}}
//	< {"event":"ok","id":"p9f0","durable":true}
//	> {"request":"estimate","id":"t2hd","roomId":"r1","round":1,"value":"5"}
//	< {"event":"ownEstimate","roomId":"r1","round":1,"value":"5","comment":""}
//	< {"event":"ok","id":"t2hd","durable":true}
//	< {"event":"roomPatch","roomId":"r1","since":3,"version":4,
//	   "patch":{"estimates":1,"members":{"u1":{"estimated":true}}}}
//
// The ok and the events that follow one request may come in another order than here,
// unless this page says otherwise. An ok to joinRoom does not mean that the status has
// come. The cookie has the name that a server without configuration gives it; a client
// sends back the cookie it was given, under whatever name.
//
// # Addresses
//
// Everything is below ORIGIN and the base path, which is / unless -base-path says
// otherwise. The page of a room is also the link to send:
//
//	ORIGIN + BASE + "r/" + roomId     https://poker.example.com/r/0k3…
//	ORIGIN + BASE + "connect"         wss://poker.example.com/connect
//
// A room id is lower case and has no other spelling. Its alphabet is
// 0123456789abcdefghjkmnpqrstvwxyz, which is Crockford's base32 and not that of RFC 4648.
//
// An HTTP request that is refused is answered with a JSON object such as
// {"error":"origin_not_allowed"}. Status 429 and 503 come with Retry-After in seconds.
// The codes:
//
//	400  bad_handshake         not a WebSocket handshake: key, body or two origins
//	400  bad_request           a body, or two origins, where none may be
//	401  session_required      no valid session
//	403  origin_not_allowed    a page of another site
//	404  not_found             nothing has this path
//	405  method_not_allowed    Allow names the methods
//	409  session_not_fresh     the session is not from sign-out-others/fresh, or is too old
//	421  host_not_allowed      the Host is none of the service's
//	426  upgrade_required      not a WebSocket upgrade of version 13
//	429  rate_limited          too many requests of this kind from the address
//	429  too_many_connections  the address or the session has all it may have
//	500  internal              a fault of the server
//	503  unavailable           the session could not be checked, or not ended
//	503  server_full           the server has all the connections it may have
//	503  draining              the server is about to stop
//
// # Identity
//
// Any asset of the site (GET /, GET /r/{roomId}, a script, …) that is fetched without a
// valid session answers with a signed and encrypted session cookie that holds a fresh
// user id. What a browser fetches for a page (Sec-Fetch-Dest is there and not document)
// need not set one, since the page just did. A response that sets the cookie is
// Cache-Control: no-store.
//
// The cookie is HttpOnly and SameSite=Lax, and its path is the base path. It is called
// __Host-pokey and Secure when the configured public origin is https (__Secure-pokey
// below a base path, for which browsers allow no __Host-), else pokey_plain. Services on
// one host are told apart by name: the name ends in _ and the port if that is not the
// scheme's own, and then in . and the base path if there is one. So it is called
// pokey_plain_8080 on port 8080, which is the default. A session that was issued over
// plain http is not valid over https. The user id is public inside rooms and is no
// credential; only the cookie is.
//
// Where the operator lets other sites show the page in a frame (-embed-origin), a page
// that is loaded into a frame (Sec-Fetch-Dest is iframe) without that cookie gets one of
// its own: its name ends in ~embedded, and it is SameSite=None, Secure and Partitioned.
// If a request brings both, the ordinary one counts.
//
// A session is renewed while it is used, for 90 days after the user's first one unless
// the operator says otherwise; then a page load brings another user. A session that its
// user has ended is no longer valid, and the connections made with it close with 4001.
//
// Signing out other devices takes two requests, so that a lost answer costs nobody their
// session. POST /sign-out-others/fresh answers 204 with a fresh cookie of the same user,
// and ends nothing. POST /sign-out-others with that cookie ends all sessions of the user
// that were issued before it: it answers 204, every connection of the user closes with
// 4001, and the client with the fresh cookie connects again. The second request must come
// within a minute of the first, else the answer is 409 and the client sends both again.
// Host, Origin and session are checked as for connecting, and neither request has a body.
// No other HTTP request changes anything. After 429, with Retry-After, nothing has been
// done. After 503, or without an answer, it may have been done, and the client may send
// it again.
//
// GET /connect upgrades to WebSocket. These are checked in this order, before the
// upgrade:
//
//	405      the method is not GET
//	421      the Host is not allowed
//	426/400  not a WebSocket handshake
//	403      the Origin is none of -public-origin: scheme, host and port count. Without
//	         -public-origin it must be http:// or https:// and the request's Host. A
//	         client that sends no Origin is let in, unless -require-origin is set
//	401      no valid session
//	429      per-IP or per-session limit, with Retry-After
//	503      full or draining, with Retry-After
//	101      connected
//
// # Messages
//
// Text frames, one JSON object each, UTF-8, at most 16 KiB from the client. White space
// around the object is allowed, a byte order mark is not. Field names are lowerCamelCase
// and match exactly. Duplicate keys at any depth (however they are escaped), half of a
// surrogate pair, trailing data, a non-object, depth over 16: bad_json. Unknown fields
// are ignored, but have to be JSON as strict as the rest. Numbers, strings, booleans and
// null are not coerced into each other. An integer is written without fraction and
// exponent and is at most 2^53-1 either side of zero. A field that is missing or of the
// wrong type is bad_request; a question mark here marks a field that may be missing,
// which is not the same as null.
//
// The server does not compress, and refuses compressed frames. It sends a WebSocket ping
// every 25 s and closes with 4102 if the pong takes longer than 10 s. It closes with 1002
// if a message is not finished 5 s after its first byte.
//
// A client message has a request and, optionally, an id (string, 1–64 characters). A
// request with an id is answered by exactly one ok or error carrying the same id; a
// request without one is answered only when it fails. An error for a message that is
// bad_json, or whose id is not such a string, carries no id. The requests of one
// connection are handled in order. Sending a request again with the same id (after a
// reconnect) has its effect once; a client sends the same bytes again.
//
// An id belongs to the user, not to the connection. It is remembered for 2 minutes, for
// all connections of the user, and through a crash of the server. If two bots of one user
// both counted from 1, the server would take the requests of the second for repetitions:
// an ok and no effect. So make ids random, or begin them with something random. A room
// remembers the last 16 requests of each user that changed it, and the server the last 8
// rooms that each user created.
//
// # Requests
//
// For anyone:
//
//   - setName {name}: the user's displayed name, in all their rooms and connections.
//   - setMark {colour?, emoji?}: what the user is recognised by beside their name, in all
//     their rooms and connections: a colour and an emoji, each null for none of their
//     choice. What is missing stays.
//   - createRoom {topic?, deck?, options?}: a new room owned by the user; ok and
//     roomCreated carry roomId. The creator is not joined by it.
//   - joinRoom {roomId, role?, wait?}: joins this connection, as estimator or observer;
//     answers with a full roomStatus. Joining again is how to ask for a full status.
//     Without role a member keeps theirs, and a newcomer is an estimator. With wait true
//     a newcomer to a locked room waits to be let in, as "Waiting to be let in" says. A
//     user can be a member of
//     100 rooms, else too_many_rooms. An id that no server of the service has made is
//     refused as room_not_found, and after ten of them within a minute as rate_limited;
//     genuine ids can always be joined.
//   - forgetMe {}: the user ends at once, as if they had expired. The rooms they own
//     close, they are no longer a member elsewhere, and their name and estimates are
//     removed from histories and from every store. After the ok all their connections
//     close with 4001, and their sessions are no longer valid anywhere.
//   - resolveCode {code}: ok, with the roomId of the room that has this short code, for
//     joinRoom; else room_not_found. code is what somebody has written: case, blanks and
//     hyphens do not matter, o counts as 0, i and l as 1. Codes that no room has are
//     limited for an address (20, and one more each minute) and for a server
//     (rate_limited).
//   - ping {}: ok, with the server's clock in now; for measuring, and for clients that
//     cannot see WebSocket pings.
//
// For members:
//
//   - leaveRoom {roomId}: this connection leaves; the member and their estimate go with
//     the user's last joined connection. An owner who leaves stays the owner.
//   - estimate {roomId, value, comment?, round?}: for estimators; submits or replaces the
//     user's estimate, comment and all: without comment there is none. value is a string,
//     or null, which takes the estimate back. In a hidden room others see only that it
//     exists; in a revealed room it is displayed.
//   - estimateAhead {roomId, topicId, value, comment?}: for estimators; the same for one
//     of the topics to come, which topicId names (see below): unknown_topic if it is not
//     on the list. A member's estimates of topics to come have at most 16 KiB of text
//     together, counting 16 bytes more for each: ahead_full.
//   - setRole {roomId, role}: estimator or observer. An observer's estimate is dropped,
//     unless it is displayed and late estimates are locked. Those of topics to come are
//     kept, and do not count while they observe.
//   - acceptRoom {roomId}: takes a room that is offered to the user. They become the
//     owner; the old owner becomes a deputy if they are a member. A deputy may also take
//     a room that is not offered, once its owner has been offline for 15 minutes: it
//     would expire with them. not_owner if the user may not take it, too_many_rooms if
//     they own as many as they may.
//   - succeedRoom {roomId}: goes on without the owner. It is possible when neither the
//     owner nor a deputy has been online for 30 s, or when a revived room has no owner,
//     else not_owner; succeedAt in the room says when. It makes a new room owned
//     by the user, with the topic, topics, deck and options of this one and no estimates:
//     ok and roomCreated carry its id, and successor in this room tells everybody of it,
//     until the next round. Only the first makes one: for later ones ok and roomCreated
//     carry its id. This room stays its owner's. too_many_rooms as in createRoom. The
//     time in which the server was down does not count, here and for a deputy who takes
//     the room or a stand-in.
//   - history {roomId, before?, limit?}: answers with one roomHistory to this connection,
//     after the ok if there is an id: the newest rounds whose number is below before, or
//     of all, at most limit of them (20 if it is missing, 50 at most) and not more than
//     256 KiB. before and limit are integers from 1.
//
// For facilitators, who are the owner, the owner's deputies and a stand-in. There are
// deputies only where the owner named them, and a stand-in only where the owner switched
// the option standIn on:
//
//   - reveal {roomId, round?}: everyone sees all estimates. If there are at least two,
//     all equal, and not "?", "☕", "∞" or another card without a size, the round is
//     settled on that value.
//   - hide {roomId, round?}: hides them again, keeping them. revealedBy says that they
//     were seen.
//   - clear {roomId, round?}: removes all estimates, hides, starts the next round; the
//     finished round goes to the history.
//   - setTopic {roomId, topic, key?, url?, estimate?}: what is being estimated: its
//     title, and what is known of it as a story (see below).
//   - undo {roomId, round?}: takes back the last reveal, clear or nextTopic made at most
//     10 s ago, else nothing_to_undo. Undoing a clear brings back the round number,
//     topic, topics, estimates, revealed flag, revealedBy and agreed value, and drops the
//     archived round: round goes down by one. Undoing a reveal leaves revealedBy. The
//     next reveal, hide, clear or change of deck ends the possibility; that of undoing a
//     clear also ends with the next estimate.
//   - settle {roomId, value, round?}: records the agreed value of the revealed round
//     (not_revealed while hidden). value is a card of the deck or any other 1–16
//     characters, since a team may meet between two cards; null takes it away. It ends
//     with the round, which keeps it in the history, and with a hide.
//   - amendRound {roomId, finished, value}: changes the agreed value of a finished round,
//     whose number is finished; null takes it away. unknown_round if the history does not
//     have it.
//   - setTopics {roomId, topics}: replaces the list of topics to come: at most 200, and
//     at most 64 KiB of text together, else invalid_topic. Each is a story, or a string,
//     which is a story's title. The history keeps 100 rounds: whoever works through a
//     longer list and wants all of its values reads the history before that.
//     A topic that was on the list keeps its topicId, and what was estimated of it: it is
//     the one whose topicId is given, or else one with the same title and key.
//   - addTopics {roomId, topics}: puts more behind the list, within the same bounds. A
//     list that does not fit into one message is sent in pieces. An undo of a clear made
//     before does not take them away.
//   - nextTopic {roomId, round?, index?}: like clear, and the first of the topics to come
//     becomes the topic; it becomes empty when there is none. With index, which is
//     counted from 0, it is that topic (invalid_topic if there is none), and a topic that
//     is hidden and whose estimates nobody has seen goes back to the top of the list, and
//     they with it. What was estimated ahead of the new topic becomes the round's.
//   - revealAhead {roomId, round?}: everyone sees all estimates of topics to come. Each
//     topic that somebody has estimated becomes a revealed round of the history, in the
//     order of the list and settled as in reveal, at most as many as the history keeps;
//     others stay on the list. If the current round has estimates, it is revealed and
//     ends as the first of them, and the next topic takes its place. Otherwise it goes
//     on, with a higher number. Nothing happens if no topic to come was estimated. It
//     cannot be undone.
//   - startTimer {roomId, seconds}: 10–3600, else invalid_option. Starts the timer again
//     if it runs.
//   - stopTimer {roomId}: takes the timer away.
//   - showCode {roomId}: gives the room a short code, shown as code, unless it has one.
//     The code stays for as long as the room lives, and is another one if the room is
//     revived.
//   - lockRoom {roomId, locked}: locked is true or false. In a locked room nobody becomes
//     a member who is not one, unless a facilitator lets them in: room_locked. Members
//     come back as ever, also those who are offline, and so does the owner.
//   - admitUser {roomId, userId, admitted}: admitted is true or false. Lets somebody in
//     who waits, or refuses that; then they cannot wait for 5 minutes: room_locked.
//     unknown_member if they do not wait, room_full if there is no place.
//   - removeAway {roomId}: removes everybody who is offline, with their estimate, except
//     the owner and the deputies. They may join again.
//
// For the owner only. The owner need not be a member, neither for these nor for what
// facilitators may do:
//
//   - setDeck {roomId, deck}: the cards. While the round is revealed the estimates that
//     are no longer in the deck are dropped, and so is an agreed value. While it is
//     hidden all estimates are dropped alike, whatever they are, if the cards differ. So
//     are always those of topics to come.
//   - setOptions {roomId, options}: changes the options that are given.
//   - setDeputy {roomId, userId, deputy}: deputy is true or false; unknown_member if the
//     user is not a member.
//   - transferRoom {roomId, userId}: offers the room to a member, shown as offeredTo, and
//     replaces an earlier offer. It takes effect with their acceptRoom. The offer ends
//     when they leave; the owner's own userId withdraws it. unknown_member if the user is
//     not a member.
//   - removeMember {roomId, userId, forGood?}: member and estimate go, and their
//     connections get roomLeft with reason removed. They may join again, unless forGood
//     is true: then they are not_admitted from then on, until the owner sends
//     removeMember for them once more, without forGood. A room remembers the last 100 it
//     is not to admit. unknown_member if the user is not a member or the owner
//     themselves.
//   - closeRoom {roomId}: everybody joined gets roomClosed with reason closed, and
//     nothing is kept of the room. As long as its owner has not expired its link does not
//     revive it: room_not_found. too_many_rooms for a user who has closed 256 rooms.
//
// round, where given, is an integer from 1 and must be the room's current round, else
// stale_round and nothing changes: a retry or a slow click never hits the next round.
//
// Inside a room a request is refused for the first of these that applies: not_member;
// not_owner or not_estimator; stale_round; the value (one of the codes invalid_…); the
// rest.
//
// A story is an object with a title (1–200 graphemes) and, each only if known: key, what
// its tracker calls it (1–40 graphemes), url, where it is there (http or https, with a
// host and no user name, at most 500 bytes), and estimate, what it was estimated before
// (1–16 graphemes). None but the title has white space at its ends. Else invalid_topic.
// Each of the topics to come has a topicId, an integer from 1, which names it for as long
// as it is on the list, whatever becomes of its texts and its place. No other topic of
// the room ever has it.
//
// # Waiting to be let in
//
// Whoever sends joinRoom with wait to a locked room, and is not a member, gets an ok and
// then roomWaiting with state waiting. Members see who waits, in waiting of the room. Of
// the room the one who waits is told nothing: no name, no topic, no status. Requests
// about the room are not_member for them, but for leaveRoom, which ends the waiting.
//
// They wait for 2 minutes from their last joinRoom on. So a client sends joinRoom with wait
// every 20 s, and after each welcome; that is also how they are known again after a
// failure of the server. 20 users can wait at a room, else room_full; if they do, somebody
// from an address with many of them gives way to somebody from one with fewer. Each end
// of the waiting but a leaveRoom is told to all connections of the user: with state
// admitted once they have been let in, or the room is no longer locked, and joinRoom
// joins; with state refused; or with state ended if they gave way or were late, or the
// room was closed.
//
// # Text
//
// Text is NFC, without control characters, of which line breaks are some, bidirectional
// overrides, or more than 4 combining marks on a base. A name has 1–40 graphemes, at most
// 200 bytes of UTF-8 and a letter or digit, and is trimmed (invalid_name); a topic has
// 0–200 graphemes and at most 1024 bytes (invalid_topic); a comment has 0–500 graphemes
// and at most 4096 bytes (invalid_estimate, as for the value: if the value is a card of
// the deck, it was the comment).
//
// Invisible characters (zero width space, soft hyphen, word joiner, byte order mark and
// what else Unicode calls default ignorable) are removed before a text is judged or
// compared. Joiners and variation selectors stay where a word or an emoji would look
// different without them.
//
// A user who has not said their name is called Guest, with named false, which is absent
// for everybody else.
//
// The colours of a mark are blue, violet, pink, red, orange, olive, green and teal; how
// they look is up to the client, which also chooses one, from the user's id, where a user
// has chosen none. An emoji is one symbol that is as wide as two letters, at most 32
// bytes. A digit in a frame is none. Else invalid_mark.
//
// # Estimates and decks
//
// A user has one estimate per room, however many connections; each of their joined
// connections is associated with it. A member whose last connection drops without leaving
// stays, with online false, and with their estimate, until they leave, are removed or
// their user expires. In a full room a newcomer takes the place of the member who joined
// last among those who have been offline for 3 s, have never estimated in it and are
// neither its owner nor a deputy, if there is one.
//
// A deck is written {"name": string, "cards": [string, …]} with 1–40 different cards of
// 1–16 characters, or the name of a preset as a string. A deck's name has 1–40 graphemes.
// An estimate's value is one of the deck's cards. A deck with no cards ("cards": [])
// takes any value of 1–16 characters. In bytes a card or a value has at most 128 and a
// deck's name 200. A room begins with fibonacci unless createRoom says otherwise. The
// presets:
//
//	fibonacci           0 1 2 3 5 8 13 21 34 ? ☕
//	modified-fibonacci  0 ½ 1 2 3 5 8 13 20 40 100 ? ☕
//	tshirt              XS S M L XL XXL ? ☕
//	powers-of-two       0 1 2 4 8 16 32 64 ? ☕
//	sequential          0 1 2 3 4 5 6 7 8 9 10 11 12 13
//	hours               0 1 2 4 8 16 24 40 ? ☕
//
// # Options
//
// options is an object. Every option may be given or left out:
//
//   - autoReveal (true or false, at first false): when every online estimator has an
//     estimate, and there is at least one, the room counts down from 3 s, shown as
//     revealAt, and reveals by itself. Each estimate meanwhile starts the count-down
//     again; an estimate taken back, a new estimator without one or switching the option
//     off ends it. hide and undo do not start it.
//   - lateEstimates ("allowed" or "locked", at first "allowed"): whether an estimate may
//     be submitted, replaced or taken back while the room is revealed. Where it may not:
//     estimates_locked.
//   - standIn (true or false, at first false): when neither the owner nor any deputy has
//     been online for 30 s, the online member who has been there longest, estimators
//     first, is shown as standIn and may do what a facilitator may, until the owner or a
//     deputy is back. Members who joined after the last of those had left do not stand
//     in.
//
// # Events
//
//   - welcome {protocol, userId, name, named?, colour?, emoji?, server, now, limits}: the first message on
//     every connection. protocol is 2, server the server's version, now its clock, so
//     that a client can run count-downs on one clock.
//   - ok {id, durable?, roomId?, now?}: the change is committed. durable is there for a
//     request that changes a room: true once the change is on disk, also where there was
//     nothing to change, else false. roomId is there for createRoom,
//     succeedRoom and resolveCode, now for ping.
//   - error {code, message, id?, request?, roomId?, retryable}: nothing was changed.
//     request and roomId repeat the message's, as far as they could be read. message is
//     for people.
//   - user {userId, name, named?, colour?, emoji?}: the user's own name or mark changed; to
//     all their connections.
//   - roomCreated {roomId}: to the connection that created it.
//   - roomStatus {roomId, version, room}: the whole room as every member may see it.
//   - roomPatch {roomId, since, version, patch}: patch is an RFC 7396 merge patch from
//     version since to version version of room.
//   - ownEstimate {roomId, round, value, comment}: to the user's own joined connections,
//     on join and when it changes; value is null when there is none.
//   - roomWaiting {roomId, state}: how it stands with the user's waiting to be let in; to
//     all their connections. state is waiting, admitted, refused or ended.
//   - ownAhead {roomId, all?, estimates}: to the user's own joined connections, on join if
//     the room has topics to come and when one changes: the user's estimates of topics to
//     come, each {value, comment}, by the ids of the topics, null where there is none any
//     more. With all, which is absent unless true, the user has no others. It does not
//     tell that a topic is no longer on the list: with the topic its estimates are gone.
//   - roomLeft {roomId, reason}: this connection is no longer in the room. reason is left
//     or removed.
//   - roomClosed {roomId, reason}: the room is gone. reason is expired, and then its link
//     can revive it, or closed.
//   - roomHistory {roomId, rounds, more}: a page of the finished rounds, oldest first.
//     more is true if there are older ones.
//   - closing {reason, retryAfterMs}: the server is about to close; reconnect after that
//     many milliseconds. 0 means that another server is ready: a client may connect to it
//     at once and close this connection when the other one has said welcome. reason is
//     restart, or busy: so many people arrive that somebody waited in vain to be welcomed
//     or to join a room.
//
// In welcome, limits says what the server will take, so that clients do not have to find
// out by being refused. Zero means no limit:
//
//	{"messageBytes": 16384, "messageRate": 10, "messageBurst": 30,
//	 "nameLength": 40, "topicLength": 200, "commentLength": 500,
//	 "nameBytes": 200, "topicBytes": 1024, "commentBytes": 4096,
//	 "roomsPerUser": 10, "membersPerRoom": 100,
//	 "keyLength": 40, "urlBytes": 500, "topics": 200, "topicsBytes": 65536, "aheadBytes": 16384,
//	 "history": 100, "userExpiry": 7200}
//
// messageRate is in messages a second, messageBurst in messages at once, the four
// lengths in graphemes, topics in stories to come, topicsBytes in bytes of all their
// texts, aheadBytes in bytes of a member's estimates of them, history in finished rounds. userExpiry is how many seconds a user lives, and
// their rooms with them, after their last connection has closed. No event but roomStatus
// and roomPatch is longer than 256 KiB, and with these limits those are not longer than
// 1 MiB.
//
// As long as a room's epoch stays, its versions only grow. They may skip: under a burst
// the server sends the latest state, not every step. After a roomClosed, or with another
// epoch, a client forgets all it knew of the room. A client that sees a since which is
// not its version joins again. The server sends patches only where they are smaller; a
// client must take both, and a patch may be {}. In a patch null removes a field; a
// removed summary means what summary null means: there is none. Events other than
// ownEstimate, ok, error and those about one connection or user are the same bytes for
// every member.
//
// Points in time are RFC 3339 in UTC. Those that are counted down to, and now, have
// milliseconds (2026-11-23T12:00:00.000Z); createdAt and finishedAt have none.
//
// # The room
//
//	{"id": "…", "epoch": "…", "ownerId": "…", "revealed": true, "round": 3, "estimates": 2,
//	 "topic": "Login page", "createdAt": "2026-11-23T12:00:00Z", "finished": 2,
//	 "amended": 1, "agreed": "5", "agreedNumber": 5, "revealedBy": "<userId>",
//	 "code": "k7m2qx", "locked": true, "offeredTo": "<userId>",
//	 "ownerAwaySince": "2026-11-23T11:59:00.000Z", "succeedAt": "2026-11-23T11:59:30.000Z",
//	 "revealAt": "2026-11-23T12:00:03.000Z",
//	 "timerEndsAt": "2026-11-23T12:05:00.000Z",
//	 "undo": "reveal", "undoUntil": "2026-11-23T12:00:10.000Z", "saved": false,
//	 "options": {"autoReveal": false, "lateEstimates": "allowed", "standIn": false},
//	 "deck": {"name": "fibonacci", "cards": ["0", "1", "2", "3", "5"]},
//	 "story": {"key": "SHOP-1", "url": "https://tracker.example/SHOP-1", "estimate": "3"},
//	 "successor": {"roomId": "…", "by": "<userId>"},
//	 "topics": [{"title": "Log-out page", "topicId": 12, "key": "SHOP-2"}], "ahead": {"12": 2},
//	 "waiting": [{"userId": "…", "name": "Guest", "named": false, "colour": "teal", "emoji": "🦊"}],
//	 "members": {"<userId>": {"name": "Guest", "named": false, "colour": "teal", "emoji": "🦊",
//	                          "role": "estimator", "online": true,
//	                          "estimated": true, "ahead": 1, "deputy": true, "standIn": true,
//	                          "estimate": {"value": "5", "comment": "legacy parser"}}},
//	 "summary": {…}}
//
// The fields come in this order on the wire, after event, roomId and version, so that a
// light client can peek: scalars before options, deck, topics and members. What does not
// apply is absent and never null, but for summary:
//
//   - id, epoch: epoch changes when a room is revived from its id alone.
//   - ownerId: empty as long as the owner of a revived room has not been recognised.
//   - revealed, round, topic, createdAt: as they are.
//   - estimates: how many members have an estimate.
//   - finished: the number of rounds in the history.
//   - amended, absent until then: how often rounds of the history were changed, by
//     amendRound or because a user has expired. When it grows, what a client has of the
//     history is no longer true.
//   - agreed, absent unless settled: the agreed value; agreedNumber, absent unless it is a
//     number: the number.
//   - revealedBy, absent until then: who was the first to reveal the current round, a
//     user id, or "auto" if the room did by itself. It stays when the round is hidden
//     again or the reveal undone, until the round ends.
//   - code, absent if it has none: the short code, six lower-case characters of the
//     alphabet of room ids. People see it in capitals and in two groups of three.
//   - locked, absent unless true: nobody becomes a member who is not one and is not let
//     in.
//   - offeredTo, absent unless somebody is offered the room: their user id.
//   - ownerAwaySince, absent while the owner is online or no member: since when they have
//     been offline.
//   - succeedAt, absent while the owner or a deputy is online: from when on succeedRoom is
//     possible.
//   - revealAt, absent unless counting down: when the room reveals by itself.
//   - timerEndsAt, absent unless a timer was started: when it ends. It stays when that
//     time has passed (clients show 0:00) until stopTimer, clear or nextTopic.
//   - undo and undoUntil, absent unless something can be taken back: "reveal" or "clear",
//     and until when.
//   - saved, absent unless false: the server cannot write to disk at the moment.
//   - options: always all three.
//   - story, absent if nothing is known: what is known of the topic besides its title.
//   - successor, absent if there is none: the room that a member has gone on in with
//     succeedRoom, until the next round or until the owner removes that member.
//   - topics: the stories to come, perhaps none.
//   - ahead, absent if nobody has any: how many members have estimated each of them, by
//     their ids; those that nobody has are left out.
//   - waiting, absent if nobody does: who waits to be let in, in the order of their
//     asking, each with userId and name. named, colour and emoji are as in a member.
//   - members: by user id, in the order of the ids. Each has name, role, online and
//     estimated; ahead, absent for none, is how many of the topics to come they have
//     estimated; named is absent unless false; colour and emoji are absent unless the
//     member has chosen them; deputy and standIn are absent unless true;
//     estimate is there only while the room is revealed and the member has one.
//   - summary: null while hidden. Since a merge patch cannot set a null, a status whose
//     summary gets a null, because an estimate is no number, is sent whole.
//
// A summary:
//
//	{"votes": 3, "distribution": [{"value": "3", "count": 1, "step": 4}, {"value": "5", "count": 2, "step": 5}],
//	 "mean": 4.333333333333333, "median": 5, "min": 3, "max": 5,
//	 "consensus": false, "spread": 1, "lowest": "3", "highest": "5", "recommended": "5"}
//
// The distribution is in deck order, and without a deck in that of the numbers. mean,
// median, min and max are numbers, over numeric cards only, or null. consensus is true
// when all are equal, and at least two.
//
// A number is written with a decimal point or comma, with commas between thousands, as a
// fraction (1/2, 1 1/2) or with a character for one (½, 1½). A unit before or behind it,
// such as € or days, counts if all cards but 0 have it. ?, ☕, ∞ and what is no number
// stay out of the numbers, not of the distribution.
//
// The steps of a deck are its numbers, by size, or if it has none all its cards but ?, ☕
// and ∞. step is which of them a value is, from 1, absent if it is none. lowest and
// highest are the values at the ends, absent if no step was given, and
// spread is how many steps of the deck are between them, or null. Without a deck the
// values are steps if all of them are numbers, and spread is null. recommended is the
// lowest card at or above the median, absent without a deck or a step. Clients need no
// rule of their own for what is a number.
//
// # History
//
// One of the rounds in roomHistory:
//
//	{"round": 2, "topic": "Login page", "key": "SHOP-1", "url": "https://tracker.example/SHOP-1",
//	 "finishedAt": "2026-11-23T12:07:00Z", "deck": "fibonacci", "agreed": "5", "agreedNumber": 5,
//	 "estimates": [{"userId": "…", "name": "Ada", "value": "5", "comment": ""}],
//	 "hidden": 0, "revealedBy": "<userId>", "summary": {…}}
//
// key and url are absent if they are not known. agreed is null when nothing was settled,
// and agreedNumber absent if that is no number. A round that was cleared while hidden comes
// without its values: hidden says how many there were, estimates is empty and summary is
// null. revealedBy is as in the room: absent if nobody saw it. A round with no estimates
// is not archived.
//
// Two names have two meanings: finished is how many rounds the history has, in a room,
// and the number of one of them, in amendRound; estimates is how many there are, in a
// room, and a list of them, in a round of the history.
//
// A room keeps its newest 100 rounds, and no more than 1 MiB of them: the oldest go. A
// round that is larger than 120 KiB is cut: its longest comments are shortened, all to
// one length, and end with …; if that is not enough, the last estimates are left out and
// counted as hidden.
//
// # Secrecy
//
// The value and comment of a hidden estimate, and of one that was made ahead, reach no
// byte stream but those of the user's own connections: no status, patch, error, history, log, metric, trace, or readable link
// between nodes. Length, order and timing of what others receive do not depend on the
// value.
//
// # Error codes
//
// The set is closed, and a code is never reused. An error is retryable when the same
// request may work a little later.
//
//	bad_json          not one JSON object as described under Messages
//	bad_request       a field is missing or of the wrong type
//	unknown_request   no request of that name
//	invalid_name      see Text
//	invalid_mark      see Text
//	invalid_topic     see Text; also for one of the topics to come, or too many
//	invalid_deck      not a deck, or no preset of that name
//	invalid_estimate  not a card of the deck, or else a comment against the rules
//	invalid_role      neither estimator nor observer
//	invalid_option    an option cannot have this value, or a timer these seconds
//	not_member        the user is not a member of the room
//	not_owner         only the owner, or a facilitator, may do this; or not yet
//	not_estimator     observers do not estimate
//	room_not_found    joinRoom: no such room, or one that its owner has closed;
//	                  resolveCode: no room has that code
//	room_full         joinRoom, admitUser: as many members as a room may have; joinRoom
//	                  with wait: as many who wait
//	too_many_rooms    createRoom, acceptRoom, succeedRoom: as many rooms as a user may own;
//	                  joinRoom: a member of 100 rooms; closeRoom: 256 rooms closed
//	stale_round       another round is current
//	unknown_round     amendRound: the history does not have that round
//	unknown_member    the userId is not a member's; admitUser: not that of one who waits
//	unknown_topic     estimateAhead: the list does not have that topic
//	ahead_full        estimateAhead: as much text as a member may have there
//	not_revealed      settle: the round is hidden
//	estimates_locked  estimate: the room is revealed and the owner locked it
//	nothing_to_undo   undo: nothing, or too late
//	room_locked       joinRoom: the room admits nobody new who does not wait, or who was
//	                  refused
//	not_admitted      joinRoom: the owner has removed the user for good
//	rate_limited      too many requests (retryable)
//	unavailable       not at the moment (retryable)
//	storage_full      the service has no space to save anything in (retryable, but that may
//	                  take hours)
//	internal          a fault of the server (retryable)
//
// A forged id, a foreign id and a room one is not a member of are not told apart:
// room_not_found for joinRoom, not_member for everything else.
//
// # Close codes
//
//	1002  protocol error         4101  slow consumer
//	1003  binary frame           4102  no pong
//	1007  not UTF-8              4103  rate limited
//	1009  message too big        4104  too many errors
//	1011  internal error         4201  the room has moved
//	1012  restart, drain, busy   4202  resynchronise
//	4001  session invalid
//	4002  replaced by a newer connection of the same session
//
// 40xx: do not reconnect, unless with a fresh cookie after 4001. 41xx: reconnect with
// back-off. 42xx: reconnect at once. 1002, 1003, 1007 and 1009: the client has a fault,
// which reconnecting does not mend. 1011, 1012 and a socket that is lost without a close
// frame: reconnect with back-off.
//
// 4002 closes a connection that has been silent when a newer one of the same session
// needs its place. As long as none is silent, the newer one is refused with 429. 4103
// follows more than 100 requests in 10 s that were refused as rate_limited, or a flood of
// frames; 4104 more than 10 messages in 10 s that are not requests.
//
// # Reconnecting
//
//  1. Wait as long as the last closing said, or Retry-After; else a random time below a
//     limit that begins at 1 s and doubles with each failure up to 30 s. After 42xx do
//     not wait the first time.
//  2. Connect with the cookie. On 401, fetch the page once for another cookie: the user
//     is somebody new. On 403, 421 or 426, stop: it will not get better.
//  3. Wait 20 s for welcome, since a server that is busy lets people in by turns. After
//     welcome, forget what is known of the versions of rooms, and join each room
//     again. The roomStatus is whole.
//  4. If its epoch is another one, the room was revived and is empty, as "Rooms outlive
//     their memory" says. So is a room that is joined again after roomClosed.
//  5. Send again, with the same bytes, each request that had an id and no answer, unless
//     it is older than 2 minutes.
//
// A cookie is valid for 30 days after it was issued. It is renewed when a page is fetched
// with one that is older than 7 days, for 90 days in all. A bot may store it, and should
// fetch the page once a week. Whoever has the cookie is the user.
//
// # Rooms outlive their memory
//
// A room id is 40 lower-case base32 characters that certify themselves: version and key
// id, creation time, nonce, a tag that lets any node recognise the owner's session later,
// and a tag that lets any node refuse a made-up id without an actor or a read. Joining a
// valid id whose room has expired revives it: empty, hidden, a new epoch, the same owner,
// recognised when a session with that user id next connects. Members, estimates, topic,
// topics to come, deck, options, deputies, lock and history are gone, and users who were
// removed for good may join again. A room without a recognised owner ends with its last
// member. A room whose owner has changed has no owner when it is revived, for as long as
// a session can live: 90 days unless configured otherwise.
//
// # Expiry
//
// A user expires a finite interval (2 h unless configured otherwise) after their last
// connection closes; a connection in between cancels it. With the user go the rooms they
// own (members get roomClosed, reason expired) and their memberships elsewhere. Names and
// estimates are gone from every store within 60 s of that.
package protocol
