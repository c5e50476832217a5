package membership

import "slices"

// isolate marks members as isolated so that the rest all reach each other. The
// result depends on the members only, not on their order: all nodes agree at each
// revision.
//
// An edge joins two members if either cannot reach the other. While there is an
// edge, the member with the most edges is isolated and its edges are removed; the
// last member never has one. Then a member whose only unreachable peers are
// isolated is readmitted.
func isolate(members []Member) {
	edges := unreachablePairs(members)
	degree := make([]int, len(members))
	for i := range members {
		members[i].Isolated = false
		for j := range members {
			if edges[[2]int{i, j}] {
				degree[i]++
			}
		}
	}
	var isolated []int
	for {
		worst := -1
		for i := range members {
			if degree[i] > 0 && (worst < 0 || isolatedFirst(members[i], degree[i], members[worst], degree[worst])) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		members[worst].Isolated = true
		isolated = append(isolated, worst)
		degree[worst] = 0
		for j := range members {
			if edges[[2]int{worst, j}] && !members[j].Isolated {
				degree[j]--
			}
		}
	}
	for _, i := range slices.Backward(isolated) {
		members[i].Isolated = false
		for j := range members {
			if edges[[2]int{i, j}] && !members[j].Isolated {
				members[i].Isolated = true
			}
		}
	}
}

// unreachablePairs returns the edges between members, by index and in both
// directions.
func unreachablePairs(members []Member) map[[2]int]bool {
	var edges map[[2]int]bool
	for i, m := range members {
		for _, id := range m.Unreachable {
			j := slices.IndexFunc(members, func(other Member) bool { return other.ID == id })
			if j < 0 || i == j {
				continue // it is no longer a member
			}
			if edges == nil {
				edges = map[[2]int]bool{}
			}
			edges[[2]int{i, j}], edges[[2]int{j, i}] = true, true
		}
	}
	return edges
}

// isolatedFirst reports whether a is isolated rather than b, given the number of
// edges of each.
func isolatedFirst(a Member, edgesOfA int, b Member, edgesOfB int) bool {
	switch {
	case a.YieldsOwnership != b.YieldsOwnership:
		return a.YieldsOwnership // otherwise the two could swap while links recover one by one
	case edgesOfA != edgesOfB:
		return edgesOfA > edgesOfB
	case a.Draining != b.Draining:
		return a.Draining // it owns nothing anyway
	case a.UnreachableSince != b.UnreachableSince:
		// A silent member may be frozen or dead. On a tie the later report loses,
		// so making one cannot change the outcome.
		return a.UnreachableSince == 0 || b.UnreachableSince != 0 && a.UnreachableSince > b.UnreachableSince
	case !a.Since.Equal(b.Since):
		return a.Since.After(b.Since)
	}
	return a.Address > b.Address
}
