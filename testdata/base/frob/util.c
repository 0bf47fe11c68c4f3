#include <stdio.h>
#include <stdlib.h>

#include "util.h"

void die(const char *why)
{
	printf("frob: %s\n", why);
	exit(1);
}

int parse_turns(const char *s)
{
	return atoi(s);
}
