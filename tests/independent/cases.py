#!/usr/bin/env python3
"""cases.py IN.zip KEYS PASSPHRASE_FILE ALMONER_VERIFY <table - for independent.sh: each line
`GROUP CASE...` of the table names changes of tamper.py after which the group must FAIL, here
and in almoner-verify. All in one process, so that no signature is made or checked twice."""
import argparse
import json
import subprocess
import sys

import tamper
import verify


SEALED = ("bank-files", "personal-data")  # groups that need the passphrase, which is slow


def theirs(program, path, more):
    out = subprocess.run([program, path, "--json"] + more, stdout=subprocess.PIPE)
    return out.returncode, json.loads(out.stdout)


def ours(path, passphrase, tsa_ca=None):
    with open(path, "rb") as f:
        data = f.read()
    options = argparse.Namespace(checkpoint=None, checkpoint_data=None, vkey=None,
                                 passphrase=passphrase, tsa_ca=tsa_ca)
    report = verify.verify(data, options)
    failed = any(g["faults"] for g in report.groups.values())
    return 5 if failed else 0, {g: report.verdict(g) for g in verify.GROUPS}


def main():
    source, keys, passphrase_file, program = sys.argv[1:5]
    with open(passphrase_file, "rb") as f:
        passphrase = f.read().split(b"\n")[0]
    path, wrong, count = "case.zip", 0, 0
    for line in sys.stdin:
        group, *cases = line.split()
        secret, more = None, []
        if group in SEALED:
            secret, more = passphrase, ["--passphrase-file", passphrase_file]
        for case in cases:
            tamper.make(case, source, path, keys, passphrase)
            for who, (code, found) in (
                    ("verify.py", ours(path, secret)),
                    ("almoner-verify", theirs(program, path, more))):
                if code != 5 or found[group] != "FAIL":
                    print("%s: %s: exit %d, %s %s" % (case, who, code, group, found[group]))
                    wrong += 1
            count += 1
    print("%d cases" % count)
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
