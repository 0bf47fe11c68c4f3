#ifndef FROB_H
#define FROB_H

#include <stddef.h>

struct frob {
	char *name;
	size_t len;
	unsigned int flags;
};

struct frob *frob_new(const char *name);
void frob_free(struct frob *f);
int frob_twist(struct frob *f, int turns);
size_t frob_count(const struct frob *f);

#endif
