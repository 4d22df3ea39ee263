/* fuzz_note.c - any bytes as note, checkpoint and vkey: no crash; a note that verifies
 * is one of ours, and a checkpoint or vkey that is read is printed as it was. */
#include <string.h>

#include "base/must.h"
#include "ledger/note.h"

#define NAME "example.com/foo"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* C2SP's example key, whose one signature is in the corpus. */
static const char known[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

static void try_note(struct str note)
{
    struct diag d;
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    struct str text;
    must(vkey_parse(str_of(known), name, public_key, &d) == ST_OK);
    if (note_verify(note, str_of(NAME), public_key, &text, &d) == ST_OK) {
        must(str_is(text, "This is an example message.\n"));
    }
}

static void try_checkpoint(struct str text)
{
    struct diag d;
    struct checkpoint c;
    if (checkpoint_parse(text, &c, &d) != ST_OK) {
        return;
    }
    struct buf again;
    buf_init(&again, text.n + 1);
    checkpoint_print(c.origin, c.size, c.root, &again);
    must(!again.failed && str_starts(text, buf_str(&again)));
    buf_release(&again);
}

static void try_vkey(struct str text)
{
    struct diag d;
    char name[KEY_NAME_MAX + 1];
    uint8_t public_key[KEY_PUBLIC_LEN];
    char again[VKEY_TEXT_CAP];
    if (vkey_parse(text, name, public_key, &d) == ST_OK) {
        size_t n = vkey_print(str_of(name), public_key, again);
        must(str_eq(text, str_make(again, n)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = str_make(data, size);
    try_note(all);
    try_checkpoint(all);
    try_vkey(all);
    return 0;
}
