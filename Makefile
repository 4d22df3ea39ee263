# Makefile - builds, tests and installs almoner. `make help` lists the targets.
#
# One file, not recursive: sources are found by wildcard, objects live in
# build/<variant>/obj, and each variant (release, asan, ubsan, cov, fuzz, and each
# compiler other than gcc) has a folder of its own, so no clean is needed between
# them. The only sub-makes are the same Makefile with another VARIANT.
#
#   make CC=clang        build with another compiler
#   make WERROR=1        warnings are errors (.ci/run)
#   make V=1             show the commands
#   make test T=money    only the tests whose name contains "money"

VARIANT ?= release
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 20

ifeq ($(origin CC),default)
CC := gcc
endif
AR ?= ar
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
CC_NAME := $(subst $(SPACE),-,$(notdir $(CC)))
ifneq ($(filter gcc cc,$(CC_NAME)),)
CC_NAME :=
endif
IS_CLANG := $(findstring clang,$(CC))

# build/release, build/asan, build/release-clang; fuzz is always clang.
ifeq ($(VARIANT),fuzz)
OUT := build/fuzz
else
OUT := build/$(VARIANT)$(if $(CC_NAME),-$(CC_NAME))
endif
OBJ := $(OUT)/obj
# The plain release's programs are where people look for them.
BIN := $(if $(filter build/release,$(OUT)),build,$(OUT))

# ---- what is built -----------------------------------------------------------

