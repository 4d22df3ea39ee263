/* pages.h - the pages of the store's file, read as LMDB 0.9 lays them out and without
 * its help: it believes its list of free pages, and writes over a page in use, or
 * crashes, when the list is damaged. */
#ifndef ALMONER_LEDGER_PAGES_H
#define ALMONER_LEDGER_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct pages_report {
    uint64_t pages; /* of the file, in the newest state */
    uint64_t used;  /* by the trees of tables, and of the list itself */
    uint64_t free;  /* in the list; what is in neither is lost, and no harm */
};

/* Walks every tree of dir/data.mdb and the list: every page belongs to one tree at
 * most, or is free once. The caller holds a transaction meanwhile, so that nobody
 * takes pages of the state that is looked at. ST_INTEGRITY "pages" names the first page
 * that is wrong; ST_SYSTEM when the file cannot be read. A store that was never written
 * to has no pages: all is 0. */
enum status pages_check(const char *dir, struct pages_report *out, struct diag *d)
    MUST_USE;

/* The same of the file's bytes in memory; nothing beyond them is read. */
enum status pages_check_bytes(const void *p, size_t n, struct pages_report *out,
                              struct diag *d) MUST_USE;

#endif
