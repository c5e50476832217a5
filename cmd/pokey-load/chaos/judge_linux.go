package chaos

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/pokey/cmd/pokey-load/history"
)

// judge runs the oracles on the whole history and records the faults that are new.
func (r *runner) judge(row *Row) error {
	for _, name := range nodeNames {
		if err := r.scanLog(name); err != nil {
			return err
		}
	}
	began := time.Now()
	v := r.party.History.Check(r.Patience)
	row.Checking, row.Undecided = time.Since(began), len(v.Undecided)
	row.Found = slices.Clone(v.Faults[min(r.party.found, len(v.Faults)):])
	row.Durable = v.Durable - r.party.durable
	r.party.found, r.party.durable = len(v.Faults), v.Durable
	return r.dump(row.Found)
}

// scanLog searches what a node has logged since the last time for estimates.
func (r *runner) scanLog(name string) error {
	file, err := os.Open(r.cluster.nodes[name].Log)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(r.scanned[name], io.SeekStart); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	if err := r.party.History.ScanLog(file); err != nil {
		return err
	}
	r.scanned[name], err = file.Seek(0, io.SeekCurrent)
	return err
}

// maxDumps is how many faulty rooms are worth a file.
const maxDumps = 20

// dump writes the histories of faulty rooms down.
func (r *runner) dump(found []history.Fault) error {
	written := make(map[string]bool)
	for _, f := range found {
		if written[f.Room] || len(r.report.Dumps) == maxDumps {
			continue
		}
		written[f.Room] = true
		name := filepath.Join(r.Dir, fmt.Sprintf("fault-%d.txt", len(r.report.Dumps)+1))
		file, err := os.Create(name) //nolint:gosec // it is the run's directory
		if err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		if err := r.party.History.Dump(file, f.Room); err != nil {
			_ = file.Close()
			return fmt.Errorf("dump: %w", err)
		}
		if err := file.Close(); err != nil {
			return fmt.Errorf("dump: %w", err)
		}
		r.report.Dumps = append(r.report.Dumps, name)
	}
	return nil
}
