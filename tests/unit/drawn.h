/* drawn.h - OpenSSL's private random numbers out of a list, for SM2 signatures that are
 * the same in every run. Of use in a test with a process of its own only. */
#ifndef ALMONER_TESTS_UNIT_DRAWN_H
#define ALMONER_TESTS_UNIT_DRAWN_H

/* First of all, before anything was drawn. */
void drawn_start(void);
/* What is drawn next begins with these 32 bytes, given in hex. */
void drawn_next(const char *hex);

#endif
