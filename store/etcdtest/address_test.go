package etcdtest_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"example.com/pokey/store/etcdtest"
)

// As many addresses as two large packages ask for at once are all different, although
// nobody listens at them.
func TestFreeAddress(t *testing.T) {
	const child, each = "POKEY_TEST_FREE_ADDRESSES", 500
	if os.Getenv(child) != "" {
		for range each {
			fmt.Println(etcdtest.FreeAddress(t))
		}
		_, _ = os.Stdin.Read(make([]byte, 1)) // what it has is its own until it ends
		return
	}
	seen := map[string]int{}
	for range each {
		seen[etcdtest.FreeAddress(t)]++
	}
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFreeAddress$")
		cmd.Env = append(os.Environ(), child+"=yes")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = in.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		}()
		lines := bufio.NewScanner(out)
		for i := 0; i < each && lines.Scan(); i++ {
			seen[lines.Text()]++
		}
	}
	if len(seen) != 4*each {
		t.Errorf("got %d different addresses, want %d", len(seen), 4*each)
	}
}
