package sqlite

import (
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func patchNumbers(f track.Filter) func(v engine.View) (any, error) {
	return func(v engine.View) (any, error) {
		found, err := v.Patches(f)
		var ids []int64
		for _, p := range found {
			ids = append(ids, p.ID)
		}
		return ids, err
	}
}

func seriesNumbers(f track.Filter) func(v engine.View) (any, error) {
	return func(v engine.View) (any, error) {
		found, err := v.SeriesList(f)
		var ids []int64
		for _, s := range found {
			ids = append(ids, s.ID)
		}
		return ids, err
	}
}

func TestPatches(t *testing.T) {
	e, _, _ := openFilled(t)
	answers(t, e, []asked{
		{"one", func(v engine.View) (any, error) { return v.Patches(track.Filter{ID: 8}) }, []track.PatchView{{
			ID: 8, Mail: 8, Project: "net", MsgID: "<q1@x>", Name: "[v2,RESEND] name", Date: at(1000),
			Submitter: track.Person{Name: "Ann", Email: "ann@x.org"}, State: "rfc", Delegate: "bob@x.org",
			Series: 8, Number: 1, Total: 1,
			Version: 2, Hash: "abcd",
		}}},
		{"in no series", func(v engine.View) (any, error) { return v.Patches(track.Filter{ID: 9}) }, []track.PatchView{{
			ID: 9, Mail: 9, Project: "net", MsgID: "<pull@x>", Name: "name of <pull@x>", Date: at(1001),
			Submitter: track.Person{Name: "Ann", Email: "ann@x.org"}, State: "new", Total: 2, Version: 1, PullURL: "git://x",
		}}},
		{"without a name of its own", func(v engine.View) (any, error) {
			found, err := v.Patches(track.Filter{ID: 3, Archived: true})
			return found[0].Submitter, err
		}, track.Person{Name: "Ann", Email: "ann@x.org"}},
		{"all", patchNumbers(track.Filter{Archived: true, Hidden: true}), []int64{9, 8, 3, 2}},
		{"all that are in sight", patchNumbers(track.Filter{Archived: true}), []int64{9, 8, 2}},
		{"not archived", patchNumbers(track.Filter{}), []int64{9, 8, 2}},
		{"some", patchNumbers(track.Filter{Limit: 2}), []int64{9, 8}},
		{"of a project", patchNumbers(track.Filter{Project: "net", Limit: 1}), []int64{9}},
		{"of another", patchNumbers(track.Filter{Project: "gone"}), []int64(nil)},
		{"new", patchNumbers(track.Filter{States: []track.State{"new"}}), []int64{9, 2}},
		{"decided", patchNumbers(track.Filter{States: []track.State{"rfc"}}), []int64{8}},
		{"either", patchNumbers(track.Filter{States: []track.State{"rfc", "new"}}), []int64{9, 8, 2}},
		{"by address", patchNumbers(track.Filter{Submitter: "Ann@X.org", Series: 1, Archived: true, Hidden: true}),
			[]int64{3, 2}},
		{"by name", patchNumbers(track.Filter{Submitter: "an", Since: at(101), Until: at(1001)}), []int64{8, 2}},
		{"by a name that is a pattern", patchNumbers(track.Filter{Submitter: "a_n"}), []int64(nil)},
		{"by delegate", patchNumbers(track.Filter{Delegate: "BOB@x.org"}), []int64{8}},
		{"by text", patchNumbers(track.Filter{Text: "NAME OF <PULL"}), []int64{9}},
		{"by a text that is a pattern", patchNumbers(track.Filter{Text: "%"}), []int64(nil)},
	})
}

func TestSeriesList(t *testing.T) {
	e, _, _ := openFilled(t)
	ann := track.Person{Name: "Ann", Email: "ann@x.org"}
	answers(t, e, []asked{
		{"all", func(v engine.View) (any, error) { return v.SeriesList(track.Filter{}) }, []track.SeriesView{
			{ID: 8, Project: "net", Key: "<q1@x>", Name: "a name", Version: 2, Resend: true, Total: 2, Received: 1,
				Date: at(1000), Submitter: ann},
			{ID: 1, Project: "net", Key: "<c@x>", Name: "all of it", Version: 1, Total: 2, Received: 2,
				Complete: true, Date: at(100),
				Submitter: ann, Cover: "<c@x>"},
		}},
		{"one", seriesNumbers(track.Filter{Series: 1, Project: "net"}), []int64{1}},
		{"incomplete", seriesNumbers(track.Filter{Incomplete: true, Limit: 9}), []int64{8}},
		{"of a patch that is new", seriesNumbers(track.Filter{States: []track.State{"new"}}), []int64{1}},
		{"of a patch that is decided", seriesNumbers(track.Filter{States: []track.State{"rfc", "accepted"}}), []int64{8}},
		{"of either", seriesNumbers(track.Filter{States: []track.State{"rfc", "new"}}), []int64{8, 1}},
		{"by delegate", seriesNumbers(track.Filter{Delegate: "Bob@x.org"}), []int64{8}},
		{"by name", seriesNumbers(track.Filter{Submitter: "ANN", Since: at(100), Until: at(1000)}), []int64{1}},
		{"by text", seriesNumbers(track.Filter{Text: "A NAME"}), []int64{8}},
	})
}

// Of many decided patches the series are looked at one by one.
func TestSeriesOfManyDecided(t *testing.T) {
	e, _, _ := openFilled(t)
	if err := e.writer.exec(`
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		INSERT INTO patch (mail, project, series, number, date, submitter, state, archived)
		SELECT 1000 + i, 1, 500, i, 1, '', 'accepted', 0 FROM n`); err != nil {
		t.Fatal(err)
	}
	answers(t, e, []asked{{"many", seriesNumbers(track.Filter{States: []track.State{"rfc", "accepted"}}), []int64{8}}})
}

func TestMailViews(t *testing.T) {
	e, _, _ := openFilled(t)
	answers(t, e, []asked{
		{"MailViews", func(v engine.View) (any, error) { return v.MailViews([]int64{4, 99, 2, 7}) }, []track.MailView{
			{ID: 4, Mail: 4, Project: "net", MsgID: "<r1@x>", Kind: "comment", Name: "name of <r1@x>", Date: at(103),
				Submitter: track.Person{Name: "Bob 100%", Email: "bob@x.org"}, Refs: []string{"<p1@x>"}, Parent: "<p1@x>",
				Trailers: []track.Trailer{{Key: "Acked-by", Value: "Bob"}}, Notes: []string{"odd"}, ActionRequired: true},
			{ID: 2, Mail: 2, Project: "net", MsgID: "<p1@x>", Kind: "patch", Name: "name of <p1@x>", Date: at(101),
				Submitter: track.Person{Name: "Ann", Email: "ann@x.org"}, Refs: []string{"<c@x>"}, Series: 1, Variants: 1,
				Trailers: []track.Trailer{{Key: "Cc", Value: "x"}}},
			{ID: 7, Mail: 7, MsgID: "<u@x>", Kind: "unrouted", Name: "name of <u@x>", Date: at(105),
				Submitter: track.Person{Name: "Ann", Email: "ann@x.org"}},
		}},
		{"kinds", func(v engine.View) (any, error) {
			found, err := v.MailViews([]int64{1, 5, 10})
			var kinds []string
			for _, m := range found {
				kinds = append(kinds, string(m.Kind))
			}
			return kinds, err
		}, []string{"cover", "ignored", "pending"}},
	})
}

func TestFind(t *testing.T) {
	e, _, _ := openFilled(t)
	find := func(f engine.Finding) func(v engine.View) (any, error) {
		return func(v engine.View) (any, error) { return v.Find(f) }
	}
	answers(t, e, []asked{
		{"nothing", find(engine.Finding{Project: "net"}), []int64(nil)},
		{"by number", find(engine.Finding{ID: 2}), []int64{2}},
		{"a variant", find(engine.Finding{ID: 6}), []int64{2}},
		{"in another project", find(engine.Finding{ID: 2, Project: "gone"}), []int64(nil)},
		{"by Message-ID", find(engine.Finding{MsgIDs: []string{"<u@x>", "<p1@x>", "<u@x>"}}), []int64{2, 7}},
		{"by Message-ID in a project", find(engine.Finding{MsgIDs: []string{"<u@x>", "<p1@x>"}, Project: "net"}), []int64{2}},
		{"by its beginning", find(engine.Finding{Beginning: "<p"}), []int64{2, 3, 9}},
		{"by its beginning, some", find(engine.Finding{Beginning: "<p", Project: "net", Most: 2}), []int64{2, 3}},
	})
}

func TestSmallLists(t *testing.T) {
	e, _, mails := openFilled(t)
	answers(t, e, []asked{
		{"Replies", func(v engine.View) (any, error) {
			return v.Replies([]int64{2, 3, 2}, false, true)
		}, map[int64][]int64{2: {4}}},
		{"Replies, ignored too", func(v engine.View) (any, error) { return v.Replies([]int64{2, 3, 2}, true, true) },
			map[int64][]int64{2: {4, 5}}},
		{"Covers, a hidden one", func(v engine.View) (any, error) { return v.Covers([]int64{2, 3, 8, 9, 2}) },
			map[int64]int64{}},
		{"More", func(v engine.View) (any, error) { return v.More([]int64{1, 2, 8, 2}) },
			map[int64]string{2: mails[1].More, 8: mails[7].More}},
		{"More of none", func(v engine.View) (any, error) { return v.More(nil) }, map[int64]string{}},
		{"Counts", func(v engine.View) (any, error) { return v.Counts() }, engine.Counts{
			Mails: 10, Patches: 4, Covers: 1, Comments: 1, Pending: 1, Ignored: 1, Unrouted: 1, Variants: 1,
			Series: 2, NoSubject: 1,
			NewestNoSubject: 10,
		}},
	})
}
