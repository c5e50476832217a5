package soak

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Sample holds the server's metrics at one time: the values of its
// metrics by name and labels, as in process_open_fds or pokey_actors{kind="room"}.
type Sample map[string]float64

// Scrape reads the Prometheus text format at the address. Counters are left
// out: they grow by their nature. So is everything of histograms and summaries.
func Scrape(ctx context.Context, address string) (Sample, error) {
	return scrape(ctx, address, "gauge", "untyped")
}

// Counters reads what Scrape leaves out but for histograms and summaries.
func Counters(ctx context.Context, address string) (Sample, error) {
	return scrape(ctx, address, "counter")
}

func scrape(ctx context.Context, address string, kinds ...string) (Sample, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	req.Header.Set("Accept", "text/plain; version=0.0.4")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("metrics: status %d", resp.StatusCode)
	}
	return parseMetrics(resp.Body, kinds...)
}

func parseMetrics(r io.Reader, kinds ...string) (Sample, error) {
	sample := make(Sample)
	wanted := make(map[string]bool)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			wanted[name] = slices.Contains(kinds, kind)
		}
		if line == "" || line[0] == '#' {
			continue
		}
		series, value, err := parseLine(line)
		if err != nil {
			return nil, err
		}
		name, _, _ := strings.Cut(series, "{")
		if wanted[name] && !math.IsNaN(value) {
			sample[series] = value
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return sample, nil
}

// parseLine splits a line into the series, which may have spaces within its
// labels, and its value; a time after it is ignored.
func parseLine(line string) (series string, value float64, err error) {
	end := strings.LastIndexByte(line, '}') + 1
	if end == 0 {
		end = strings.IndexAny(line, " \t")
	}
	if end <= 0 {
		return "", 0, fmt.Errorf("metrics: no value in %q", line)
	}
	fields := strings.Fields(line[end:])
	if len(fields) == 0 {
		return "", 0, fmt.Errorf("metrics: no value in %q", line)
	}
	value, err = strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return "", 0, fmt.Errorf("metrics: %q: %w", line, err)
	}
	return line[:end], value, nil
}

// Least keeps the smaller value of each series: the server holds on to what is left
// when it is idle.
func (s Sample) Least(other Sample) {
	for series, value := range other {
		if old, known := s[series]; !known || value < old {
			s[series] = value
		}
	}
}
