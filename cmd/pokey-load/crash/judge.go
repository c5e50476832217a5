package crash

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/pokey/cmd/pokey-load/history"
)

// maxDumps is how many faulty rooms are worth a file.
const maxDumps = 10

// logSize is how long the server's log is by now.
func logSize(name string) (int64, error) {
	stat, err := os.Stat(name)
	if err != nil {
		return 0, fmt.Errorf("server log: %w", err)
	}
	return stat.Size(), nil
}

// judge adds the verdict on a game, whose part of the log begins at from, and
// writes down the faulty rooms.
func (r *Report) judge(h *history.History, o Options, from int64) error {
	log, err := os.Open(o.log())
	if err != nil {
		return fmt.Errorf("server log: %w", err)
	}
	defer func() { _ = log.Close() }()
	if _, err := log.Seek(from, io.SeekStart); err != nil {
		return fmt.Errorf("server log: %w", err)
	}
	if err := h.ScanLog(log); err != nil {
		return err
	}
	verdict := h.Check(o.Patience)
	r.Verdict.Add(verdict)
	written := make(map[string]bool)
	for _, f := range verdict.Faults {
		if written[f.Room] || len(r.Dumps) == maxDumps {
			continue
		}
		written[f.Room] = true
		name := filepath.Join(o.Dir, fmt.Sprintf("fault-%d.txt", len(r.Dumps)+1))
		if err := dump(h, f.Room, name); err != nil {
			return err
		}
		r.Dumps = append(r.Dumps, name)
	}
	return nil
}

func dump(h *history.History, roomID, name string) error {
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	if err := h.Dump(file, roomID); err != nil {
		_ = file.Close()
		return fmt.Errorf("dump: %w", err)
	}
	return file.Close()
}
