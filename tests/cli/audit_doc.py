"""Runs the commands of docs/AUDIT.md as they stand there, and holds what they print
against what the page shows.

    audit_doc.py PAGE LANGUAGE FOLDER [--fill]

LANGUAGE is zh or en: the part of the page, and the language the programs speak. FOLDER
has a folder for each who acts (county, audit, authority), usb/ and bin/. Shown lines
must be printed in their order; keys, digests, times and lengths differ from ledger to
ledger and stand for each other; a line "..." stands for lines left out. With --fill the
part is printed with all output, for writing the page. Exit 1 when something differs.
"""
import os
import re
import subprocess
import sys

PROMPT = re.compile(r"^(county|audit|authority)\$ (.*)$")
END = "end of a command 7f3a"
# Of no effect here: the county has been made, and lies where `make demo` puts it.
ELSEWHERE = "make demo"


def parts(text):
    """The lines of the Chinese part and of the English one."""
    lines = text.split("\n")
    cut = lines.index("# How an audit office checks a county")
    return {"zh": lines[:cut], "en": lines[cut:]}


def steps(lines):
    """(who, command, lines shown, place) of each command in the console blocks."""
    found, inside, more = [], False, False
    for place, line in enumerate(lines):
        if line.startswith("```"):
            inside = line == "```console"
            more = False
            continue
        if not inside:
            continue
        match = PROMPT.match(line)
        if match:
            found.append([match.group(1), match.group(2), [], place])
        elif more:
            found[-1][1] += "\n" + line
            found[-1][3] = place
        else:
            found[-1][2].append(line)
        more = (match or more) and line.endswith("\\")
    return found


def same(line):
    """A line without what differs from ledger to ledger."""
    line = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", line)
    line = re.sub(r"[0-9a-f]{40,}", "HEX", line)
    line = re.sub(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,}=*", "+VKEY", line)
    line = re.sub(r"[A-Za-z0-9+/]{40,}=*", "BASE64", line)
    line = re.sub(r"(Key id +)[0-9a-f]{8}", r"\1HEX", line)
    line = re.sub(r"^Time stamp: .*", "Time stamp: TIME", line)
    line = re.sub(r"\d+ records a second|每秒 \d+ 条记录", "SPEED", line)
    line = re.sub(r"^    [A-Za-z0-9+/=]{4}( [A-Za-z0-9+/=]{2,4})+$", "    GROUPS", line)
    line = re.sub(r"\d+ (bytes|字节)", r"N \1", line)
    return line.rstrip()


class Actor:
    """A shell of its own in a folder of its own."""

    def __init__(self, folder, name, language):
        env = dict(os.environ, PATH=folder + "/bin:" + os.environ["PATH"])
        env.pop("LC_ALL", None)
        env["LANG"] = "zh_CN.UTF-8" if language == "zh" else "C.UTF-8"
        env["PYTHONUTF8"] = "1"
        self.usb = folder + "/usb"
        self.shell = subprocess.Popen(
            ["bash"], cwd=folder + "/" + name, env=env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")

    def run(self, command):
        command = command.replace("/media/usb", self.usb)
        self.shell.stdin.write("{ %s\n} </dev/null\necho '%s'\n" % (command, END))
        self.shell.stdin.flush()
        out = []
        for line in self.shell.stdout:
            line = line.rstrip("\n").replace(self.usb, "/media/usb")
            if line.endswith(END):
                if line != END:
                    out.append(line[:-len(END)])
                return out
            out.append(line)
        sys.exit("the shell ended at: " + command)


def missing(shown, printed):
    """The first line shown that was not printed in its place; None when all were."""
    at, gap = 0, False
    printed = [same(line) for line in printed]
    for line in shown:
        if line == "...":
            gap = True
            continue
        rest = printed[at:]
        if same(line) not in (rest if gap else rest[:1]):
            return line
        at += rest.index(same(line)) + 1
        gap = False
    return None if gap or at == len(printed) else "(nothing more)"


def main():
    page, language, folder = sys.argv[1:4]
    with open(page, encoding="utf-8") as f:
        both = parts(f.read())
    if [s[:2] for s in steps(both["zh"])] != [s[:2] for s in steps(both["en"])]:
        sys.exit("the two languages have other commands")
    actors, output, wrong = {}, {}, 0
    for who, command, shown, place in steps(both[language]):
        if ELSEWHERE in command:
            continue
        if who not in actors:
            actors[who] = Actor(folder, who, language)
        printed = actors[who].run(command)
        output[place] = printed
        line = missing(shown, printed)
        if line is not None and "--fill" not in sys.argv:
            print("%s$ %s\n  shows, but does not print here: %s\n  prints:\n    %s" %
                  (who, command, line, "\n    ".join(printed)))
            wrong = 1
    if "--fill" in sys.argv:
        for place, line in enumerate(both[language]):
            print("\n".join([line] + output.get(place, [])))
    return wrong


sys.exit(main())
