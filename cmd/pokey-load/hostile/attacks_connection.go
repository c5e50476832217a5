package hostile

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
)

// Attacks on the way in: HTTP, handshakes and sessions.

// rooms makes as many as a user may and goes (A3).
func (m *attempt) rooms(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	for range 10 {
		if err := m.try(ctx, p, client.CreateRoom("x", []string{"1", "2"})); err != nil {
			return err
		}
	}
	return nil
}

// idle opens connections, asks once and keeps them (A4).
func (m *attempt) idle(ctx context.Context) error {
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	for range 1000 {
		if ctx.Err() != nil {
			return errOver
		}
		c, err := m.site().Raw(ctx)
		if err != nil {
			m.count(err)
			break
		}
		open = append(open, c)
		_ = c.SetDeadline(time.Now().Add(time.Second))
		_, err = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if err == nil {
			_, err = c.Read(make([]byte, 512))
		}
		if m.count(err); err != nil {
			break
		}
	}
	if !tick(ctx, 20*time.Second) {
		return errOver
	}
	return nil
}

// half begins a handshake and does not go on.
func (m *attempt) half(ctx context.Context) error {
	c, err := m.site().Raw(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "GET /connect HTTP/1.1\r\nHost: localhost\r\nUpgr"); err != nil {
		return err
	}
	m.count(nil)
	if !tick(ctx, 2*time.Second) {
		return errOver
	}
	return nil
}

// handshakes connects and resets, with a good session and a forged one.
func (m *attempt) handshakes(ctx context.Context) error {
	session, err := m.site().NewSession(ctx)
	if err != nil {
		return err
	}
	for range 20 {
		for _, s := range []client.Session{session, session[:len(session)-4] + "AAAA", ""} {
			conn, err := m.site().Dial(ctx, s)
			if err == nil {
				conn.Reset()
			}
			m.count(err)
			if !tick(ctx, 20*time.Millisecond) {
				return errOver
			}
		}
	}
	return nil
}

// pages loads documents, with a session and without.
func (m *attempt) pages(ctx context.Context) error {
	session, err := m.site().NewSession(ctx)
	if err != nil {
		return err
	}
	for range 50 {
		for _, path := range []string{"/", "/r/" + m.room, "/qr/" + m.room + ".svg", "/nothing"} {
			status, err := m.site().Get(ctx, path, session)
			if err == nil && status >= http.StatusBadRequest && status != http.StatusNotFound {
				err = refusal{"status " + strconv.Itoa(status)}
			}
			m.count(err)
			if !tick(ctx, 10*time.Millisecond) {
				return errOver
			}
		}
	}
	return nil
}

// flood sends faster than anybody may, good and bad, until it is cut.
func (m *attempt) flood(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	m.drain([]*person{p})
	for i := range 2000 {
		if ctx.Err() != nil {
			return errOver
		}
		text := `{"request":"ping","id":"x"}`
		if i%100 == 99 {
			text = `{"request":"ping","id":`
		}
		if err := p.conn.Write([]byte(text)); err != nil {
			return err
		}
	}
	return nil
}

// forgetting ends users and sessions (C6).
func (m *attempt) forgetting(ctx context.Context) error {
	p, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	if err := m.try(ctx, p, client.Request{"request": "setName", "name": "Ghost"}, client.JoinRoom(m.room, ""), client.Request{"request": "forgetMe"}); err != nil {
		return err
	}
	_, err = reconnect(ctx, m.site(), p.session)
	return err
}
