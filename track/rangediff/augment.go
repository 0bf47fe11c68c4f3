package rangediff

// augment gives each row that is still free a column by the shortest path of exchanges, as Dijkstra finds it.
func (a *assignment) augment() {
	p := &path{assignment: a, dist: make([]int, a.n), from: make([]int, a.n), cols: make([]int, a.n)}
	for _, row := range a.free {
		end := p.find(row)
		for _, col := range p.cols[:p.settled] {
			a.price[col] += p.dist[col] - p.least
		}
		for {
			r := p.from[end]
			a.rowOf[end] = r
			end, a.colOf[r] = a.colOf[r], end
			if r == row {
				break
			}
		}
	}
}

// A path is the search for one row. The columns are in three groups: those that are done, from todo on those at the
// least distance, and from beyond on all others.
type path struct {
	*assignment
	dist, from, cols []int // by column: its distance, the row before it; and the columns in their groups
	done, beyond     int
	settled          int // how many columns were done before the last distance was chosen
	least            int
}

// find returns the column at which the shortest path from a row ends.
func (p *path) find(row int) int {
	for col := range p.n {
		p.dist[col], p.from[col], p.cols[col] = p.cost(row, col), row, col
	}
	p.done, p.beyond = 0, 0
	for {
		p.settled = p.done
		p.nearest()
		for _, col := range p.cols[p.done:p.beyond] {
			if p.rowOf[col] < 0 {
				return col
			}
		}
		for p.done < p.beyond {
			if end, found := p.scan(); found {
				return end
			}
		}
	}
}

// nearest puts the columns at the least distance among those beyond into the second group.
func (p *path) nearest() {
	p.least = p.dist[p.cols[p.beyond]]
	p.beyond++
	for k := p.beyond; k < p.n; k++ {
		col := p.cols[k]
		if d := p.dist[col]; d <= p.least {
			if d < p.least {
				p.beyond, p.least = p.done, d
			}
			p.cols[k] = p.cols[p.beyond]
			p.cols[p.beyond] = col
			p.beyond++
		}
	}
}

// scan takes a column of the second group, and sees which others are nearer by the row that has it.
func (p *path) scan() (end int, found bool) {
	taken := p.cols[p.done]
	p.done++
	row := p.rowOf[taken]
	offset := p.cost(row, taken) - p.least
	for k := p.beyond; k < p.n; k++ {
		col := p.cols[k]
		d := p.cost(row, col) - offset
		if d >= p.dist[col] {
			continue
		}
		p.dist[col], p.from[col] = d, row
		if d == p.least {
			if p.rowOf[col] < 0 {
				return col, true
			}
			p.cols[k] = p.cols[p.beyond]
			p.cols[p.beyond] = col
			p.beyond++
		}
	}
	return 0, false
}
