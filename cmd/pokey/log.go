package main

import (
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
)

func newLogger(c config, w io.Writer) *slog.Logger {
	level, _ := logLevel(c.logLevel) // parseConfig has checked it
	options := &slog.HandlerOptions{Level: level}
	if c.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func logLevel(name string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(name)); err != nil {
		return 0, fmt.Errorf("log level: %w", err)
	}
	return level, nil
}

// release is the version of a release build, set by -ldflags.
var release = ""

// version returns the release, or else the commit that was built.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
