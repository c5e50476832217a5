package client

import (
	"context"
	"fmt"

	"github.com/gorilla/websocket"
)

// DialPlain connects to a WebSocket of some other server, without a session.
func DialPlain(ctx context.Context, url string) (*Conn, error) {
	dialer := websocket.Dialer{ReadBufferSize: 4 << 10, WriteBufferSize: 1 << 10}
	ws, resp, err := dialer.DialContext(ctx, url, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return newConn(ws, 0), nil
}
