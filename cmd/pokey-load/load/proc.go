package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of CPU time in /proc, which Linux fixes for user space.
const clockTick = 10 * time.Millisecond

// Usage holds the resources that a process uses.
type Usage struct {
	CPU time.Duration // user and system, since it began
	RSS uint64        // resident memory in bytes
}

// ReadUsage reads the usage of a process from /proc, which only Linux has.
func ReadUsage(pid int) (Usage, error) {
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return Usage{}, fmt.Errorf("usage: %w", err)
	}
	statm, err := os.ReadFile(dir + "/statm")
	if err != nil {
		return Usage{}, fmt.Errorf("usage: %w", err)
	}
	return parseUsage(string(stat), string(statm))
}

// parseUsage reads the fields utime, stime and resident; the command's name
// before them may hold anything, also parentheses.
func parseUsage(stat, statm string) (Usage, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	memory := strings.Fields(statm)
	if len(fields) < 13 || len(memory) < 2 {
		return Usage{}, fmt.Errorf("usage: unknown format")
	}
	var numbers [3]uint64
	for i, text := range []string{fields[11], fields[12], memory[1]} {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("usage: %w", err)
		}
		numbers[i] = n
	}
	return Usage{
		CPU: time.Duration(numbers[0]+numbers[1]) * clockTick,
		RSS: numbers[2] * uint64(os.Getpagesize()),
	}, nil
}
