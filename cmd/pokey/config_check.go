package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/pokey/identity"
)

// check returns everything that is wrong or unsafe, and sets the defaults that
// follow from other settings.
func (c *config) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	c.checkHTTPS(fault)
	if host, _, err := splitListen(c.listen); err != nil {
		fault("-listen %q: %v", c.listen, err)
	} else if !loopback(host) && len(c.publicOrigins) == 0 {
		fault("-public-origin is required when -listen %s can be reached from other machines: give the URL that browsers use, for instance http://%s", c.listen, net.JoinHostPort("pokey.lan", "8080"))
	}
	if len(c.embedOrigins) > 0 && !slices.ContainsFunc(c.publicOrigins, func(origin string) bool { return strings.HasPrefix(origin, "https:") }) {
		fault("-embed-origin needs an https URL in -public-origin: in another site's frame, browsers keep a session only over https")
	}
	if _, _, err := splitListen(c.adminListen); c.adminListen != "" && err != nil {
		fault("-admin-listen %q: %v", c.adminListen, err)
	}
	if !strings.HasPrefix(c.basePath, "/") || strings.ContainsAny(c.basePath, " ?#%;\"'<>\\") || strings.Contains(c.basePath, "//") {
		fault("-base-path %q: want a plain path such as /poker/", c.basePath)
	}
	if !strings.HasSuffix(c.basePath, "/") {
		c.basePath += "/"
	}
	if c.userExpiry < time.Second {
		fault("-user-expiry %v: want at least a second", c.userExpiry)
	}
	if c.sessionLife < time.Second {
		fault("-session-life %v: want at least a second", c.sessionLife)
	}
	c.checkLimits(fault)
	if !c.given["max-new-rooms-per-ip"] {
		c.maxNewRooms = 2 * c.maxPerIP
	}
	c.checkFiles(fault)
	if c.logFormat != "text" && c.logFormat != "json" {
		fault("-log-format %q: want text or json", c.logFormat)
	}
	if _, err := logLevel(c.logLevel); err != nil {
		fault("-log-level %q: want debug, info, warn or error", c.logLevel)
	}
	c.checkCluster(fault)
	c.checkQuota(fault)
	c.checkRegular(fault)
	if c.data == "" {
		fault("-data is empty: want a directory, or %q to keep rooms in memory", inMemory)
	}
	if c.secretFile == "" && c.data != inMemory && len(c.etcd) == 0 {
		c.secretFile = filepath.Join(c.data, secretFile)
	}
	return errors.Join(faults...)
}

// checkLimits finds limits that are not numbers from 0.
func (c *config) checkLimits(fault func(string, ...any)) {
	for _, limit := range []struct {
		name  string
		value float64
	}{
		{"message-rate", c.messageRate},
		{"message-burst", float64(c.messageBurst)},
		{"max-connections", float64(c.maxConnections)},
		{"max-connections-per-ip", float64(c.maxPerIP)},
		{"max-connections-per-session", float64(c.maxPerSession)},
		{"max-new-rooms-per-ip", float64(c.maxNewRooms)},
		{"max-rooms-per-user", float64(c.maxRooms)},
		{"max-members-per-room", float64(c.maxMembers)},
	} {
		if !(limit.value >= 0 && limit.value <= math.MaxInt32) {
			fault("-%s %v: want 0 or more", limit.name, limit.value)
		}
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// configCheck reports what serve would object to, without starting or creating
// anything.
func configCheck(args []string, getenv func(string) string, stderr io.Writer) error {
	if len(args) == 0 || args[0] != "check" {
		return exit{exitUsage, errors.New("usage: pokey config check [flags]")}
	}
	c, err := parseConfig(args[1:], getenv, stderr)
	if err != nil {
		return err
	}
	if c.secretFile != "" {
		if _, err := identity.Open(c.secretFile, false); err != nil && !errors.Is(err, os.ErrNotExist) {
			return exit{exitConfig, err}
		}
	}
	for _, warning := range c.misspelt {
		_, _ = fmt.Fprintln(stderr, warning)
	}
	_, err = fmt.Fprintln(stderr, "the configuration is fine")
	return err
}