LIB_DIRS := base ledger policy entitle formats batch audit
CODE_DIRS := $(LIB_DIRS) cli verify
LIB_SRC := $(sort $(wildcard $(addsuffix /*.c,$(LIB_DIRS))))
CLI_SRC := $(sort $(wildcard cli/*.c))
# The layouts that come with the program, compiled in as text.
PROFILES := $(addsuffix .yaml,$(sort $(basename $(wildcard profiles/*.yaml))))
# almoner-verify: nothing of the library but these, and neither LMDB nor another format.
VERIFY_SRC := $(sort $(filter-out verify/main.c,$(wildcard verify/*.c)))
VERIFY_BASE := $(addprefix base/,buf.c bytes.c date.c money.c must.c status.c text.c wipe.c)
VERIFY_LIBS := -lcrypto -lz
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
SIM_SRC := $(sort $(wildcard tests/sim/*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
MODEL_SRC := $(sort $(filter-out tests/model/ledger%,$(wildcard tests/model/*.c)))
# Histories through a ledger, whose work in pieces is cut smaller, to be killed between.
LEDGERS_SRC := $(sort $(filter-out tests/model/property.c,$(wildcard tests/model/*.c)) \
	tests/unit/ledger_fixture.c)
LEDGERS_SMALL := $(addprefix batch/,answer.c assess.c import_new.c import_take.c line_act.c make.c) \
	entitle/payee.c ledger/ahead.c
UNIT_SMALL := batch/checks.c
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC))
SUITES := $(patsubst tests/unit/test_%.c,%,$(filter tests/unit/test_%.c,$(UNIT_SRC)))
ALL_C := $(sort $(wildcard $(addsuffix /*.[ch],$(CODE_DIRS)) tests/*/*.[ch]))

objects = $(patsubst %.c,$(OBJ)/%.o,$(1))

LIB := $(OUT)/libalmoner.a
ALMONER := $(if $(CLI_SRC),$(BIN)/almoner)
VERIFY := $(BIN)/almoner-verify
VERIFY_LIB := $(OUT)/libverify.a
VERIFY_FUZZERS := $(OUT)/fuzz_bundle $(OUT)/fuzz_bundle_lists $(OUT)/fuzz_bundle_records
DAMAGE := $(OUT)/bundle_damage
FLIP := $(OUT)/flip
ROWS := $(OUT)/rows
HALT := $(OUT)/halt.so
SIM := $(if $(SIM_SRC),$(BIN)/sim)
BENCH := $(if $(BENCH_SRC),$(BIN)/bench)
UNIT := $(if $(SUITES),$(OUT)/unit_tests)
PROPERTY := $(if $(MODEL_SRC),$(OUT)/property)
LEDGERS_TEST := $(if $(MODEL_SRC),$(OUT)/ledgers)
FUZZERS := $(FUZZ_NAMES:%=$(OUT)/fuzz_%)
# The verifier's reader of time stamps is held against the library's.
TWO_READERS := verify/token.c

# ---- flags -------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla \
	-Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wswitch -Wdouble-promotion \
	-Wfloat-conversion
BASE_FLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -I. -g -fPIE -fstack-protector-strong
LINK_FLAGS := -pie -Wl,-z,relro,-z,now
LIBS := -llmdb -lcrypto -lz -lyaml -ljansson -lminizip -lexpat -lqrencode -lxlsxwriter -lpthread
# Asked only when the unit tests are linked.
CHECK_LIBS = $(shell pkg-config --libs check)

FLAGS_release := -O2 -D_FORTIFY_SOURCE=2
FLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address
FLAGS_ubsan := -O1 -fno-omit-frame-pointer -fsanitize=undefined -fno-sanitize-recover=all
FLAGS_cov := -O0 --coverage
FLAGS_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address
# Its findings need the optimizer, and are of use for gcc's release only.
LIB_WARNINGS := $(if $(IS_CLANG),,$(if $(filter release,$(VARIANT)),-Wnull-dereference))

ifeq ($(filter $(VARIANT),release asan ubsan cov fuzz),)
$(error unknown VARIANT "$(VARIANT)": release, asan, ubsan, cov or fuzz)
endif

CFLAGS ?=
LDFLAGS ?=
ALL_CFLAGS = $(BASE_FLAGS) $(WARNINGS) $(FLAGS_$(VARIANT)) $(CFLAGS)
ALL_LDFLAGS = $(LINK_FLAGS) $(filter -fsanitize=% --coverage,$(FLAGS_$(VARIANT))) $(LDFLAGS)
STRICT := $(if $(filter 1,$(WERROR)),-Werror)

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' $(1) '$(2)';
endif

# What the tests and scripts are told; absolute, so that they may change directory.
TEST_ENV = OUT='$(CURDIR)/$(OUT)' VARIANT='$(VARIANT)' \
	ALMONER='$(if $(ALMONER),$(CURDIR)/$(ALMONER))' SIM='$(if $(SIM),$(CURDIR)/$(SIM))' \
	VERIFY='$(CURDIR)/$(VERIFY)' DAMAGE='$(CURDIR)/$(DAMAGE)' FLIP='$(CURDIR)/$(FLIP)' ROWS='$(CURDIR)/$(ROWS)' HALT='$(CURDIR)/$(HALT)' UNIT='$(UNIT)' PROPERTY='$(PROPERTY)' LEDGERS_TEST='$(LEDGERS_TEST)' SUITES='$(SUITES)' FUZZ_NAMES='$(FUZZ_NAMES)' \
	FUZZ_SECONDS='$(FUZZ_SECONDS)'
# Check's limit of 4 seconds for a test is for fast machines without sanitizers.
TEST_ENV += CK_TIMEOUT_MULTIPLIER='$(if $(filter release,$(VARIANT)),5,20)'
TEST_ENV += ASAN_OPTIONS="$${ASAN_OPTIONS:-detect_leaks=1}"
TEST_ENV += UBSAN_OPTIONS="$${UBSAN_OPTIONS:-print_stacktrace=1}"

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all demo check test property flip mutate bench asan ubsan fuzz cov tidy clang format layers headers \
	style install clean help programs FORCE
.DEFAULT_GOAL := all

# ---- targets -----------------------------------------------------------------

all: $(LIB) $(ALMONER) $(VERIFY) ## build the programs (build/almoner, almoner-verify)

programs: $(LIB) $(ALMONER) $(VERIFY) $(DAMAGE) $(FLIP) $(ROWS) $(HALT) $(SIM) $(UNIT) $(PROPERTY) $(LEDGERS_TEST) $(FUZZERS)

demo: $(ALMONER) $(VERIFY) $(SIM) ## pay a county for three months, in a sandbox at build/demo
	$(Q)$(TEST_ENV) tests/demo.sh

check: layers headers style clang ## all checks: layers, headers, style, clang; then the tests
	$(Q)$(MAKE) --no-print-directory test

test: programs ## unit (with golden files), fuzz corpus and cli (T=part-of-a-name)
	$(Q)$(TEST_ENV) tests/run.sh $(T)

property: $(PROPERTY) $(LEDGERS_TEST) ## against a naive model: N or LEDGERS=N SEED FIRST
	$(Q)$(if $(LEDGERS),$(LEDGERS_TEST) '$(LEDGERS)',$(PROPERTY) '$(or $(N),1000000)') \
		'$(or $(SEED),1)' '$(FIRST)'

flip: programs ## a bit of every byte of a small store (BITS=8: all of them; FROM, TO: bytes)
	$(Q)$(TEST_ENV) FLIP_BITS='$(or $(BITS),1)' FLIP_FROM='$(FROM)' FLIP_TO='$(TO)' \
		TEST_TIMEOUT=86400 tests/run.sh cli/flip

mutate: ## break the rules on purpose, one by one: tests must go red (T=part-of-a-name)
	$(Q)CC='$(CC)' tests/mutate.sh $(T)

clang: $(OUT)/suites.inc ## what clang warns of, whichever compiler builds
	$(call say,CHECK,clang)printf '%s\n' $(filter %.c,$(ALL_C)) | xargs -r -n 20 -P 2 \
		clang -fsyntax-only $(BASE_FLAGS) -I$(OUT) $(WARNINGS) $(STRICT)

layers: ## the direction of includes
	$(call say,CHECK,layers)tests/layers.sh --self-test && tests/layers.sh

headers: ## every header compiles alone
	$(call say,CHECK,headers)CC='$(CC)' tests/headers.sh

style: ## the rules of docs/STYLE.md that a script can see
	$(call say,CHECK,style)tests/style.sh --self-test && tests/style.sh

bench: $(ALMONER) $(VERIFY) $(SIM) $(BENCH) ## speed beside the raw limits (BENCH_ARGS=...)
	$(if $(BENCH),,@echo 'bench: nothing in tests/bench' >&2; exit 1)
	$(Q)$(TEST_ENV) $(BENCH) $(BENCH_ARGS)

asan: ## the tests with the address sanitizer
	$(Q)$(MAKE) --no-print-directory VARIANT=asan test

ubsan: ## the tests with the undefined-behaviour sanitizer
	$(Q)$(MAKE) --no-print-directory VARIANT=ubsan test

fuzz: ## run each fuzz target for FUZZ_SECONDS (20) with clang
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz CC=clang fuzz-run

.PHONY: fuzz-run cov-run
fuzz-run: $(FUZZERS)
	$(Q)$(TEST_ENV) tests/run.sh fuzz/

cov: ## the tests with gcov, and a summary of lines by file
	$(Q)$(MAKE) --no-print-directory VARIANT=cov CC=gcc cov-run

cov-run: programs
	$(Q)find $(OBJ) -name '*.gcda' -delete
	$(Q)$(TEST_ENV) tests/run.sh $(T)
	$(Q)gcov -n $(patsubst %.o,%.gcno,$(call objects,$(LIB_SRC) $(CLI_SRC) $(VERIFY_SRC))) 2>/dev/null \
	| awk '/^File / { split($$0, q, "\047"); f = q[2] } \
	/^Lines executed:/ && f !~ /^\// && f != "" { \
		sub(/^Lines executed:/, ""); split($$0, a, "% of "); \
		if (a[2] > n[f]) { n[f] = a[2]; hit[f] = int(a[1] * a[2] / 100 + 0.5) } f = "" } \
	END { for (f in n) { t += n[f]; h += hit[f]; \
		printf "%6.1f %%  %6d lines  %s\n", 100 * hit[f] / n[f], n[f], f | "sort -k4" } \
		close("sort -k4"); \
		if (t) printf "%6.1f %%  %6d lines  in all\n", 100 * h / t, t }'

TIDY_CHECKS := clang-analyzer-*,bugprone-*,cert-*,misc-*,performance-*,portability-*
TIDY_CHECKS := $(TIDY_CHECKS),readability-braces-around-statements,readability-else-after-return
# insecureAPI wants the _s functions of C11's Annex K, which glibc does not have.
TIDY_CHECKS := $(TIDY_CHECKS),-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling
TIDY_CHECKS := $(TIDY_CHECKS),-bugprone-easily-swappable-parameters,-misc-no-recursion,-cert-err33-c
tidy: ## clang-tidy on the sources (package clang-tidy)
	$(Q)command -v clang-tidy >/dev/null || { echo 'tidy: apt-get install clang-tidy' >&2; exit 1; }
	$(Q)printf '%s\n' $(LIB_SRC) $(CLI_SRC) $(VERIFY_SRC) verify/main.c | xargs -r -n 4 -P 2 sh -c \
		'clang-tidy --quiet --warnings-as-errors="*" --checks="-*,$(TIDY_CHECKS)" \
		"$$@" -- $(BASE_FLAGS) 2>/dev/null' sh

format: ## clang-format on all sources, in place
	$(Q)printf '%s\n' $(ALL_C) | xargs -r clang-format -i

install: all ## programs and man pages below $(DESTDIR)$(PREFIX)
	$(if $(ALMONER),,@echo 'install: there is no program yet' >&2; exit 1)
	$(Q)install -D -m 755 $(ALMONER) '$(DESTDIR)$(PREFIX)/bin/almoner'
	$(Q)install -D -m 755 $(VERIFY) '$(DESTDIR)$(PREFIX)/bin/almoner-verify'
	$(Q)for page in docs/man/*.1; do \
		[ ! -f "$$page" ] || install -D -m 644 "$$page" \
			"$(DESTDIR)$(PREFIX)/share/man/man1/$${page##*/}" || exit 1; \
	done

