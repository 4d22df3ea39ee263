#!/bin/sh
# style.sh - the rules of docs/STYLE.md that a script can see. One line for each fault:
# file:line: what.
#
#   tests/style.sh [DIR]         check the tree at DIR (default: this checkout)
#   tests/style.sh --self-test   see that faults are found
set -u
LC_ALL=C
export LC_ALL

folders="base ledger policy formats entitle batch audit cli verify"

# Names that are refused when called, and where they are allowed all the same.
#   never: text to number is base/text, dates are base/date, the rest is unsafe
#   cli:   clock, environment and randomness come in as arguments below cli/
#   quiet: library folders never print and never exit
never="strcpy strcat sprintf vsprintf gets atoi atol atoll strtol strtoul strtoll
    strtoull strtod sscanf strtok alloca system popen gmtime localtime mktime ctime
    asctime"
cli="time gettimeofday clock_gettime getenv getrandom rand srand random"
quiet="printf fprintf vprintf vfprintf puts putchar perror exit abort"

check_file() {
    awk -v file="$1" -v never="$never" -v cli="$cli" -v quiet="$quiet" '
    function fault(what) { print file ":" FNR ": " what }

    # The line without comments and without what strings hold.
    function code_of(s,    out, c) {
        out = ""
        while (s != "") {
            if (in_comment) {
                if (!match(s, /\*\//)) { return out }
                s = substr(s, RSTART + 2)
                in_comment = 0
                out = out " "
            } else if (match(s, /\/\*|\/\/|"|\047/)) {
                out = out substr(s, 1, RSTART - 1)
                c = substr(s, RSTART, RLENGTH)
                s = substr(s, RSTART + RLENGTH)
                if (c == "//") { return out }
                if (c == "/*") { in_comment = 1; continue }
                while (s != "" && substr(s, 1, 1) != c) {
                    s = substr(s, substr(s, 1, 1) == "\\" ? 3 : 2)
                }
                s = substr(s, 2)
                out = out c c
            } else {
                return out s
            }
        }
        return out
    }

    # Each word of the code that an opening bracket follows.
    function check_calls(code,    word, rest) {
        rest = code
        while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
            word = substr(rest, RSTART, RLENGTH)
            rest = substr(rest, RSTART + RLENGTH)
            sub(/[ \t]*\($/, "", word)
            if (word in refused) { fault(word "() is refused: " refused[word]) }
        }
    }

    function refuse(words, why,    list, n, i) {
        n = split(words, list, " ")
        for (i = 1; i <= n; i++) { refused[list[i]] = why }
    }

    BEGIN {
        in_tests = file ~ /^tests\//
        header = file ~ /\.h$/
        guard = toupper("almoner_" file)
        gsub(/[^A-Z0-9]/, "_", guard)
        refuse(never, "see docs/STYLE.md")
        if (!in_tests && file !~ /^cli\// && file != "verify/main.c") {
            refuse(cli, "only cli/ asks the system")
            if (file != "base/must.c") {
                refuse(quiet, "library folders never print and never exit")
            }
        }
    }
    {
        columns = $0
        gsub(/[\200-\277]/, "", columns)
        if (length(columns) > 88) { fault(length(columns) " columns, at most 88") }
        if (/\t/) { fault("tab") }
        if (/[ \t\r]$/) { fault("blank at the end of the line") }
        if (/(^|[^A-Za-z0-9_])(TO[D]O|FIX[M]E|XX[X])([^A-Za-z0-9_]|$)/) {
            fault("unfinished work goes into an issue")
        }
        code = code_of($0)
        check_calls(code)
        if (!in_tests && code ~ /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/) {
            fault("no floating point")
        }
        # A function type that returns one hides nothing.
        if (!in_tests && code ~ /typedef[ \t]+(struct|enum)([^A-Za-z0-9_]|$)/ &&
            code !~ /typedef[ \t]+(struct|enum)[ \t]+[a-z0-9_]+[ \t]+\**[a-z0-9_]+\(/) {
            fault("struct and enum are not hidden by typedef")
        }
        if (header && $1 == "#ifndef" && $2 == guard) { guarded++ }
        if (header && $1 == "#define" && $2 == guard) { guarded++ }
    }
    /^\{/ { opened = FNR }
    /^\}/ && opened {
        if (FNR - opened - 1 > 60) {
            print file ":" opened ": function of " FNR - opened - 1 \
                " lines, at most 60"
        }
        opened = 0
    }
    END {
        if (header && guarded != 2) { print file ":1: no include guard " guard }
    }' "$1"
}

# Paths of the machine it was written on must not be in any file of the project.
check_paths() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . -path ./build -prune -o -type f -print0
    fi | xargs -0 -r grep -HnIsE '(^|[^A-Za-z0-9_.*}-])/(work|farm)/' |
        sed 's/\(^[^:]*:[^:]*\):.*/\1: path of a build machine/'
}

check_tree() {
    (
        cd "$1" || { echo "$1: no such folder" && exit; }
        # shellcheck disable=SC2086
        find $folders tests -name '*.[ch]' 2>/dev/null | sort | while read -r file; do
            check_file "$file"
        done
        check_paths
    ) | awk '{ print } END { exit NR > 0 }'
}

check_format() {
    if ! command -v clang-format >/dev/null; then
        echo "style.sh: clang-format is missing: run ./deps.sh" >&2
        return 1
    fi
    # shellcheck disable=SC2086
    (cd "$1" && find $folders tests -name '*.[ch]' 2>/dev/null | sort |
        xargs -r -n 16 -P 2 clang-format --dry-run -Werror 2>&1 | awk '
        # The first place of each file is enough; also what clang-format itself says.
        /: error: code should be/ {
            split($0, place, ":")
            faults++
            if (!(place[1] in seen)) { print place[1] ":" place[2] ": see make format" }
            seen[place[1]] = 1
        }
        /^[Ee]rror|^[^:]*: [Ii]nvalid|No such file/ { faults++; print }
        END { exit faults > 0 }')
}

# expect COUNT FILE: a tree with only FILE, from standard input, has COUNT faults
expect() {
    rm -rf "$tmp/tree"
    mkdir -p "$tmp/tree/${2%/*}"
    cat >"$tmp/tree/$2"
    check_tree "$tmp/tree" >"$tmp/faults"
    got=$(wc -l <"$tmp/faults")
    if [ "$got" -ne "$1" ]; then
        echo "style.sh: self-test $3: $got faults in $2, not $1:" >&2
        cat "$tmp/faults" >&2
        failures=1
    fi
}

long_function() {
    printf 'void f(void)\n{\n'
    i=0
    while [ $i -lt "$1" ]; do
        echo '    f();'
        i=$((i + 1))
    done
    printf '}\n'
}

self_test() {
    tmp=$(mktemp -d) || exit 1
    trap 'rm -rf "$tmp"' EXIT
    failures=0
    long_function 60 | expect 0 base/a.c 'sixty lines'
    long_function 61 | expect 1 base/a.c 'sixty-one lines'
    printf '/* %084d */\n' 0 | expect 1 base/a.c '90 columns'
    printf '/* %079d \344\270\255\344\270\255 */\n' 0 | expect 0 base/a.c 'Han characters'
    printf 'int a;\t\nint b; \n' | expect 3 base/a.c 'tab and blanks'
    expect 0 base/a.c 'harmless' <<'END'
/* strcpy(a, b) and time(NULL) in a comment,
 * printf("x") on its second line */
const char *s = "exit(1) \" abort()"; // getenv("X")
int f = snprintf(p, n, "%d", run_time(3)) + text_system(1) + date.time;
END
    expect 5 base/a.c 'banned calls' <<'END'
int a = atoi("1") + (int)strtol (s, &e, 10);
char c = '"'; /* a quote */ int b = system("x");
/* one */ char *d = strcpy(a, b); /* two
three */ char *e = strcat(a, b);
END
    printf 'x = time(NULL); y = getenv("X"); exit(1);\n' | expect 3 ledger/a.c 'library'
    printf 'x = time(NULL); y = getenv("X"); exit(1);\n' | expect 0 cli/a.c 'cli'
    printf 'printf("x"); y = getenv("X");\n' | expect 0 verify/main.c 'verify, main'
    printf 'printf("x"); y = getenv("X");\n' | expect 2 verify/zip.c 'verify'
    printf 'x = gmtime(&t); exit(1);\n' | expect 1 tests/unit/a.c 'tests'
    printf 'fprintf(stderr, "x"); abort();\n' | expect 0 base/must.c 'must'
    printf 'double x;\nfloat y;\nint double_entry;\n' | expect 2 batch/a.c 'floating point'
    printf 'double x;\n' | expect 0 tests/bench/a.c 'floating point in tests'
    printf 'typedef struct x x;\ntypedef int (*f)(struct x *);\n' |
        expect 1 cli/a.c 'typedef'
    printf 'typedef enum status reader(struct x *x,\n    int n);\n' |
        expect 0 cli/a.c 'typedef of a function'
    printf '/* TO''DO later */\nchar t[] = "tmp.XX''XXXX";\n' | expect 1 cli/a.c 'unfinished'
    printf '#ifndef ALMONER_BASE_A_H\n#define ALMONER_BASE_A_H\n#endif\n' |
        expect 0 base/a.h 'guard'
    printf '#ifndef A_H\n#define A_H\n#endif\n' | expect 1 base/a.h 'wrong guard'
    printf 'see /wor''k/x and a/wor''k/y\n' | expect 1 docs/a.md 'machine path'
    return $failures
}

case ${1-} in
--self-test) self_test ;;
*)
    top=${1:-$(dirname "$0")/..}
    faults=0
    check_tree "$top" || faults=1
    check_format "$top" || faults=1
    exit $faults
    ;;
esac
