package transport

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.com/pokey/protocol"
)

// slowLog takes nothing until it is told to.
type slowLog struct {
	slog.Handler
	asked, goOn chan struct{}
}

func (l slowLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (l slowLog) Handle(context.Context, slog.Record) error {
	l.asked <- struct{}{}
	<-l.goOn
	return nil
}

// A log that blocks holds up nobody who has something for a client: what is logged
// of a connection is logged without its lock.
func TestASlowLogHoldsUpNoRoom(t *testing.T) {
	for name, do := range map[string]func(*Conn){
		"a client that gives way": (*Conn).shed,
		"an event too long":       func(c *Conn) { c.Send([]byte(strings.Repeat("x", protocol.MaxEvent+1))) },
	} {
		log := slowLog{slog.DiscardHandler, make(chan struct{}, 99), make(chan struct{})}
		s := overTCP(t, func(c *Config) { c.Log = slog.New(log) })
		_, e := s.connect()
		go do(e.Conn)
		select {
		case <-log.asked:
		case <-time.After(time.Minute):
			t.Fatalf("%s: nothing is logged in 5 s", name)
		}
		sent := make(chan struct{})
		go func() { e.Send([]byte("{}")); close(sent) }()
		select {
		case <-sent:
		case <-time.After(time.Minute):
			t.Errorf("%s: Send waits for the log, want it not to", name)
		}
		close(log.goOn)
	}
}
