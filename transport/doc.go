// Package transport is how clients reach the service: the web page and its
// assets over HTTP, and the wire protocol over WebSocket.
//
// A [Server] is an http.Handler for the public port. It answers only to the
// hosts it was told about, gives a session to whoever fetches the page, and
// upgrades /connect after the checks of the protocol, in its order. What stands
// behind a connection is a [Session], made by the function given as
// Config.Connect; this package decodes a client's messages, holds it to its
// limits, and hands the requests over one at a time, in order.
//
// In the other direction a [Conn] never makes its caller wait. Events queue up
// in a short queue; of a room's statuses only the newest is kept. What the
// socket takes at once is written by the caller; only what it does not take
// costs a goroutine, for as long as it takes. A client that reads too slowly is
// cut, and nobody else notices.
//
// An idle connection is one goroutine, one timer and two small buffers.
package transport
