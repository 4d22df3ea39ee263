/* crash.h - the store is a mapped file: where it was cut off, reading it ends in
 * SIGBUS. That is said as what it is, with the exit code for damaged data. */
#ifndef ALMONER_CLI_CRASH_H
#define ALMONER_CLI_CRASH_H

#include <stdbool.h>

/* From now on SIGBUS says "store-damaged" and ends the program with exit 5. */
void crash_catch(bool json);
/* A file that is read is mapped, not the store: SIGBUS says "file-changed", exit 3. */
void crash_of_file(void);
/* The signal's own way again: for a process whose parent reports it. */
void crash_leave(void);

#endif
