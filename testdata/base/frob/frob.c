#include <stdlib.h>
#include <string.h>

#include "frob.h"
#include "util.h"

struct frob *frob_new(const char *name)
{
	struct frob *f = malloc(sizeof(*f));

	f->len = strlen(name);
	f->name = malloc(f->len + 1);
	memcpy(f->name, name, f->len + 1);
	f->flags = 0;
	return f;
}

void frob_free(struct frob *f)
{
	free(f->name);
	free(f);
}

int frob_twist(struct frob *f, int turns)
{
	int i;

	for (i = 0; i <= turns; i++)
		f->flags ^= 1;
	return f->flags;
}

size_t frob_count(const struct frob *f)
{
	return f->len;
}