clean: ## remove build/
	$(Q)rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

# ---- rules -------------------------------------------------------------------

# Rewritten only when its text changes: so other flags, or a source file that came
# or went, rebuild what depends on them. WERROR is left out: it changes no object.
keep = @mkdir -p $(@D); printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@

$(OUT)/flags: FORCE
	$(call keep,$(CC) $(ALL_CFLAGS) $(LIB_WARNINGS) / $(ALL_LDFLAGS) $(LIBS))

LIST_lib := $(LIB_SRC)
LIST_profiles := $(PROFILES)
LIST_cli := $(CLI_SRC)
LIST_verify := $(VERIFY_SRC)
LIST_unit := $(UNIT_SRC)
LIST_sim := $(SIM_SRC)
LIST_bench := $(BENCH_SRC)
LIST_model := $(MODEL_SRC)
LIST_ledgers := $(LEDGERS_SRC)
$(OUT)/%.list: FORCE
	$(call keep,$(LIST_$*))

# SUITE(money) for tests/unit/test_money.c; tests/unit/main.c includes it.
SUITE_CALLS := $(patsubst %,SUITE(%),$(SUITES))
$(OUT)/suites.inc: FORCE
	$(call keep,$(SUITE_CALLS))

$(OBJ)/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) $(STRICT) -MMD -MP -c -o $@ $<

