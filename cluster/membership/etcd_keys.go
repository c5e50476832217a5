package membership

import "strings"

// etcdKeys names the two keys of each member. The record key is the prefix and
// the member's address; it holds the record, and so is the membership. The
// liveness key is the record key and /alive; it exists as long as the member
// renews its lease.
type etcdKeys struct{ prefix string }

const livenessSuffix = "/alive"

func (k etcdKeys) record(address string) string   { return k.prefix + address }
func (k etcdKeys) liveness(address string) string { return k.prefix + address + livenessSuffix }

// parse returns the address that a key below the prefix belongs to. Ours is false
// for keys that are neither of the two: a later release may add some.
func (k etcdKeys) parse(key []byte) (address string, liveness, ours bool) {
	address, liveness = strings.CutSuffix(strings.TrimPrefix(string(key), k.prefix), livenessSuffix)
	return address, liveness, !strings.Contains(address, "/")
}
