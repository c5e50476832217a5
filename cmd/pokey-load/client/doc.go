// Package client speaks to a Pokey server as the page does, over HTTP and
// WebSocket and by nothing but the wire contract. It shares no code with the server,
// not even the WebSocket library, so it can do no more than a stranger's client.
//
// A [Site] is a server; it gives sessions and single connections ([Conn]),
// which is all that a load generator wants. A [Client] is a user who stays: it
// connects again by the rules of the close codes, joins its rooms again, sends
// again what was not answered, and keeps a copy of each room's state.
package client
