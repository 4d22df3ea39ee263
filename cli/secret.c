/* secret.c - see secret.h. What is secret is wiped before its memory is given back. */
#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/meter.h"

#define KEY_FILE_MAX ((size_t)64 * 1024)
#define POLL_MS 200

/* A plain memset before the end of an object's life may be left out by the compiler. */
static void wipe(void *p, size_t n)
{
    volatile unsigned char *at = p;
    while (n-- > 0) {
        *at++ = 0;
    }
}

void secret_wipe(struct secret *s)
{
    wipe(s, sizeof *s);
}

static void wipe_buf(struct buf *b)
{
    if (b->p != NULL) {
        wipe(b->p, b->len);
    }
    buf_release(b);
}

enum status secret_read(struct secret *s, const char *path, struct diag *d)
{
    struct buf text;
    enum status st = file_load(path, KEY_FILE_MAX, &text, d);
    if (st == ST_OK) {
        const char *end = text.len == 0 ? NULL : memchr(text.p, '\n', text.len);
        size_t n = end != NULL ? (size_t)(end - text.p) : text.len;
        if (n > 0 && text.p[n - 1] == '\r') {
            n--;
        }
        if (n == 0 || n > PASSPHRASE_MAX) {
            diag_fail(d, ST_INPUT, "passphrase-file",
                      "the first line of %s is no passphrase (1 to %d bytes)", path,
                      PASSPHRASE_MAX);
            st = d->status;
        } else {
            memcpy(s->text, text.p, n);
            s->text[n] = '\0';
            s->length = n;
        }
    }
    wipe_buf(&text);
    return st;
}

/* ---- the terminal ---- */

/* Waits for input; false when the user wants to stop. A signal may come just before the
 * waiting, so it is looked for again and again. */
static bool wait_for_input(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!meter_interrupted()) {
        int n = poll(&p, 1, POLL_MS);
        if (n != 0 && (n > 0 || errno != EINTR)) {
            return n > 0;
        }
    }
    return false;
}

/* Bytes up to the line end; false at the end of input, when the line is too long, or
 * when the user wants to stop. */
static bool read_line(int fd, struct secret *s)
{
    s->length = 0;
    while (wait_for_input(fd)) {
        char c;
        if (read(fd, &c, 1) != 1 || s->length == PASSPHRASE_MAX) {
            return false;
        }
        if (c == '\n') {
            s->text[s->length] = '\0';
            return true;
        }
        s->text[s->length++] = c;
    }
    return false;
}

static bool ask_once(int fd, const char *prompt, struct secret *s)
{
    struct termios before;
    struct termios quiet;
    if (tcgetattr(fd, &before) != 0) {
        return false;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0) {
        return false;
    }
    dprintf(fd, "%s", prompt);
    bool got = read_line(fd, s);
    tcsetattr(fd, TCSAFLUSH, &before);
    dprintf(fd, "\n");
    return got && s->length > 0;
}

static enum status no_terminal(struct diag *d)
{
    diag_fail(d, ST_USAGE, "passphrase", "a passphrase is needed, and nobody to ask");
    return diag_hint(d, "give --passphrase-file FILE, or set ALMONER_PASSPHRASE_FILE");
}

enum status secret_ask(struct secret *s, const char *prompt, bool twice, struct diag *d)
{
    struct secret again;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return no_terminal(d);
    }
    bool got = ask_once(fd, prompt, s);
    bool same = got && (!twice || (ask_once(fd, "The same again: ", &again) &&
                                   strcmp(again.text, s->text) == 0));
    enum status st = ST_OK;
    if (meter_interrupted()) {
        st = diag_fail(d, ST_INTERRUPTED, "interrupted", "nothing was written");
    } else if (!same) {
        st = diag_fail(d, ST_USAGE, "passphrase", "%s",
                       got ? "the two passphrases differ" : "no passphrase was given");
    }
    secret_wipe(&again);
    close(fd);
    return st;
}

/* ---- key files ---- */

enum status secret_load_key(struct key **out, const char *path,
                            const char *passphrase_file, bool *bare, struct diag *d)
{
    struct buf pem;
    struct secret s = {.length = 0};
    bool encrypted = false;
    enum status st = file_load(path, KEY_FILE_MAX, &pem, d);
    if (st == ST_OK) {
        st = key_from_pem(out, buf_str(&pem), str_of(""), &encrypted, d);
        if (st != ST_OK && encrypted) {
            char prompt[FILE_PATH_MAX + 32];
            snprintf(prompt, sizeof prompt, "Passphrase of %s: ", path);
            st = passphrase_file != NULL ? secret_read(&s, passphrase_file, d)
                                         : secret_ask(&s, prompt, false, d);
            if (st == ST_OK) {
                st = key_from_pem(out, buf_str(&pem), str_make(s.text, s.length),
                                  &encrypted, d);
            }
        }
        if (st != ST_OK && d->where[0] == '\0') {
            diag_where(d, "%s", path);
        }
    }
    secret_wipe(&s);
    wipe_buf(&pem);
    *bare = !encrypted;
    return st;
}
