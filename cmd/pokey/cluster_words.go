package main

import (
	"errors"
	"fmt"
)

const clusterUsage = "usage: pokey cluster status | add NODE | remove NODE | dissolve | recover [-data DIR] [-at NODE] [-lost NODES]"

const clusterHelp = clusterUsage + `

On a machine of the cluster, whose node runs:
  status       what the nodes are, who leads, who does not answer, and how many can be lost
  add NODE     NODE may join, with a certificate of your own; with pokey invite and pokey join
               nothing needs to be added
  remove NODE  NODE hands off what it has, and ends; or, if it does not answer, it is no longer counted
On the machine of a node that is stopped:
  dissolve     of the last node: it can serve alone again
  recover      when most of the others are lost for good: the node can begin another cluster
`

// clusterWords returns what is to be done, and with which node.
func clusterWords(words []string) (what, node string, err error) {
	if len(words) == 0 {
		return "", "", errors.New(clusterUsage)
	}
	switch what = words[0]; what {
	case "add", "remove":
		if len(words) == 2 {
			return what, words[1], nil
		}
		return "", "", fmt.Errorf("usage: pokey cluster %s NODE, one node at a time", what)
	case "status", "dissolve", "recover":
		if len(words) == 1 {
			return what, "", nil
		}
	}
	return "", "", errors.New(clusterUsage)
}
