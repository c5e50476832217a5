// Package etcdtest runs etcd for tests: one member on loopback that can be stopped,
// killed, paused and restarted during the test.
//
// It runs the etcd in PATH. If there is none the test is skipped, or fails if
// POKEY_ETCDTEST=require is in the environment.
//
// It also finds free addresses for other programs that a test starts.
package etcdtest
