// Package transport serves clients: the web page and its assets over HTTP, and the
// wire protocol over WebSocket.
//
// A [Server] is an http.Handler for the public port. It answers only to the
// configured hosts, gives a session to everybody who fetches the page, and upgrades
// /connect after the checks of the protocol, in their order. Behind each connection
// stands a [Session], which Config.Connect makes. This package decodes a client's
// messages, enforces its limits, and hands the requests to the session one at a
// time, in order.
//
// In the other direction a [Conn] never makes its caller wait. Events wait in a
// short queue, and of each room's statuses only the newest waits. The caller writes
// what the socket takes at once; the rest costs a goroutine, until it is written. A
// client that reads too slowly is cut, and nobody else notices.
//
// An idle connection costs one goroutine, one timer and two small buffers.
package transport
