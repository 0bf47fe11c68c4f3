package pages

// patchPost decides about a patch, as the form of its page or of Patchwork's says.
func (c *call) patchPost() (string, error) {
	row, of, err := c.Patch()
	if err != nil {
		return "", err
	}
	return c.decideAbout(of, []int64{row.ID})
}
