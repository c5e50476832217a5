package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"example.com/pokey/cluster/etcdmember"
)

// size is a flag for a number of bytes, such as 512MB or 2GB.
type size int64

const (
	megabyte = 1e6 // as the operator's page counts
	gigabyte = 1e9

	// smallestQuota is enough to try what happens when it is full.
	smallestQuota = 16 * megabyte
)

// String implements [flag.Value].
func (s *size) String() string {
	if *s != 0 && *s%gigabyte == 0 {
		return strconv.FormatInt(int64(*s/gigabyte), 10) + "GB"
	}
	return strconv.FormatInt(int64(*s/megabyte), 10) + "MB"
}

// Set implements [flag.Value].
func (s *size) Set(text string) error {
	number, unit := strings.TrimRight(text, "GMBgmb "), size(0)
	switch strings.ToUpper(strings.TrimSpace(text[len(number):])) {
	case "GB", "G":
		unit = gigabyte
	case "MB", "M":
		unit = megabyte
	}
	n, err := strconv.ParseUint(number, 10, 20)
	if err != nil || unit == 0 {
		return fmt.Errorf("%q: want a size with its unit, such as 512MB or 2GB", text)
	}
	*s = size(n) * unit
	return nil
}

// remedyOfFull says what to do about a node that cannot start because the rooms' database
// is full: a node becomes a member by writing that down.
func remedyOfFull(err error) string {
	if !errors.Is(err, rpctypes.ErrNoSpace) {
		return ""
	}
	return ". The database of the rooms is full: start the nodes with a larger -cluster-quota, 8GB at most, or, while others run, wait until they have ended rooms"
}

// checkQuota finds a quota that etcd could not work with.
func (c *config) checkQuota(fault func(string, ...any)) {
	least, most := size(smallestQuota), size(etcdmember.MaxQuota)
	switch {
	case c.quota < least || c.quota > most:
		fault("-cluster-quota %s: want %s to %s", &c.quota, &least, &most)
	case c.given["cluster-quota"] && len(c.nodes) == 0:
		fault("-cluster-quota is for -cluster; an etcd of your own has --quota-backend-bytes, and a server alone has no quota")
	}
}