$(call objects,$(LIB_SRC) $(CLI_SRC) $(VERIFY_SRC) verify/main.c): EXTRA_CFLAGS = $(LIB_WARNINGS)
$(OBJ)/tests/unit/main.o: EXTRA_CFLAGS = -I$(OUT)
$(OBJ)/tests/unit/main.o: $(OUT)/suites.inc

$(OUT)/profiles.c: formats/embed.sh $(PROFILES) $(OUT)/profiles.list
	$(call say,EMBED,$@)formats/embed.sh $(PROFILES) >$@
$(OBJ)/profiles.o: $(OUT)/profiles.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CFLAGS) $(STRICT) -MMD -MP -c -o $@ $<

# From scratch, or the objects of deleted sources would stay in it.
$(LIB): $(call objects,$(LIB_SRC)) $(OBJ)/profiles.o $(OUT)/lib.list
	$(call say,AR,$@)rm -f $@ && $(AR) rcD $@ $(filter %.o,$^)

link = $(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) $(1) $(LIBS)

ifneq ($(ALMONER),)
$(ALMONER): $(call objects,$(CLI_SRC)) $(LIB) $(OUT)/cli.list
	$(call link)
endif

# All but its main, for the tests, too.
$(VERIFY_LIB): $(call objects,$(VERIFY_SRC)) $(OUT)/verify.list
	$(call say,AR,$@)rm -f $@ && $(AR) rcD $@ $(filter %.o,$^)

