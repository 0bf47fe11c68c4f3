#include <stdio.h>

#include "frob.h"
#include "util.h"

int main(int argc, char **argv)
{
	struct frob *f;

	if (argc < 2)
		die("which one?");
	f = frob_new(argv[1]);
	frob_twist(f, argc > 2 ? parse_turns(argv[2]) : 1);
	printf("%s: %zu, %s\n", f->name, frob_count(f), f->flags ? "on" : "off");
	frob_free(f);
	return 0;
}
