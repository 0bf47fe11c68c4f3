package track

import (
	"sort"
	"strings"
	"time"
)

// Window is how far apart two mails may be dated that are taken for one sending on weak grounds: the same sender,
// version and total, or a version that one of them forgot to name. It is Patchwork's value.
const Window = 20 * time.Minute

func near(a, b *Item) bool { return apart(a, b) <= Window }

func apart(a, b *Item) time.Duration { return a.Date.Sub(b.Date).Abs() }

// series divides the covers and patches of the set into series, in five steps: mails that refer to each other or to
// the same place belong together (link); if a number then occurs twice, they are several sendings (cut); mails that
// lost their thread are joined by sender, version, total and time (join); patches without a number stand alone; what a
// person decided has the last word (putByHand).
func (g *graph) series() []Series {
	groups := g.join(g.cut(g.link()))
	for _, it := range g.items {
		if it.Kind == Patch && !it.member() && !it.byHand() && (!it.Marked || it.Total == 0) {
			groups = append(groups, []*Item{it})
		}
	}
	var out []Series
	for _, members := range g.putByHand(groups) {
		if len(members) == 1 && !members[0].member() {
			out = append(out, single(members[0]))
		} else {
			out = append(out, describe(members))
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}

// single is the series of one that a patch without a number makes. A pull request numbered 0/n is in none, unless a
// person put it into one.
func single(it *Item) Series {
	return Series{
		Key: it.ID, Name: it.Name, Version: it.Version, Total: 1, Date: it.Date, Submitter: it.Sender,
		Patches: []Slot{{Number: 1, ID: it.ID}}, Complete: true,
	}
}

// describe says what series a group of mails is, in which no number occurs twice. What the cover says counts more
// than what the patches say. Without a cover, version and total are what most patches say, and the lowest number
// speaks for the rest. Patches without a number, which only a person puts together, are as many as there are.
func describe(members []*Item) Series {
	sort.Slice(members, func(i, j int) bool { return members[i].Number < members[j].Number })
	s := Series{}
	for _, it := range members {
		if s.Key == "" || it.ID < s.Key {
			s.Key = it.ID
		}
		if it.Number == 0 {
			s.Cover = it.ID
		} else {
			s.Patches = append(s.Patches, Slot{Number: it.Number, ID: it.ID})
		}
	}
	lead := members[0]
	s.Date, s.Submitter = lead.Date, lead.Sender
	s.Version, s.Total = lead.Version, lead.Total
	if s.Cover == "" {
		s.Version = mostSay(members, func(it *Item) int { return it.Version })
		s.Total = totalOf(members)
	}
	switch {
	case s.Cover != "":
		s.Name = title(lead.Name)
	case lead.Number == 1:
		s.Name = lead.Name
	}
	s.Complete = complete(s.Patches, s.Total)
	return s
}

// totalOf is the total that most patches name; if none does, the number of patches.
func totalOf(members []*Item) int {
	naming := make([]*Item, 0, len(members))
	for _, it := range members {
		if it.Total > 0 {
			naming = append(naming, it)
		}
	}
	if len(naming) == 0 {
		return len(members)
	}
	return mostSay(naming, func(it *Item) int { return it.Total })
}

// mostSay is the value that most members have; among equals, the one that comes first by number.
func mostSay(members []*Item, value func(*Item) int) int {
	count := map[int]int{}
	best := value(members[0])
	for _, it := range members {
		count[value(it)]++
	}
	for _, it := range members {
		if v := value(it); count[v] > count[best] {
			best = v
		}
	}
	return best
}

// complete tells whether each number of 1..total is there. An extra number does not make up for a missing one.
func complete(slots []Slot, total int) bool {
	inside := 0
	for _, s := range slots {
		if s.Number <= total {
			inside++
		}
	}
	return inside >= total
}

// title is a cover's name without its prefixes: the name of its series.
func title(name string) string {
	if strings.HasPrefix(name, "[") {
		if _, rest, ok := strings.Cut(name, "]"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return name
}

// IsResend tells by its name that a mail was sent again, since people write that into the brackets: "[RESEND,2/3]
// title".
func IsResend(name string) bool {
	for _, p := range prefixes(name) {
		switch strings.ToLower(p) {
		case "resend", "re-send", "resent", "repost":
			return true
		}
	}
	return false
}

// prefixes are what stands in the brackets before a name.
func prefixes(name string) []string {
	if !strings.HasPrefix(name, "[") {
		return nil
	}
	inside, _, _ := strings.Cut(name[1:], "]")
	return strings.FieldsFunc(inside, func(r rune) bool { return r == ',' || r == ' ' })
}
