// Package chaos runs a cluster of three Pokey nodes and three etcd members in a
// lab of its own, breaks one thing after the other while hundreds of rooms are
// being played in, and says what people noticed and whether anything was lost,
// done twice or shown too early.
package chaos
