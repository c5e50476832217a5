package soak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// style is how a connection comes and goes. Connect returns "" if it ended as
// the wire contract says, and otherwise how it ended.
type style struct {
	name    string
	holds   bool // takes its time doing nothing
	connect func(ctx context.Context, r *runner, session client.Session) (ending string)
}

var styles = []style{
	{"clean", false, clean},
	{"reset", false, reset},
	{"half-open", true, halfOpen},
	{"unauthenticated", false, unauthenticated},
	{"oversized", false, oversized},
	{"flooding", false, flooding},
}

const (
	answerPatience = 10 * time.Second
	tooBig         = 16<<10 + 1 // one byte more than a message may have
	floodMessages  = 2000
	floodTime      = 250 * time.Millisecond
)

// open dials and reads the welcome.
func open(ctx context.Context, r *runner, session client.Session) (conn *client.Conn, ending string) {
	conn, err := r.Site.Dial(ctx, session)
	if err != nil {
		return nil, "dial: " + shortError(err)
	}
	conn.SetReadDeadline(time.Now().Add(answerPatience))
	if _, err := conn.Read(); err != nil {
		conn.Close()
		return nil, "welcome: " + shortError(err)
	}
	return conn, ""
}

// clean asks something, gets the answer and says goodbye.
func clean(ctx context.Context, r *runner, session client.Session) string {
	conn, ending := open(ctx, r, session)
	if ending != "" {
		return ending
	}
	defer conn.Close()
	if err := conn.Write([]byte(`{"request":"ping","id":"p"}`)); err != nil {
		return "write: " + shortError(err)
	}
	for {
		msg, err := conn.Read()
		if err != nil {
			return "read: " + shortError(err)
		}
		if bytes.Contains(msg, []byte(`"ok"`)) {
			break
		}
	}
	if err := conn.CloseGracefully(answerPatience); err != nil {
		return "goodbye: " + shortError(err)
	}
	return ""
}

// reset breaks off.
func reset(ctx context.Context, r *runner, session client.Session) string {
	conn, ending := open(ctx, r, session)
	if ending == "" {
		conn.Reset()
	}
	return ending
}

// halfOpen falls silent, down to the pongs, and waits to be given up.
func halfOpen(ctx context.Context, r *runner, session client.Session) string {
	conn, ending := open(ctx, r, session)
	if ending != "" {
		return ending
	}
	defer conn.Reset()
	conn.IgnorePings()
	conn.SetReadDeadline(time.Now().Add(r.Hold))
	stop := context.AfterFunc(ctx, conn.Reset)
	defer stop()
	return endedWith(conn, 4102)
}

// unauthenticated comes without a session.
func unauthenticated(ctx context.Context, r *runner, _ client.Session) string {
	conn, err := r.Site.Dial(ctx, "")
	if err == nil {
		conn.Close()
		return "let in"
	}
	var refused *client.HandshakeError
	if errors.As(err, &refused) && refused.Status == http.StatusUnauthorized {
		return ""
	}
	return shortError(err)
}

// oversized sends more than a message may have.
func oversized(ctx context.Context, r *runner, session client.Session) string {
	conn, ending := open(ctx, r, session)
	if ending != "" {
		return ending
	}
	defer conn.Close()
	if err := conn.Write(bytes.Repeat([]byte(" "), tooBig)); err != nil {
		return "write: " + shortError(err)
	}
	return endedWith(conn, 1009)
}

// flooding sends as much as it can: requests, nonsense and pings. A server may
// cut it off or bear it.
func flooding(ctx context.Context, r *runner, session client.Session) string {
	conn, ending := open(ctx, r, session)
	if ending != "" {
		return ending
	}
	defer conn.Reset()
	until := time.Now().Add(floodTime)
	for i := 0; i < floodMessages && time.Now().Before(until); i++ {
		var err error
		switch i % 3 {
		case 0:
			err = conn.Write([]byte(`{"request":"ping"}`))
		case 1:
			err = conn.Write([]byte(`{"request":`))
		case 2:
			err = conn.Ping()
		}
		if err != nil {
			break
		}
	}
	conn.SetReadDeadline(time.Now().Add(answerPatience))
	conn.SayGoodbye()
	return endedWith(conn, 1000, 4101, 4102, 4103, 4104, client.CodeAbnormal)
}

// endedWith reads until the connection ends and compares the close code.
func endedWith(conn *client.Conn, codes ...int) (ending string) {
	var err error
	for err == nil {
		_, err = conn.Read()
	}
	var closed *client.CloseError
	if errors.As(err, &closed) && !isTimeout(err) && slices.Contains(codes, closed.Code) {
		return ""
	}
	return shortError(err)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// shortError returns an error's text without the parts that differ between
// connections.
func shortError(err error) string {
	var closed *client.CloseError
	var refused *client.HandshakeError
	switch {
	case isTimeout(err):
		return "nothing within the time"
	case errors.As(err, &closed):
		return fmt.Sprintf("close code %d", closed.Code)
	case errors.As(err, &refused):
		return fmt.Sprintf("status %d", refused.Status)
	}
	return "network error"
}
