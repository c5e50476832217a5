package main

import (
	"flag"
	"runtime"
	"strconv"
)

// runMoreAtOnce has more tests run in parallel than there are cores, unless -parallel
// says how many: most of their time, they wait for browsers and other processes.
func runMoreAtOnce() {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", strconv.Itoa(5*runtime.GOMAXPROCS(0)/2)) // it is a number
	}
}
