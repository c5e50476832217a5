// Package lab is a network of hosts within one machine, whose links the program
// controls: it cuts them one way or both ways, delays them, and reads them.
//
// Every host is a network namespace of its own, so that processes on it are
// reached by its address only, and the program is the router between them: each
// host's only card is a TUN device that the program reads and writes. Neither
// firewall nor traffic shaper of the kernel is needed, and what is cut is
// silent, as a cable is.
//
// All of it lives in namespaces that end with the program, for whatever reason
// it ends: [Enter] runs the program again as the first process of a namespace of
// processes, and when that one ends the kernel ends all others, with them their
// networks and what they mounted. There is nothing to clean up, and the
// machine's real network is not touched.
//
// It needs Linux, root and /dev/net/tun.
package lab
