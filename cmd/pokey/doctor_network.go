package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// lookup asks the system for the addresses of a host.
func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// names checks that the host's name leads to addresses that all answer. Browsers
// choose one of them, often the IPv6 one.
func (e *examination) names(ctx context.Context) bool {
	host := e.base.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || loopback(host) {
		return true
	}
	found, err := e.lookup(ctx, host)
	if !e.check(err == nil && len(found) > 0, "DNS knows "+host,
		"DNS knows no address of %s: %v. Add an A or AAAA record that leads to the server or its proxy, and wait until the old answer expires.", host, err) {
		return false
	}
	answers := 0
	for _, addr := range found {
		addr = addr.Unmap()
		conn, err := dialAddress(ctx, addr.String(), e.port())
		if errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL) {
			e.note(fmt.Sprintf("%s cannot be tried", addr), "This machine has no route to such addresses; run pokey doctor on one that has.")
			continue
		}
		if err == nil {
			_ = conn.Close()
			answers++
		}
		e.check(err == nil, fmt.Sprintf("%s answers at port %s", addr, e.port()),
			"%s is an address of %s and does not answer: %v. Browsers that choose it wait or fail. Have it answer (port, firewall, proxy), or remove it from DNS.", addr, host, err)
	}
	return answers > 0
}

func dialAddress(ctx context.Context, address, port string) (net.Conn, error) {
	d := net.Dialer{Timeout: 5 * time.Second}
	return d.DialContext(ctx, "tcp", net.JoinHostPort(address, port))
}

// connect connects to the first of the host's addresses that answers.
func (e *examination) connect(ctx context.Context, network, hostport string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	if _, err := netip.ParseAddr(host); err == nil || loopback(host) {
		var d net.Dialer
		return d.DialContext(ctx, network, hostport)
	}
	found, err := e.lookup(ctx, host)
	for _, addr := range found {
		var conn net.Conn
		if conn, err = dialAddress(ctx, addr.Unmap().String(), port); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// clockTolerance is by how much a clock may differ from this machine's.
const clockTolerance = 30 * time.Second

// clock checks how far a clock is ahead of this machine's.
func (e *examination) clock(whose string, ahead time.Duration) {
	words := fmt.Sprintf("%v ahead of", ahead.Round(time.Second))
	if ahead < 0 {
		words = fmt.Sprintf("%v behind", (-ahead).Round(time.Second))
	}
	e.check(ahead.Abs() < clockTolerance, "the clock of "+whose+" is right",
		"The clock of %s is %s this machine's. Sessions and users expire at the wrong time. Start an NTP client on both; it should slew, not step.", whose, words)
}

// stayIdle keeps a WebSocket open without sending anything. The server pings every
// 25 s; the connection answers.
func (e *examination) stayIdle(ctx context.Context) {
	target := e.base.JoinPath("connect")
	target.Scheme = strings.Replace(target.Scheme, "http", "ws", 1)
	conn, response, err := websocket.Dial(ctx, target.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: e.connect}},
		HTTPHeader: http.Header{"Origin": {e.origin()}, "Cookie": {e.cookie.Name + "=" + e.cookie.Value}},
	})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	begun := time.Now()
	if err == nil {
		defer func() { _ = conn.CloseNow() }()
		waiting, cancel := context.WithTimeout(ctx, e.idle)
		defer cancel()
		for err == nil {
			_, _, err = conn.Read(waiting)
		}
		if waiting.Err() != nil {
			err = nil
		}
	}
	e.check(err == nil, fmt.Sprintf("an idle WebSocket stays open for %v", e.idle),
		"It was cut after %v: %v. Raise the timeouts of the proxy for idle connections to 75 s at least (nginx: proxy_read_timeout; HAProxy: timeout tunnel; a load balancer's idle timeout).", time.Since(begun).Round(time.Second), err)
}
