/* fuzz_witness.c - any bytes as a request, a state or a vkey of a witness: no crash; no
 * state is believed that its key did not sign, and nothing is cosigned for a log that
 * did not. What is read is printed as it was. */
#include <string.h>

#include "base/must.h"
#include "ledger/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_vkey(struct str text)
{
    struct diag d;
    struct witness_key k;
    char again[VKEY_TEXT_CAP];
    if (witness_key_parse(text, &k, &d) == ST_OK) {
        size_t n = witness_key_print(&k, again);
        must(str_eq(text, str_make(again, n)));
    }
}

/* The state of the corpus, by key 2, is the one that can be read. */
static void try_state(struct str bytes)
{
    static struct witness_state s;
    struct diag d;
    if (witness_state_parse(bytes, &s, &d) == ST_OK) {
        must(s.log_count <= WITNESS_LOGS_MAX && key_name_valid(str_of(s.key.name)));
    }
}

/* One log, of C2SP's example key; its only signed note is no checkpoint. */
static void try_request(struct str bytes)
{
    static struct witness_state s;
    struct proof_text r;
    struct diag d;
    struct str text;
    size_t log;
    if (witness_request_parse(bytes, &r, &d) != ST_OK) {
        return;
    }
    must(r.proof.count <= PROOF_LINES_MAX && r.checkpoint.n < bytes.n);
    memset(&s, 0, sizeof s);
    must(
        vkey_parse(str_of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANY"
                          "crnKv3U2k"),
                   s.logs[0].origin, s.logs[0].public_key, &d) == ST_OK);
    s.log_count = 1;
    must(witness_advance(&s, &r, 1, &log, &text, &d) != ST_OK);
    must(s.logs[0].size == 0 && s.logs[0].time_s == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = str_make(data, size);
    try_vkey(all);
    try_state(all);
    try_request(all);
    return 0;
}
