package etcdmember

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver/api/rafthttp"

	"example.com/pokey/cluster"
)

// The questions that nodes, and the commands of operators, ask each other. All are
// POST requests with JSON, and both sides prove that they know the secret.
const (
	pathPrefix  = "/pokey/"
	pathState   = pathPrefix + "state"
	pathAdd     = pathPrefix + "add"
	pathRemove  = pathPrefix + "remove"
	pathReplace = pathPrefix + "replace"
	pathLeave   = pathPrefix + "leave"
	pathLook    = pathPrefix + "look"
	pathPace    = pathPrefix + "pace"
)

const maxQuestion = 4 << 10 // bytes

// httpServer returns the server of this member's part of the port: questions of other
// nodes, and the peers of etcd.
func (m *Member) httpServer() *http.Server {
	mux := http.NewServeMux()
	for path, reply := range map[string]func(*http.Request, change) (any, error){
		pathState:   func(*http.Request, change) (any, error) { return m.State(), nil },
		pathLook:    m.fromMember(func(*http.Request, change) (any, error) { return m.look(), nil }),
		pathPace:    m.fromMember(m.tellPace),
		pathAdd:     m.fromMember(m.add),
		pathRemove:  m.fromMember(m.remove),
		pathReplace: m.replace,
		pathLeave:   m.fromMember(m.leave),
	} {
		mux.HandleFunc("POST "+path, m.reply(reply))
	}
	mux.HandleFunc(pathPrefix, http.NotFound)
	mux.HandleFunc("/", m.servePeer)
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Minute, // of a snapshot
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(m.conf.Log.Handler(), slog.LevelDebug),
	}
}

// reply answers a question of somebody who proves to know the secret.
func (m *Member) reply(reply func(*http.Request, change) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestion))
		if err != nil {
			http.Error(w, "too long", http.StatusBadRequest)
			return
		}
		what, err := covered(question, r.TLS, r.URL.Path, body)
		if err != nil || !proves(m.conf.Secret, what, r.Header.Get(proofHeader)) {
			m.conf.Log.Warn("refused a question of somebody who does not know the secret", "address", r.RemoteAddr)
			http.Error(w, "no proof", http.StatusForbidden)
			return
		}
		var asked change
		status, text := http.StatusOK, []byte(nil)
		err = json.Unmarshal(body, &asked)
		var found any
		if err == nil {
			// The port's patience with a silent client would end the request's own context.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), changeTimeout)
			found, err = reply(r.WithContext(ctx), asked)
			cancel()
		}
		if err == nil {
			text, err = json.Marshal(found)
		}
		if err != nil {
			status, text = http.StatusConflict, []byte(err.Error())
		}
		if what, err = covered(answer, r.TLS, r.URL.Path, text); err != nil {
			http.Error(w, "no proof", http.StatusInternalServerError)
			return
		}
		w.Header().Set(proofHeader, prove(m.conf.Secret, what))
		w.WriteHeader(status)
		_, _ = w.Write(text)
	}
}

// fromMember answers only who has the certificate of a member. A node that has been removed
// still knows the secret, and must not add itself again.
func (m *Member) fromMember(reply func(*http.Request, change) (any, error)) func(*http.Request, change) (any, error) {
	return func(r *http.Request, asked change) (any, error) {
		if err := m.admits(r.TLS); err != nil && m.running() != nil {
			return nil, fmt.Errorf("only nodes of the cluster may ask for that: %w", err)
		}
		return reply(r, asked)
	}
}

// servePeer passes a request of another member on to etcd. It comes from the host of
// a member, and names the cluster, whose ID strangers do not know.
func (m *Member) servePeer(w http.ResponseWriter, r *http.Request) {
	e := m.running()
	if e == nil {
		http.Error(w, "not a member yet", http.StatusServiceUnavailable)
		return
	}
	raft := strings.HasPrefix(r.URL.Path, rafthttp.RaftPrefix) && r.URL.Path != rafthttp.ProbingPrefix
	if raft && r.Header.Get("X-Etcd-Cluster-ID") != e.Cluster().ID().String() {
		m.refuse(w, r, errors.New("it is of another cluster"))
		return
	}
	if err := m.admits(r.TLS); err != nil {
		if raft && e.IsIDRemoved(fromID(r)) {
			tellRemoved(w, r)
			return
		}
		m.refuse(w, r, err)
		return
	}
	(*m.peers.Load()).ServeHTTP(w, r)
	if strings.HasPrefix(r.URL.Path, rafthttp.RaftStreamPrefix) {
		m.streamEnded(r)
	}
}

// silentInterval is how often a member whose streams end has this one look through its
// open files at most: etcd refuses some streams ten times a second.
const silentInterval = time.Second

// streamEnded ends what this member reads from another one, and is as dead as what the
// other one has read from it.
func (m *Member) streamEnded(r *http.Request) {
	for _, other := range m.members() {
		if other.ID == fromID(r) && m.mayLook(other.ID, time.Now()) {
			if n := cluster.EndSilent(r.RemoteAddr, other.Node); n > 0 {
				m.conf.Log.Debug("ended silent connections to another node", "node", other.Node, "connections", n)
			}
		}
	}
}

// mayLook reports whether it is time to look for silent connections to a member again.
func (m *Member) mayLook(id uint64, now time.Time) bool {
	m.looking.Lock()
	defer m.looking.Unlock()
	if now.Sub(m.looked[id]) < silentInterval {
		return false
	}
	m.looked[id] = now
	return true
}

// tellRemoved lets a member that has been removed learn of it, as etcd would. The request
// must not reach etcd: it goes by the sender that a message names, which may be another.
func tellRemoved(w http.ResponseWriter, r *http.Request) {
	status := http.StatusGone // of a stream
	if r.Method == http.MethodPost {
		status = http.StatusForbidden
	}
	http.Error(w, "the member has been permanently removed from the cluster", status)
}

func (m *Member) refuse(w http.ResponseWriter, r *http.Request, err error) {
	m.conf.Log.Debug("refused a peer of etcd", "address", r.RemoteAddr, "err", err)
	http.Error(w, "refused", http.StatusForbidden)
}

// admits returns an error unless a certificate is for the host of a member.
func (m *Member) admits(state *tls.ConnectionState) error {
	if m.conf.TLS == nil {
		return nil
	}
	if state == nil || len(state.PeerCertificates) == 0 {
		return errors.New("it has no certificate")
	}
	for _, member := range m.members() {
		if state.PeerCertificates[0].VerifyHostname(hostOf(member.Node)) == nil {
			return nil
		}
	}
	return errors.New("its certificate is for no member's host")
}

// fromID is the member that a request of etcd is from; 0 if it does not say.
func fromID(r *http.Request) uint64 {
	id, err := strconv.ParseUint(r.Header.Get("X-Server-From"), 16, 64)
	if err != nil {
		return 0
	}
	return uint64(types.ID(id))
}
