/* crash.c - see crash.h. The handler may only use what is safe in one: write, _exit. */
#include "cli/crash.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"

#define MESSAGE "a page of the store cannot be read"
#define HINT "keep the folder as it is, run audit verify, and restore from a backup"
#define FILE_MESSAGE "the file cannot be read to its end, or became shorter meanwhile"
#define FILE_HINT "copy it to a place of your own and read it there"

#define FOR_PEOPLE(code, message, hint)                                                \
    "almoner: error " code ": " message "\n  hint: " hint "\n"
#define FOR_SCRIPTS(code, message, hint)                                               \
    "{\"schema\":\"almoner.error/1\",\"code\":\"" code "\",\"message\":\"" message     \
    "\",\"where\":\"\",\"hint\":\"" hint "\"}\n"

/* By whether it is of a file, and for scripts. */
static const char *const texts[2][2] = {
    {FOR_PEOPLE("store-damaged", MESSAGE, HINT),
     FOR_SCRIPTS("store-damaged", MESSAGE, HINT)},
    {FOR_PEOPLE("file-changed", FILE_MESSAGE, FILE_HINT),
     FOR_SCRIPTS("file-changed", FILE_MESSAGE, FILE_HINT)},
};

static volatile sig_atomic_t is_json;
static volatile sig_atomic_t is_of_file;

static void on_bus_error(int number)
{
    (void)number;
    const char *text = texts[is_of_file][is_json];
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    ssize_t n = write(is_json != 0 ? STDOUT_FILENO : STDERR_FILENO, text, length);
    _exit(n <= 0 ? ST_SYSTEM : is_of_file != 0 ? ST_INPUT : ST_INTEGRITY);
}

static void handle_with(void (*handler)(int))
{
    struct sigaction a;
    memset(&a, 0, sizeof a);
    a.sa_handler = handler;
    sigaction(SIGBUS, &a, NULL);
}

void crash_catch(bool json)
{
    is_json = json ? 1 : 0;
    handle_with(on_bus_error);
}

void crash_of_file(void)
{
    is_of_file = 1;
}

void crash_leave(void)
{
    handle_with(SIG_DFL);
}
