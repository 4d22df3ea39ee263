/* commands.h - the commands of the program sim; sim --help shows their options. */
#ifndef ALMONER_TESTS_SIM_COMMANDS_H
#define ALMONER_TESTS_SIM_COMMANDS_H

#include "tests/sim/args.h"

enum status command_county(const struct args *a, struct diag *d) MUST_USE;
enum status command_history(const struct args *a, struct diag *d) MUST_USE;
enum status command_bank(const struct args *a, struct diag *d) MUST_USE;
enum status command_answer(const struct args *a, struct diag *d) MUST_USE;
enum status command_routes(const struct args *a, struct diag *d) MUST_USE;
enum status command_pick(const struct args *a, struct diag *d) MUST_USE;
enum status command_xlsx(const struct args *a, struct diag *d) MUST_USE;

#endif
