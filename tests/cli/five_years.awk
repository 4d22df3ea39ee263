# five_years.awk - a second set of books for five_years.sh: old age alone, from the files
# that came in and the events that happened, by its own reading of two documents (1200.00
# and 300.00 a year; from 2026-03 on, 1450.00 and 370.00). It knows nothing of almoner.
#
#   awk -v people=... -v history=... -v settled=2025-12 -v dead=pay|none -f ... events
#
# Events, a line each: run MONTH; batch; answer FILE; rise MONTH (confirmed); births FILE;
# deaths FILE; reissue; decide NUMBER PERSON METHOD MONTH (served); repay NUMBER FEN;
# check TAG. Writes what each run and batch should have said (says), and at each check how
# every person (state-people-TAG) and every month (state-months-TAG) stands, who owes
# (state-owed-TAG), what was granted late, is not paid of it and was taken back since
# (state-late-TAG) and, with -v persons=TAG, what everybody was granted for each month
# (state-granted-TAG). Money in fen.

function month_of(text) { return substr(text, 1, 4) * 12 + substr(text, 6, 2) - 1 }
function month_text(m) { return sprintf("%04d-%02d", int(m / 12), m % 12 + 1) }
function least(a, b) { return a < b ? a : b }

function read_people(   line, f) {
    getline line <people
    while ((getline line <people) > 0) {
        split(line, f, ",")
        number[f[1]] = ++last
        if (f[3] == "230523") here[last]
        claim[last] = f[6]
        by_account[f[7]] = last
        born[last] = substr(f[1], 7, 4) * 12 + substr(f[1], 11, 2) - 1
    }
}

function read_history(   line, f, p, m) {
    getline line <history
    while ((getline line <history) > 0) {
        split(line, f, ",")
        p = number[f[1]]
        m = month_of(f[3])
        sub(/\./, "", f[4])
        if (first == 0 || m < first) first = m
        if (m > final) final = m
        if (m <= end_of_past) { # nothing moves there any more
            past[p] += f[4]
            past_month[m] += f[4]
            if (persons) past_granted[p, m] += f[4]
        } else {
            granted[p, m] += f[4]
            paid[p, m] += f[4]
        }
        if (!(p in here)) exit 2 # the rules above leave them out
    }
}

function twelfth(year_fen, m,   n) {
    n = m % 12 + 1
    return int(year_fen * n / 12) - int(year_fen * (n - 1) / 12)
}

# What the documents give a person for a month after the past that is settled.
function wanted(p, m,   age, new) {
    if (p in died) {
        if (month_of(died[p]) < m) return 0
        if (!(p in past) && (claim[p] == "" || claim[p] > died[p])) return 0
    } else if (!(p in past) && claim[p] == "") return 0
    age = int((m - 1 - born[p]) / 12) # at the end of the month before
    if (age < 80) return 0
    new = risen && m >= rise_from
    if (new && dead == "none" && p in died && month_of(died[p]) < risen) new = 0
    return twelfth(age >= 90 ? (new ? 145000 : 120000) : (new ? 37000 : 30000), m)
}

# What is granted for a month is a pile: what is taken back comes from its top.
function pile(p, m, d, is_late,   n, x) {
    if (d > 0) {
        n = ++piled[p, m]
        pile_left[p, m, n] = d
        if (is_late) pile_late[p, m, n] = d
        return
    }
    for (n = piled[p, m]; n > 0 && d < 0; n--) {
        x = least(-d, pile_left[p, m, n])
        pile_left[p, m, n] -= x
        d += x
    }
}

function grant(p, m, d,   x) {
    granted[p, m] += d
    if (d > 0) {
        x = least(d, owed[p, m]); owed[p, m] -= x; d -= x
        x = least(d, waived[p, m]); waived[p, m] -= x; d -= x
        x = least(d, lost[p, m]); lost[p, m] -= x; d -= x
        due[p, m] += d
        return
    }
    d = -d
    x = least(d, due[p, m]); due[p, m] -= x; d -= x
    x = least(d, back[p, m]); back[p, m] -= x; d -= x
    owed[p, m] += d
}

# Out of the dues of months after the one of service, 30 of 100 of each at most.
function set_off(n,   p, m, k, room, x, sum) {
    p = r_person[n]
    for (m = r_served[n] + 1; m <= final; m++) {
        if (!((p, m) in granted)) continue
        room = least(due[p, m], int(granted[p, m] * 30 / 100) - off[p, m])
        for (k = end_of_past + 1; k <= final && room > 0; k++) {
            if (!((p, k) in granted)) continue
            x = least(room, least(r_left[n, k], owed[p, k]))
            r_left[n, k] -= x; owed[p, k] -= x; recovered[p, k] += x
            due[p, m] -= x; off[p, m] += x
            room -= x; sum += x
        }
    }
    return sum
}

function run(period,   p, m, d, n, regular, backpay, reduction, taken) {
    if (period > final) final = period
    for (p = 1; p <= last; p++) {
        if (!(p in here)) continue # nor was who lives elsewhere ever paid
        for (m = end_of_past + 1; m <= period; m++) {
            d = wanted(p, m) - ((p, m) in granted ? granted[p, m] : 0)
            if (d == 0) continue
            if (d < 0) reduction += d
            else if (m == period) regular += d
            else backpay += d
            pile(p, m, d, m < period)
            grant(p, m, d)
        }
    }
    for (n = 1; n <= recoveries; n++) {
        if (r_method[n] == "set-off") taken += set_off(n)
    }
    printf "run %s %d %d %d %d\n", month_text(period), regular, backpay, reduction,
        taken >"says"
}

