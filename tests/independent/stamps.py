"""Time stamps (ledger.md, kind 72) by the openssl program: RFC 3161 tokens, held against
the certificates of an authority at the token's own time."""
import calendar
import re
import subprocess
import time

from primitives import Bad, need

TIME = re.compile(r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.M)


def openssl(*args, data=b""):
    return subprocess.run(("openssl",) + args, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def certificates(path):
    """Whether the file holds certificates, each of which can be read."""
    out = openssl("storeutl", "-noout", "-certs", path)
    found = re.search(rb"^Total found: (\d+)", out.stdout, re.M)
    return out.returncode == 0 and found and int(found.group(1)) > 0


def whole(data):
    """The first element's content, when it is a SEQUENCE that ends where the data does."""
    need(len(data) > 2 and data[0] == 0x30 and data[1] != 0x80, "no DER")
    size = data[1] & 127 if data[1] & 128 else 0
    length = int.from_bytes(data[2:2 + size], "big") if size else data[1]
    need(2 + size + length == len(data) and length, "no DER, or cut, or longer")
    return data[2 + size:]


def check(data, digest, ca):
    """The token's time in seconds; Bad: it does not stamp the digest, or nobody whom the
    certificates in the file `ca` vouch for signed it."""
    # An answer begins with its status, a SEQUENCE; a token with an object identifier.
    form = ["-in", "/dev/stdin"] + (["-token_in"] if whole(data)[0] == 6 else [])
    text = openssl("ts", "-reply", "-text", *form, data=data).stdout
    match = TIME.search(text.decode(errors="replace"))
    need(match, "no RFC 3161 token")
    seconds = calendar.timegm(time.strptime(" ".join(match.groups()), "%b %d %H:%M:%S %Y"))
    need(b"\nHash Algorithm: sha256\n" in text, "not by SHA-256")
    out = openssl("ts", "-verify", "-digest", digest.hex(), "-CAfile", ca, "-attime",
                  str(seconds), *form, data=data)
    if out.returncode != 0 or b"Verification: OK" not in out.stdout:
        said = out.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise Bad("openssl ts: " + said.split(":", 5)[-1])
    return seconds
