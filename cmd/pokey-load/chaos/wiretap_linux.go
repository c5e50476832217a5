package chaos

import (
	"sync/atomic"

	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/lab"
)

// wiretap reads all packets of the lab. Between servers, whether nodes or etcd
// members, no estimate may be readable, hidden or not. On the links to clients some
// must be, which proves that the search works.
type wiretap struct {
	history atomic.Pointer[history.History]
	servers atomic.Int64 // bytes between servers
	control atomic.Int64 // packets to and from clients with an estimate
}

func newWiretap() *wiretap { return &wiretap{} }

// searchFor sets the history whose estimates may not be readable.
func (w *wiretap) searchFor(h *history.History) { w.history.Store(h) }

func (w *wiretap) packet(from, to *lab.Host, packet []byte) {
	if from.Name == clients || to.Name == clients {
		if w.control.Load() < enoughControl && history.Readable(packet) {
			w.control.Add(1)
		}
		return
	}
	w.servers.Add(int64(len(packet)))
	if h := w.history.Load(); h != nil {
		h.ScanWire(from.Name+" to "+to.Name, packet)
	}
}

// enoughControl is how many readable packets prove that the search works.
const enoughControl = 100
