package rangediff

import "math"

// An assignment gives each row of a square matrix of costs a column of its own, so that the sum of the costs is as
// small as can be. It is found by the algorithm of R. Jonker and A. Volgenant ("A Shortest Augmenting Path Algorithm
// for Dense and Sparse Linear Assignment Problems", Computing 38, 1987), with its steps in their order, as git has it:
// where several assignments cost the same, the order decides.
type assignment struct {
	n     int
	costs []int32 // by row, then by column
	price []int   // by column: what a row saves by another one
	rowOf []int   // by column; -1: none
	colOf []int   // by row; -1: none
	free  []int   // rows without a column
}

// assign returns the column of each row.
func assign(n int, costs []int32) []int {
	a := &assignment{n: n, costs: costs, price: make([]int, n), rowOf: make([]int, n), colOf: make([]int, n)}
	if n < 2 {
		return a.colOf
	}
	a.reduceColumns()
	for range 2 {
		a.reduceRows()
	}
	a.augment()
	return a.colOf
}

func (a *assignment) cost(row, col int) int { return int(a.costs[row*a.n+col]) - a.price[col] }

// reduceColumns gives each column, from the last on, to the row to which it costs least, unless another column has it;
// then it moves price from rows that are wanted by one column only to what the second best would cost them.
func (a *assignment) reduceColumns() {
	wanted := make([]int, a.n)
	for row := range a.colOf {
		a.colOf[row] = -1
	}
	for col := a.n - 1; col >= 0; col-- {
		best := 0
		for row := 1; row < a.n; row++ {
			if a.costs[row*a.n+col] < a.costs[best*a.n+col] {
				best = row
			}
		}
		a.price[col] = int(a.costs[best*a.n+col])
		a.rowOf[col] = -1
		if wanted[best]++; wanted[best] == 1 {
			a.colOf[best], a.rowOf[col] = col, best
		}
	}
	for row, times := range wanted {
		switch times {
		case 0:
			a.free = append(a.free, row)
		case 1:
			a.price[a.colOf[row]] -= a.secondBest(row, a.colOf[row])
		}
	}
}

func (a *assignment) secondBest(row, best int) int {
	least := math.MaxInt
	for col := range a.n {
		if col != best {
			least = min(least, a.cost(row, col))
		}
	}
	return least
}

// reduceRows gives each free row the column that costs it least. If the price of that can fall, the row that had the
// column is free at once; otherwise it waits. Prices may fall by little many times: after many turns the rest waits.
func (a *assignment) reduceRows() {
	queue := a.free
	var later []int
	turns := 1000 + 100*a.n
	for k := 0; k < len(queue); turns-- {
		if turns == 0 {
			later = append(later, queue[k:]...)
			break
		}
		row := queue[k]
		k++
		first, second, least, next := a.twoBest(row)
		owner := a.rowOf[first]
		if least < next {
			a.price[first] -= next - least
		} else if owner >= 0 {
			first = second
			owner = a.rowOf[first]
		}
		if owner >= 0 {
			if least < next {
				k--
				queue[k] = owner
			} else {
				later = append(later, owner)
			}
		}
		a.colOf[row], a.rowOf[first] = first, row
	}
	a.free = later
}

// twoBest finds the two columns that cost a row least, and what they cost.
func (a *assignment) twoBest(row int) (first, second, least, next int) {
	first, second = 0, -1
	least, next = a.cost(row, 0), math.MaxInt
	for col := 1; col < a.n; col++ {
		switch c := a.cost(row, col); {
		case c >= next:
		case c > least:
			second, next = col, c
		default:
			first, second, least, next = col, first, c, least
		}
	}
	return first, second, least, next
}
