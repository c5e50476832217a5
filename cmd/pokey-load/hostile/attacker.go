package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// The attacker is a process of its own, which runs at a lower priority than the others: the
// players' times are to show what the attack costs the server's other users, not what it
// costs the machine that the attacker and the players happen to share.

// ordersName is the variable with the orders of a process that is to attack.
const ordersName = "POKEY_LOAD_ATTACK"

// niceness is by how much the attacker's priority is lower.
const niceness = "10"

// orders say what to attack.
type orders struct {
	URLs []string `json:"urls"` // of the nodes
	Room string   `json:"room"`
	Only string   `json:"only"` // the one attack to make; empty for all
}

// Ordered reports whether this process was started to attack. Then its main calls [Obey].
func Ordered() bool { return os.Getenv(ordersName) != "" }

// Obey attacks until there is no more to read, and writes the results.
func Obey(ctx context.Context, from io.Reader, to io.Writer) error {
	var o orders
	if err := json.Unmarshal([]byte(os.Getenv(ordersName)), &o); err != nil {
		return fmt.Errorf("%s: %w", ordersName, err)
	}
	a, err := o.begin(ctx)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, from) // until the run is over, or its process gone
	a.end()
	return json.NewEncoder(to).Encode(a.results())
}

// attacker is the process that attacks.
type attacker struct {
	results func() ([]Attack, error) // of the attack, which it ends
}

func startAttacker(ctx context.Context, o orders) (*attacker, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, self)
	if nice, err := exec.LookPath("nice"); err == nil {
		command = exec.CommandContext(ctx, nice, "-n", niceness, self) //nolint:gosec // it is this program
	}
	var found, said bytes.Buffer
	command.Env = append(os.Environ(), ordersName+"="+string(text))
	command.Stdout, command.Stderr = &found, &said
	until, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the attacker: %w", err)
	}
	return &attacker{sync.OnceValues(func() (all []Attack, err error) {
		_ = until.Close()
		if err := command.Wait(); err != nil {
			return nil, fmt.Errorf("the attacker: %w: %s", err, &said)
		}
		return all, json.Unmarshal(found.Bytes(), &all)
	})}, nil
}

// end ends the attack. It may be called again.
func (a *attacker) end() { _, _ = a.results() }
