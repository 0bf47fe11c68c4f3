#ifndef UTIL_H
#define UTIL_H

void die(const char *why);
int parse_turns(const char *s);

#endif
