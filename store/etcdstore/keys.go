package etcdstore

// keyspace is the prefix of all keys in etcd. Behind it are:
//
//	record/KEY       the sealed record
//	record/KEY/NAME  a sealed part of it
//	large/KEY/…      sealed batches of parts, of a commit that takes several transactions
//	hold/…           a snapshot that is being read, of the revision in which this key was created
//	expiry/KEY       when the record expires, if ever: milliseconds since 1970, 8 bytes, big endian
//
//	form             the newest form that what is in the records may have
//	importing        there while all records are being replaced
//
// A record and its expiry are written in one transaction.
type keyspace string

func (k keyspace) record(key string) string { return string(k) + "record/" + key }
func (k keyspace) parts(key string) string  { return k.record(key) + "/" }
func (k keyspace) expiry(key string) string { return string(k) + "expiry/" + key }
func (k keyspace) batches(key string) string {
	return string(k) + largePrefix + key + "/"
}

func (k keyspace) form() string            { return string(k) + "form" }
func (k keyspace) importing() string       { return string(k) + "importing" }
func (k keyspace) hold(name string) string { return string(k) + "hold/" + name }

const largePrefix = "large/"
