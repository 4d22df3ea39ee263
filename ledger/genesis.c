/* genesis.c - reading the genesis record; its body in docs/formats/ledger.md. Both the
 * program that opens a ledger and the fold that verifies one come through here, so what
 * a genesis may say is said once. */
#include "ledger/genesis.h"

#include <string.h>

#include "base/text.h"
#include "ledger/cbor.h"
#include "ledger/register.h"

#define LEDGER_NAME_MAX 40
#define DIVISION_MIN 6
#define DIVISION_MAX 12

static bool take(struct str *s, struct str prefix)
{
    if (!str_starts(*s, prefix)) {
        return false;
    }
    *s = str_make(s->p + prefix.n, s->n - prefix.n);
    return true;
}

bool genesis_origin_valid(struct str origin, struct str division, bool sandbox)
{
    struct str rest = origin;
    struct str end = str_of("/sandbox");
    if (!key_name_valid(origin) || !take(&rest, str_of("almoner/")) ||
        !take(&rest, division) || !take(&rest, str_of("/"))) {
        return false;
    }
    if (sandbox) {
        if (rest.n <= end.n || !str_eq(str_make(rest.p + rest.n - end.n, end.n), end)) {
            return false;
        }
        rest.n -= end.n;
    }
    return rest.n > 0 && rest.n <= LEDGER_NAME_MAX &&
           memchr(rest.p, '/', rest.n) == NULL;
}

static bool read_key(struct reader *r, enum suite suite, uint8_t out[KEY_PUBLIC_LEN])
{
    return key_restore(cbor_get_bytes(r), out) && key_suite(out) == suite;
}

static bool known_before(const struct genesis *g, const struct genesis_admin *a)
{
    for (size_t i = 0; i < g->admin_count; i++) {
        if (str_eq(g->admins[i].name, a->name) ||
            memcmp(g->admins[i].public_key, a->public_key, KEY_PUBLIC_LEN) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_admins(struct reader *r, struct genesis *g)
{
    uint64_t count = cbor_get_array(r);
    if (count > GENESIS_ADMINS_MAX) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        struct genesis_admin *a = &g->admins[i];
        bool pair = cbor_get_array(r) == 2;
        a->name = cbor_get_text(r);
        if (!pair || !read_key(r, g->suite, a->public_key) ||
            !key_name_valid(a->name) || known_before(g, a)) {
            return false;
        }
        g->admin_count++;
    }
    return true;
}

static bool sane(const struct genesis *g)
{
    size_t needed = g->sandbox ? 1 : 2;
    return g->name.n > 0 && g->name.n <= TEXT_MAX && g->division.n >= DIVISION_MIN &&
           g->division.n <= DIVISION_MAX && text_all_digits(g->division) &&
           g->offset_minutes >= -GENESIS_OFFSET_MAX &&
           g->offset_minutes <= GENESIS_OFFSET_MAX && g->admin_count >= needed &&
           genesis_origin_valid(g->origin, g->division, g->sandbox);
}

/* *suite is what the record says, as soon as that could be read. */
static bool read_body(const struct record *r, struct genesis *g, uint64_t *suite)
{
    struct reader rd;
    struct cbor_map m;
    reader_init(&rd, r->body.p, r->body.n);
    cbor_map_begin(&m, &rd);
    g->name = cbor_map_key(&m, 1) ? cbor_get_text(&rd) : str_of("");
    g->division = cbor_map_key(&m, 2) ? cbor_get_text(&rd) : str_of("");
    uint64_t says = cbor_map_key(&m, 3) ? cbor_get_uint(&rd) : 0;
    if (rd.failed) {
        return false;
    }
    *suite = says;
    if (says != SUITE_1 && says != SUITE_2) {
        return false;
    }
    g->suite = (enum suite)says;
    if (!cbor_map_key(&m, 4) || !read_key(&rd, g->suite, g->public_key) ||
        !cbor_map_key(&m, 5)) {
        return false;
    }
    g->sandbox = cbor_get_bool(&rd);
    int64_t offset = cbor_map_key(&m, 6) ? cbor_get_int(&rd) : INT32_MAX;
    if (offset < INT32_MIN || offset > INT32_MAX || !cbor_map_key(&m, 7) ||
        !read_admins(&rd, g)) {
        return false;
    }
    g->offset_minutes = (int32_t)offset;
    if (g->suite == SUITE_2) {
        g->sm2_id = cbor_map_key(&m, 8) ? cbor_get_text(&rd) : str_of("");
        if (rd.failed || !sm2_id_valid(g->sm2_id)) {
            return false;
        }
    }
    cbor_map_end(&m);
    return reader_done(&rd);
}

enum status genesis_read(const struct record *r, struct genesis *out, struct diag *d)
{
    struct genesis g = {.origin = r->origin, .sm2_id = str_of("")};
    uint64_t suite = SUITE_1;
    bool form = r->kind == KIND_GENESIS && r->sequence == 0 && read_body(r, &g, &suite);
    if (suite != SUITE_1 && suite != SUITE_2) {
        return diag_fail(d, ST_INTEGRITY, "suite",
                         "suite %llu is not known to this program",
                         (unsigned long long)suite);
    }
    if (!form || !sane(&g)) {
        diag_fail(d, ST_INTEGRITY, "genesis", "record 0 is no genesis");
        return diag_where(d, "record 0");
    }
    *out = g;
    return ST_OK;
}
