package herd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// starved is a control group of Linux whose processes get little CPU, all together. They
// get it whatever else the machine does.
type starved struct {
	dir string
}

const (
	controlGroups = "/sys/fs/cgroup"
	// period is the time of which a group gets its part. The usual 100 ms would stop all
	// nodes for most of it.
	period = 20 * time.Millisecond
)

// starve leaves the processes so many cores.
func starve(cores float64, pids []int) (*starved, error) {
	quota, whole := int(cores*float64(period.Microseconds())), int(period.Microseconds())
	name := "pokey-herd-" + strconv.Itoa(os.Getpid())
	s := &starved{dir: filepath.Join(controlGroups, "cpu", name)}
	settings := []struct{ file, value string }{
		{"cpu.cfs_period_us", strconv.Itoa(whole)}, {"cpu.cfs_quota_us", strconv.Itoa(quota)}, {"cpu.shares", "100000"},
	}
	if _, err := os.Stat(filepath.Join(controlGroups, "cgroup.controllers")); err == nil { // the second version
		s.dir = filepath.Join(controlGroups, name)
		settings = []struct{ file, value string }{{"cpu.max", fmt.Sprintf("%d %d", quota, whole)}, {"cpu.weight", "10000"}}
		if err := write(controlGroups, "cgroup.subtree_control", "+cpu"); err != nil {
			return nil, err
		}
	}
	if err := os.Mkdir(s.dir, 0o755); err != nil { //nolint:gosec // as all of them are
		return nil, err
	}
	var err error
	for _, set := range settings {
		err = errors.Join(err, write(s.dir, set.file, set.value))
	}
	for _, pid := range pids {
		err = errors.Join(err, write(s.dir, "cgroup.procs", strconv.Itoa(pid)))
	}
	if err != nil {
		s.end()
	}
	return s, err
}

func write(dir, file, value string) error {
	return os.WriteFile(filepath.Join(dir, file), []byte(value), 0o644) //nolint:gosec // it is there already
}

// end takes the limit back, and removes the group once its processes have ended. It may be
// called again, and for none.
func (s *starved) end() {
	if s == nil {
		return
	}
	_ = write(s.dir, "cpu.cfs_quota_us", "-1")
	_ = write(s.dir, "cpu.max", "max")
	_ = os.Remove(s.dir) // fails as long as there are processes
}