# Who gets more, and how much, when it is asked in this month.
function rise(month,   p, m, old, more, people_more, sum) {
    for (p = 1; p <= last; p++) {
        if (!(p in here)) continue
        more = 0
        for (m = rise_from; m <= month; m++) {
            risen = 0
            old = wanted(p, m)
            risen = month
            more += wanted(p, m) - old
        }
        people_more += more > 0
        sum += more
    }
    printf "rise %d %d\n", people_more, sum >"says"
}

function batch(   p, m, sum) {
    for (p = 1; p <= last; p++) {
        if (!(p in here)) continue
        for (m = end_of_past + 1; m <= final; m++) {
            if (!((p, m) in granted)) continue
            sum += due[p, m]
            transit[p, m] += due[p, m]
            due[p, m] = 0
        }
    }
    printf "batch %d\n", sum >"says"
}

function answer(file,   line, f, p, m, came) {
    while ((getline line <file) > 0) {
        if (split(line, f, "|") < 5 || !(f[2] in by_account)) continue
        p = by_account[f[2]]
        for (m = end_of_past + 1; m <= final; m++) {
            if (!((p, m) in granted)) continue
            if (f[5] == "0000") {
                paid[p, m] += transit[p, m]
            } else {
                came = least(transit[p, m], owed[p, m])
                owed[p, m] -= came
                back[p, m] += transit[p, m] - came
            }
            transit[p, m] = 0
        }
    }
}

function reissue(   p, m) {
    for (p = 1; p <= last; p++) {
        if (p in died) continue
        for (m = end_of_past + 1; m <= final; m++) {
            if (!((p, m) in granted)) continue
            due[p, m] += back[p, m]
            back[p, m] = 0
        }
    }
}

function facts(file, what,   line, f) {
    getline line <file
    while ((getline line <file) > 0) {
        split(line, f, ",")
        if (what == "deaths") died[number[f[1]]] = f[3]
        else born[number[f[1]]] = month_of(f[3])
    }
}

function decide(n, p, method, served,   m) {
    recoveries = n
    r_person[n] = p
    r_method[n] = method
    r_served[n] = served
    for (m = end_of_past + 1; m <= final; m++) {
        if (!((p, m) in granted)) continue
        if (method == "waive") { waived[p, m] += owed[p, m]; owed[p, m] = 0 }
        else if (method == "write-off") { lost[p, m] += owed[p, m]; owed[p, m] = 0 }
        else r_left[n, m] = owed[p, m]
    }
}

function repay(n, fen,   p, m, x) {
    p = r_person[n]
    for (m = end_of_past + 1; m <= final; m++) {
        if (!((p, m) in granted)) continue
        x = least(fen, least(r_left[n, m], owed[p, m]))
        r_left[n, m] -= x; owed[p, m] -= x; recovered[p, m] += x
        fen -= x
    }
}

# Adds a month of a person to the sums of both.
function add(p, m, tag,   k, s) {
    s[1] = due[p, m]; s[2] = transit[p, m]; s[3] = back[p, m]; s[4] = paid[p, m]
    s[5] = owed[p, m]; s[6] = recovered[p, m]; s[7] = waived[p, m]; s[8] = lost[p, m]
    s[9] = off[p, m]; s[10] = granted[p, m]
    for (k = 1; k <= 10; k++) {
        of_person[k] += s[k]
        of_month[m, k] += s[k]
    }
    s[1] += s[2] + s[3] # not paid: what was granted last
    for (k = piled[p, m] + 0; k > 0; k--) {
        s[2] = least(s[1], pile_left[p, m, k])
        s[1] -= s[2]
        if (!((p, m, k) in pile_late)) continue
        late[1] += pile_late[p, m, k]
        late[2] += s[2]
        late[3] += pile_late[p, m, k] - pile_left[p, m, k]
    }
    if (tag == persons && s[10] != 0) print p, month_text(m), s[10] >("state-granted-" tag)
}

function check(tag,   p, m, k, key) {
    split("", of_month)
    if (tag == persons) {
        for (key in past_granted) {
            split(key, k, SUBSEP)
            print k[1], month_text(k[2]), past_granted[key] >("state-granted-" tag)
        }
    }
    for (p = 1; p <= last; p++) {
        split("", of_person)
        split("", late)
        for (m = end_of_past + 1; m <= final; m++) if ((p, m) in granted) add(p, m, tag)
        printf "%d %d %d %d", p, of_person[1], of_person[2] + of_person[3],
            of_person[4] + (p in past ? past[p] : 0) >("state-people-" tag)
        for (m = 5; m <= 9; m++) printf " %d", of_person[m] >("state-people-" tag)
        printf "\n" >("state-people-" tag)
        if (late[1] > 0) printf "%d %d %d %d\n", p, late[1], late[2], late[3] >("state-late-" tag)
        if (of_person[5] > 0) {
            print p, of_person[5], p in died ? "dead" : "alive" >("state-owed-" tag)
        }
    }
    for (m = first; m <= final; m++) {
        printf "%s", month_text(m) >("state-months-" tag)
        of_month[m, 4] += past_month[m]
        of_month[m, 10] += past_month[m]
        for (p = 1; p <= 10; p++) printf " %d", of_month[m, p] >("state-months-" tag)
        printf "\n" >("state-months-" tag)
    }
}

BEGIN {
    end_of_past = month_of(settled)
    rise_from = month_of("2026-03")
    read_people()
    read_history()
}
$1 == "run" { run(month_of($2)) }
$1 == "batch" { batch() }
$1 == "answer" { answer($2) }
$1 == "rise" { rise(month_of($2)) }
$1 == "births" || $1 == "deaths" { facts($2, $1) }
$1 == "reissue" { reissue() }
$1 == "decide" { decide($2, $3, $4, month_of($5)) }
$1 == "repay" { repay($2, $3) }
$1 == "check" { check($2) }
