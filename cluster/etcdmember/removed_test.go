package etcdmember

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"
)

// A node that has been removed still has its certificate and the secret. It learns that it
// was removed, and nothing that it sends reaches etcd, whomever it claims to be; nor can it
// add itself or another node, remove one, or look.
func TestRemovedNode(t *testing.T) {
	m, self, certs := startWith(t, Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Leave: func() {}})
	const gone = "elsewhere:7000"
	member := Client{TLS: credentials(t, certs, "127.0.0.1"), Secret: secret("ours")}
	if err := member.Add(t.Context(), self, gone); err != nil {
		t.Fatal(err)
	}
	was, _ := m.find(gone)
	if err := member.Remove(t.Context(), self, gone); err != nil {
		t.Fatal(err)
	}
	removed := Client{TLS: credentials(t, certs, "elsewhere"), Secret: secret("ours")}
	_, _, measuring := removed.pace(t.Context(), self)
	for what, err := range map[string]error{
		"adding itself":    removed.Add(t.Context(), self, gone),
		"adding another":   removed.Add(t.Context(), self, "elsewhere:7001"),
		"removing another": removed.Remove(t.Context(), self, self),
		"ending another":   removed.leave(t.Context(), self),
		"measuring":        measuring,
	} {
		if err == nil || !strings.Contains(err.Error(), "only nodes of the cluster") {
			t.Errorf("%s: got %v, want that only nodes may", what, err)
		}
	}
	if page, err := removed.Look(t.Context(), self); err == nil {
		t.Errorf("looking: got %q, want that only nodes may", page)
	}
	if len(m.members()) != 1 {
		t.Errorf("got the members %v, want this one alone", m.members())
	}

	e := m.running()
	term := e.Term()
	forged, err := proto.Marshal(&raftpb.Message{Type: raftpb.MsgHeartbeat.Enum(), To: new(uint64(e.MemberID())), From: new(uint64(e.MemberID() + 1)), Term: new(term + 100)})
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: removed.TLS.PeerConfig("127.0.0.1"), DisableKeepAlives: true}, Timeout: time.Minute}
	for _, row := range []struct {
		method, path string
		want         int
	}{
		{http.MethodPost, "/raft", http.StatusForbidden},
		{http.MethodGet, "/raft/stream/message/" + types.ID(was.ID).String(), http.StatusGone},
		{http.MethodPost, "/raft/snapshot", http.StatusForbidden},
	} {
		request, err := http.NewRequestWithContext(t.Context(), row.method, "https://"+self+row.path, bytes.NewReader(forged))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"X-Etcd-Cluster-ID": e.Cluster().ID().String(), "X-Server-From": types.ID(was.ID).String(), "X-Server-Version": "3.7.0", "X-Min-Cluster-Version": "3.0.0",
			"X-Raft-To": e.MemberID().String(),
		} {
			request.Header.Set(name, value)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != row.want {
			t.Errorf("%s %s: got %s, want %d", row.method, row.path, response.Status, row.want)
		}
	}
	if _, err := m.Client().Put(t.Context(), "a", "b"); err != nil || e.Term() != term {
		t.Errorf("after that: got %v and term %d, want %d", err, e.Term(), term)
	}
}

// Streams that a member opens again and again cost one look through the open files a
// second, and another member's cost one of their own.
func TestSilentConnectionsAreLookedForOnceASecond(t *testing.T) {
	m, now := &Member{looked: map[uint64]time.Time{}}, time.Now()
	for i, row := range []struct {
		id    uint64
		after time.Duration
		want  bool
	}{{1, 0, true}, {1, time.Second - 1, false}, {2, time.Second - 1, true}, {1, time.Second, true}, {1, 2*time.Second - 1, false}} {
		if got := m.mayLook(row.id, now.Add(row.after)); got != row.want {
			t.Errorf("look %d, for member %d after %v: got %t, want %t", i, row.id, row.after, got, row.want)
		}
	}
}