VERIFY_WITH := $(VERIFY_LIB) $(call objects,$(VERIFY_BASE))
link_verify = $(call say,LINK,$@)$(CC) $(ALL_LDFLAGS) -o $@ \
	$(filter-out $(VERIFY_WITH),$(filter %.o,$^)) $(VERIFY_WITH) $(1) $(VERIFY_LIBS)
$(VERIFY): $(call objects,verify/main.c) $(VERIFY_WITH)
	$(call link_verify)
$(DAMAGE): $(call objects,tests/damage/bundle.c) $(VERIFY_WITH)
	$(call link_verify)
$(FLIP): ALL_LDFLAGS += -Wl,--wrap=key_verify_id
$(FLIP) $(ROWS): $(OUT)/%: $(OBJ)/tests/damage/%.o $(LIB)
	$(call link)
# Not part of a program: it comes before one's C library.
$(HALT): tests/damage/halt.c $(OUT)/flags
	$(call say,LINK,$@)$(CC) -std=c11 $(WARNINGS) $(STRICT) -O1 -shared -fPIC -o $@ $< -ldl
# Its names are also the library's: these fuzz targets take nothing of that.
ifeq ($(VARIANT),fuzz)
$(VERIFY_FUZZERS): $(OUT)/fuzz_%: $(OBJ)/tests/fuzz/fuzz_%.o $(VERIFY_WITH)
	$(call link_verify,-fsanitize=fuzzer)
else
$(VERIFY_FUZZERS): $(OUT)/fuzz_%: $(OBJ)/tests/fuzz/fuzz_%.o $(OBJ)/tests/fuzz/replay.o \
		$(VERIFY_WITH)
	$(call link_verify)
endif

ifneq ($(SIM),)
$(SIM): $(call objects,$(SIM_SRC)) $(LIB) $(OUT)/sim.list
	$(call link)
endif

ifneq ($(BENCH),)
$(BENCH): $(call objects,$(BENCH_SRC)) $(LIB) $(OUT)/bench.list
	$(call link)
endif

ifneq ($(UNIT),)
$(UNIT): $(call objects,$(UNIT_SRC) $(TWO_READERS)) $(UNIT_SMALL:%.c=$(OBJ)/small/%.o) $(LIB) \
	$(OUT)/unit.list
	$(call link,$(CHECK_LIBS))
endif

ifneq ($(PROPERTY),)
$(PROPERTY): $(call objects,$(MODEL_SRC)) $(LIB) $(OUT)/model.list
	$(call link)
$(LEDGERS_TEST): $(call objects,$(LEDGERS_SRC)) $(LEDGERS_SMALL:%.c=$(OBJ)/small/%.o) \
	$(LIB) $(OUT)/ledgers.list
	$(call link,$(CHECK_LIBS))
endif

# These come before the library's own, which are then not taken.
$(OBJ)/small/%.o: EXTRA_CFLAGS = -DSLAB_PEOPLE=4 -DTICK_ROWS=3 -DCHUNK_LINES=4 \
	-DCHECKS_HALVES=2 -DNEAR_PEOPLE=2
$(OBJ)/small/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,small/$<)$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) $(STRICT) -MMD -MP -c -o $@ $<

$(OUT)/fuzz_timestamp: $(call objects,$(TWO_READERS))
# With libFuzzer's main in the variant fuzz, with one that replays a corpus elsewhere.
ifeq ($(VARIANT),fuzz)
$(OUT)/fuzz_%: $(OBJ)/tests/fuzz/fuzz_%.o $(LIB)
	$(call link,-fsanitize=fuzzer)
else
$(OUT)/fuzz_%: $(OBJ)/tests/fuzz/fuzz_%.o $(OBJ)/tests/fuzz/replay.o $(LIB)
	$(call link)
endif

.SECONDARY: $(call objects,$(FUZZ_SRC) tests/fuzz/replay.c)

-include $(wildcard $(OBJ)/*.d $(OBJ)/*/*.d $(OBJ)/*/*/*.d)
