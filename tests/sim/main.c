/* main.c - sim: an invented county and its bank, for demo, bench and tests.
 *
 * The same options give the same bytes on every machine. No person, account or list it
 * makes is real. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/commands.h"

static const char help[] =
    "sim county --people N --seed S --out DIR [--date 2026-09-01] [--gb18030]\n"
    "           [--gbk-names] [--bank CNAPS]\n"
    "    DIR/people.csv, assessments.csv, and dibao-urban-2026-09.csv and so on:\n"
    "    three lists for each of three months. Ages are those of the date.\n"
    "sim history --people N --seed S --out DIR [--date 2026-09-01] [--from 2021-10]\n"
    "           [--to 2026-09] [--deaths 200] [--learned 2026-11-05]\n"
    "    DIR/history.csv: what the same county was paid for old age month by month,\n"
    "    with errors in the last year; DIR/deaths.csv: who died in the seven months\n"
    "    up to the day it is learned and was paid to the end.\n"
    "sim bank --file PAYMENTS --format pain.001.001.09|pipe-trailer --out ANSWER\n"
    "         [--returns 150] [--seed S] [--wrong-amount LINE] [--unknown-id LINE]\n"
    "         [--truncate] [--drop-trailer]\n"
    "    The bank's answer, a pipe file in GBK; --returns in hundredths of a percent\n"
    "    of the accounts. LINE counts payments from 1. Checks count and sum.\n"
    "sim answer --file PAYMENTS --format FORMAT --as VERSION|PROFILE --out ANSWER\n"
    "           [--returns 150] [--seed S] [--variant N] [--to MESSAGE-ID] [--refuse]\n"
    "    The same as the messages of ISO 20022 (pain.002.001.03, camt.053.001.08 and\n"
    "    so on) or in a bank's own layout; --refuse: pain.002 refuses the whole file.\n"
    "sim routes --people CSV --answer ANSWER --effective DAY --out ROUTES\n"
    "    A corrected account for everybody whose line came back.\n"
    "sim pick --dir DIR --what death|late-claim|dibao --out FACTS [--date 2026-09-01]\n"
    "         [--answer ANSWER]...\n"
    "    A facts file for one person (dead since the 12th of the date's month;\n"
    "    claiming as of the month before; off the urban list since the 20th) who was\n"
    "    paid in each of the answers; prints the ID number.\n"
    "sim xlsx --csv CSV --out XLSX [--titles N] [--numbers COLUMN]\n"
    "    The same as a workbook, below N rows of titles; all cells are text, but\n"
    "    those of COLUMN (from 1) numbers.\n";

static const struct command {
    const char *name;
    enum status (*run)(const struct args *a, struct diag *d);
} commands[] = {
    {"county", command_county}, {"history", command_history}, {"bank", command_bank},
    {"answer", command_answer}, {"routes", command_routes},   {"pick", command_pick},
    {"xlsx", command_xlsx},
};

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        (void)fputs(help, argc < 2 ? stderr : stdout);
        return argc < 2 ? ST_USAGE : ST_OK;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) != 0) {
            continue;
        }
        struct diag d = {0};
        struct args a = {.count = argc - 2, .words = argv + 2};
        enum status st = commands[i].run(&a, &d);
        if (st != ST_OK) {
            (void)fprintf(stderr, "sim %s: %s%s%s\n", argv[1], d.where,
                          d.where[0] != '\0' ? ": " : "", d.what);
        }
        return (int)st;
    }
    (void)fprintf(stderr, "sim: no command \"%s\"\n%s", argv[1], help);
    return ST_USAGE;
}
