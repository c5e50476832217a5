package etcdmember

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"example.com/pokey/cluster"
)

// A Client asks nodes something at their port for other nodes.
type Client struct {
	TLS    *cluster.Credentials // nil for none
	Secret cluster.Secret
}

const maxAnswer = 1 << 20 // bytes

// State asks a node what it knows.
func (c Client) State(ctx context.Context, node string) (s State, err error) {
	return s, c.call(ctx, node, pathState, struct{}{}, &s)
}

// Add has a node, which is a member, add another one. That node begins without a
// vote, and gets one when it has started and has all data.
func (c Client) Add(ctx context.Context, at, node string) error {
	return c.call(ctx, at, pathAdd, change{node}, &struct{}{})
}

// Remove has a node, which is a member, remove another one. If that one runs it hands
// off what it has before it ends.
func (c Client) Remove(ctx context.Context, at, node string) error {
	return c.call(ctx, at, pathRemove, change{node}, &struct{}{})
}

// Look returns a page for people that a node has about the cluster.
func (c Client) Look(ctx context.Context, at string) (page string, err error) {
	return page, c.call(ctx, at, pathLook, struct{}{}, &page)
}

// visit asks a node nothing in particular, and returns how long its answer took.
func (c Client) visit(ctx context.Context, node string) (took time.Duration, err error) {
	return c.timed(ctx, node, pathState, struct{}{}, &State{})
}

// pace asks a node for its pace, and returns how long the answer took but for finding out.
func (c Client) pace(ctx context.Context, at string) (p paced, took time.Duration, err error) {
	took, err = c.timed(ctx, at, pathPace, struct{}{}, &p)
	return p, took - p.Took, err
}

func (c Client) replace(ctx context.Context, at, node string) error {
	return c.call(ctx, at, pathReplace, change{node}, &struct{}{})
}

func (c Client) leave(ctx context.Context, at string) error {
	return c.call(ctx, at, pathLeave, change{at}, &struct{}{})
}

// change names the node that shall be added, removed or replaced.
type change struct {
	Node string `json:"node"`
}

func (c Client) call(ctx context.Context, node, path string, question, into any) error {
	_, err := c.timed(ctx, node, path, question, into)
	return err
}

// timed sends a question over a connection of its own, whose key material proves that
// both ends know the secret. It returns how long the answer took once there was one.
func (c Client) timed(ctx context.Context, node, path string, question, into any) (took time.Duration, err error) {
	body, err := json.Marshal(question)
	if err != nil {
		return 0, err
	}
	conn, state, err := c.dial(ctx, node)
	if err != nil {
		return 0, fmt.Errorf("%s does not answer: %w", node, err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	began := time.Now()
	got, err := c.exchange(ctx, conn, state, node, path, body)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", node, err)
	}
	return time.Since(began), json.Unmarshal(got, into)
}

func (c Client) dial(ctx context.Context, node string) (net.Conn, *tls.ConnectionState, error) {
	dialer := net.Dialer{Timeout: 2 * time.Second}
	if c.TLS == nil {
		conn, err := dialer.DialContext(ctx, "tcp", node)
		return conn, nil, err
	}
	conn, err := (&tls.Dialer{NetDialer: &dialer, Config: c.TLS.PeerConfig(hostOf(node))}).DialContext(ctx, "tcp", node)
	if err != nil {
		return nil, nil, err
	}
	state := conn.(*tls.Conn).ConnectionState()
	return conn, &state, nil
}

func (c Client) exchange(ctx context.Context, conn net.Conn, state *tls.ConnectionState, node, path string, body []byte) ([]byte, error) {
	what, err := covered(question, state, path, body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+node+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set(proofHeader, prove(c.Secret, what))
	if err := request.Write(conn); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	if what, err = covered(answer, state, path, got); err != nil {
		return nil, err
	}
	switch {
	case !proves(c.Secret, what, response.Header.Get(proofHeader)):
		return nil, fmt.Errorf("it does not know the secret, or does not accept ours (%s)", response.Status)
	case response.StatusCode != http.StatusOK:
		return nil, errors.New(strings.TrimSpace(string(got)))
	}
	return got, nil
}
