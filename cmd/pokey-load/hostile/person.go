package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/pokey/cmd/pokey-load/client"
	"example.com/pokey/cmd/pokey-load/wire"
)

// person is a user with one connection, who sends one request at a time.
type person struct {
	conn    *client.Conn
	session client.Session
	userID  string
	asked   int

	told, answered atomic.Int64 // of the requests that nobody waits for
}

// arrive starts a session and connects.
func arrive(ctx context.Context, site *client.Site) (*person, error) {
	session, err := site.NewSession(ctx)
	if err != nil {
		return nil, err
	}
	return reconnect(ctx, site, session)
}

// reconnect connects with a session.
func reconnect(ctx context.Context, site *client.Site, session client.Session) (*person, error) {
	conn, err := site.Dial(ctx, session)
	if err != nil {
		return nil, err
	}
	p := &person{conn: conn, session: session}
	conn.SetReadDeadline(time.Now().Add(patience))
	msg, err := conn.Read()
	if err != nil {
		p.close()
		return nil, fmt.Errorf("welcome: %w", err)
	}
	var welcome struct{ UserID string }
	if err := json.Unmarshal(msg, &welcome); err != nil || welcome.UserID == "" {
		p.close()
		return nil, errors.New("the first message was no welcome")
	}
	p.userID = welcome.UserID
	return p, nil
}

// patience is how long an answer may take.
const patience = 30 * time.Second

func (p *person) close() { p.conn.Reset() }

// say sends a request without an id and reads nothing.
func (p *person) say(r client.Request) error { return p.conn.Write(r.Encode("")) }

// tell sends a request with an id and does not wait; the reader counts the answers.
func (p *person) tell(r client.Request) error {
	err := p.conn.Write(r.Encode("t" + strconv.FormatInt(p.told.Load(), 10)))
	if err == nil {
		p.told.Add(1)
	}
	return err
}

// refusal is an error that the server answered with.
type refusal struct{ code string }

func (r refusal) Error() string { return "refused: " + r.code }

// ask sends a request and reads until its answer, which it returns. The error is a
// refusal, or the end of the connection.
func (p *person) ask(r client.Request) (client.Reply, error) {
	p.asked++
	id := strconv.Itoa(p.asked)
	if err := p.conn.Write(r.Encode(id)); err != nil {
		return client.Reply{}, err
	}
	p.conn.SetReadDeadline(time.Now().Add(patience))
	for {
		msg, err := p.conn.Read()
		if err != nil {
			return client.Reply{}, err
		}
		head, err := wire.Peek(msg)
		if err != nil {
			return client.Reply{}, err
		}
		if string(head.ID) != id {
			continue
		}
		var reply client.Reply
		if err := json.Unmarshal(msg, &reply); err != nil {
			return reply, err
		}
		if head.Event == wire.Error {
			return reply, refusal{reply.Code}
		}
		return reply, nil
	}
}

// insist is ask for people who ask again, as the page does, while the store is slow.
func (p *person) insist(r client.Request) (client.Reply, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(insistPause) {
		reply, err := p.ask(r)
		if err == nil || reply.Code != "unavailable" || time.Now().After(deadline) {
			return reply, err
		}
	}
}

const insistPause = 300 * time.Millisecond

// about returns a request about a room, with further fields.
func about(request, room string, fields ...any) client.Request {
	r := client.Request{"request": request, "roomId": room}
	for i := 0; i+1 < len(fields); i += 2 {
		r[fields[i].(string)] = fields[i+1]
	}
	return r
}

// from returns a node as a site that is connected to from one loopback address.
// Players come from addresses in 127.0.0.0/24.
func (r *run) from(node int, network, host byte) (*client.Site, error) {
	return from(r.servers.URLs[node], network, host)
}

func from(url string, network, host byte) (*client.Site, error) {
	return client.NewSite(url, client.SiteOptions{From: net.IPv4(127, network, 0, host)})
}
