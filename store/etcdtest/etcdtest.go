// Package etcdtest runs a real etcd for tests, one member on loopback that can
// be stopped, killed, paused and started again while the test goes on.
//
// It takes the etcd that is in PATH. Where there is none a test is skipped,
// unless POKEY_ETCDTEST=require is in the environment: then it fails.
//
// It also finds addresses for other programs that a test starts.
package etcdtest
