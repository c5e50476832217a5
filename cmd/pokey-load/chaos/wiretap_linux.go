package chaos

import (
	"sync/atomic"

	"example.com/pokey/cmd/pokey-load/history"
	"example.com/pokey/cmd/pokey-load/lab"
)

// wiretap listens to all links of the lab. Between servers, nodes and etcd
// members alike, no estimate may be readable, shown or not; to the clients some
// must be, or the tap would be deaf.
type wiretap struct {
	history atomic.Pointer[history.History]
	servers atomic.Int64 // bytes between servers
	control atomic.Int64 // packets to and from clients with an estimate
}

func newWiretap() *wiretap { return &wiretap{} }

// searchFor says whose estimates to searchFor for.
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

// enoughControl is how many readable packets prove that the tap can hear.
const enoughControl = 100
