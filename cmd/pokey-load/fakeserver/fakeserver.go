// Package fakeserver is a very small server of Pokey's wire contract for the
// tests of the measuring and checking tools: one lock, one process, and on
// demand just the faults that the tools must find. Only tests use it.
package fakeserver

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Faults are the ways in which the server may be wrong. A number N makes every
// Nth occasion wrong; zero none.
type Faults struct {
	LoseAck         int  // an estimate is acknowledged and forgotten
	LeakInStatus    int  // a status shows hidden estimates
	LeakInLog       int  // an estimate's value is logged
	SelfReveal      int  // an estimate reveals the room
	RepeatVersion   int  // a status is sent twice
	OldVersionAgain int  // the status before is sent after this one
	DropPatch       int  // a status is sent to nobody, so that the next patch does not fit
	DropConnection  int  // the connection breaks between a commit and its answer
	Unavailable     int  // a request is refused for the moment
	ForgetRequests  bool // a request sent again has its effect again
	CommitLate      bool // commits reach the disk 30 ms after their acknowledgement
	Hang            bool // handshakes succeed and requests are never answered
}

// Options make a server.
type Options struct {
	Faults  Faults
	File    string        // where rooms are kept; empty for nowhere
	Log     *log.Logger   // nil for none
	Rate    int           // messages a second of a connection before it is cut; 0 for any
	Ping    time.Duration // how often to ping, and how long to wait for the pong; 0 for never
	Leaking bool          // every connection leaves a goroutine behind
}

// Server is a fake server. Serve it with [Server.Handler].
type Server struct {
	options Options

	mu       sync.Mutex
	rooms    map[string]*room
	sessions map[*session]bool
	count    map[string]int // occasions, for Faults
	last     map[string][]byte
	disk     *os.File
}

// New makes a server, with the rooms that are in its file.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = log.New(nullWriter{}, "", 0)
	}
	s := &Server{
		options: o, rooms: make(map[string]*room),
		sessions: make(map[*session]bool), count: make(map[string]int), last: make(map[string][]byte),
	}
	if o.File == "" {
		return s, nil
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	var err error
	s.disk, err = os.OpenFile(o.File, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return s, err
}

type nullWriter struct{}

func (nullWriter) Write(b []byte) (int, error) { return len(b), nil }

// load reads the file: one room a line, the last of a room counts, and a last
// line that was cut off does not.
func (s *Server) load() error {
	b, err := os.ReadFile(s.options.File)
	if os.IsNotExist(err) {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		var r room
		if json.Unmarshal([]byte(line), &r) != nil {
			continue
		}
		for _, m := range r.Members {
			m.Online = false
		}
		s.rooms[r.ID] = &r
	}
	return err
}

// Handler is the site.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /connect", s.connect)
	mux.HandleFunc("GET /metrics", s.metrics)
	return mux
}

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "fake", Value: rand.Text()[:16]})
	_, _ = fmt.Fprint(w, "<!doctype html>")
}

func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	s.mu.Lock()
	n := len(s.sessions)
	s.mu.Unlock()
	_, _ = fmt.Fprintf(w, "# HELP go_goroutines Goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines %d\n", runtime.NumGoroutine())
	_, _ = fmt.Fprintf(w, "# TYPE go_memstats_heap_inuse_bytes gauge\ngo_memstats_heap_inuse_bytes %d\n", m.HeapInuse)
	_, _ = fmt.Fprintf(w, "# TYPE go_memstats_last_gc_time_seconds gauge\ngo_memstats_last_gc_time_seconds %f\n", float64(m.LastGC)/1e9)
	_, _ = fmt.Fprintf(w, "# TYPE pokey_connections gauge\npokey_connections{state=\"open\"} %d\n", n)
	_, _ = fmt.Fprintf(w, "# TYPE pokey_messages_total counter\npokey_messages_total 1e3\n")
}

// occasion reports whether this occasion of a fault is one.
func (s *Server) occasion(name string, every int) bool {
	if every == 0 {
		return false
	}
	s.count[name]++
	return s.count[name]%every == 0
}

// commit makes a room's change durable and tells its members.
func (s *Server) commit(r *room, before roomView) {
	r.Version++
	if s.disk != nil {
		line := append(mustJSON(r), '\n')
		if s.options.Faults.CommitLate {
			time.AfterFunc(30*time.Millisecond, func() { _, _ = s.disk.Write(line) })
		} else if _, err := s.disk.Write(line); err != nil {
			panic(err)
		}
	}
	s.broadcast(r, before)
}

func (s *Server) broadcast(r *room, before roomView) {
	f := s.options.Faults
	if s.occasion("drop", f.DropPatch) {
		return
	}
	leak := s.occasion("leak", f.LeakInStatus)
	msg := status(r, leak)
	if patch, ok := diff(before.generic(), r.view(false).generic()); ok && !leak {
		msg = mustJSON(struct {
			Event   string         `json:"event"`
			RoomID  string         `json:"roomId"`
			Since   uint64         `json:"since"`
			Version uint64         `json:"version"`
			Patch   map[string]any `json:"patch"`
		}{"roomPatch", r.ID, r.Version - 1, r.Version, patch})
	}
	repeat, old := s.occasion("repeat", f.RepeatVersion), s.occasion("old", f.OldVersionAgain)
	for c := range s.sessions {
		if !c.joined[r.ID] {
			continue
		}
		c.send(msg)
		if repeat {
			c.send(status(r, false))
		}
		if old && s.last[r.ID] != nil {
			c.send(s.last[r.ID])
		}
	}
	s.last[r.ID] = status(r, false)
}

func status(r *room, leak bool) []byte {
	return mustJSON(struct {
		Event   string   `json:"event"`
		RoomID  string   `json:"roomId"`
		Version uint64   `json:"version"`
		Room    roomView `json:"room"`
	}{"roomStatus", r.ID, r.Version, r.view(leak)})
}
