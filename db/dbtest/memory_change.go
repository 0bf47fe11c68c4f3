package dbtest

func (v *view) Changes(projects []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for _, p := range projects {
		out[p] = v.changes.get(p)
	}
	return out, nil
}

func (t *tx) PutChanges(projects []int64) error {
	for _, p := range projects {
		t.changes.put(p, t.changes.get(p)+1)
	}
	return nil
}

func (v *view) Stands(ids []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for _, id := range ids {
		if m := v.mails.get(id); m != nil {
			for _, o := range v.named(m.MsgID) {
				if o.Project == m.Project && o.Chosen {
					out[id] = o.ID
				}
			}
		}
	}
	return out, nil
}
