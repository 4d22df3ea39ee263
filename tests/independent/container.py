"""The ZIP file, the bag, the tree: bundle.md sections 1, 2 and 4."""
import re
import struct
import zlib

from primitives import Bad, need, sha256

TOP = "almoner-bundle/"
NAME = re.compile(r"[a-zA-Z0-9._/-]{1,150}\Z")
BAG_LABELS = ("Source-Organization", "External-Identifier", "External-Description",
              "Bagging-Date", "Payload-Oxum", "Almoner-Bundle-Version", "Almoner-Size",
              "Almoner-Vkey")
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PATHS = re.compile(
    r"data/(checkpoint\.txt|checkpoints/[0-9]{12}\.txt|claims\.txt|index\.txt|tree\.txt"
    r"|policies/[0-9a-f]{64}\.yaml|records/[0-9]{12}\.bin|sealed\.txt|sealed/people\.bin"
    r"|sealed/exports/[0-9]{12}(-[0-9]{6})?\.[a-z0-9]{1,8}|sealed/files/[0-9a-f]{64}"
    r"|timestamps/[0-9]{12}\.(checkpoint\.txt|tsr))\Z")
LOCAL = struct.Struct("<4sHHHHHIIIHH")
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
END = struct.Struct("<4sHHHHIIH")


def is_bundle(data):
    """Whether it begins and ends as one; everything else is checked, and can FAIL."""
    if len(data) < 52 or data[:4] != b"PK\3\4" or data[30:30 + len(TOP)] != TOP.encode():
        return False
    mark, _, _, _, _, size, start, _ = END.unpack(data[-22:])
    return mark == b"PK\5\6" and start + size == len(data) - 22


def read_zip(data):
    """{path: bytes}, in order; every byte but the compressed ones has one spelling."""
    need(len(data) >= 22, "too short for a ZIP file")
    mark, d1, d2, n1, n2, size, start, comment = END.unpack(data[-22:])
    need(mark == b"PK\5\6" and (d1, d2, comment) == (0, 0, 0) and n1 == n2 and
         start + size == len(data) - 22, "the end record is not as it must be")
    entries, at, where = [], start, 0
    for _ in range(n1):
        need(at + 46 <= len(data), "the central directory ends early")
        (mark, made, ver, flags, method, tm, day, crc, small, large, n_name, extra,
         remark, disk, internal, external, offset) = CENTRAL.unpack_from(data, at)
        need(mark == b"PK\1\2" and (made, ver, flags, method, tm, day) ==
             (20, 20, 0x800, 8, 0, 0x21) and (extra, remark, disk, internal, external) ==
             (0, 0, 0, 0, 0), "an entry of the central directory is not as it must be")
        raw = data[at + 46:at + 46 + n_name]
        at += 46 + n_name
        need(offset == where, "entries do not follow each other")
        need(offset + 30 + n_name <= start and data[offset:offset + 30] == LOCAL.pack(
            b"PK\3\4", 20, 0x800, 8, 0, 0x21, crc, small, large, n_name, 0) and
            data[offset + 30:offset + 30 + n_name] == raw,
            "a local header differs from the central one")
        where = offset + 30 + n_name + small
        need(where <= start, "an entry reaches into the directory")
        entries.append((raw.decode("ascii", "replace"), crc, large,
                        data[where - small:where]))
    need(at == len(data) - 22 and where == start, "bytes that belong to no entry")
    files, seen = {}, set()
    for name, crc, large, packed in entries:
        need(NAME.match(name) and name.startswith(TOP), "a name that may not be: %r" % name)
        need(all(p not in ("", ".", "..") for p in name.split("/")), "a name: " + name)
        need(name.lower() not in seen, "twice: " + name)
        seen.add(name.lower())
        inflate = zlib.decompressobj(-15)
        try:
            plain = inflate.decompress(packed, large + 1)
        except zlib.error as error:
            raise Bad("%s: %s" % (name, error)) from None
        need(inflate.eof and not inflate.unused_data and not inflate.unconsumed_tail and
             len(plain) == large, name + ": does not inflate to its size")
        need(zlib.crc32(plain) == crc, name + ": another CRC-32")
        files[name[len(TOP):]] = plain
    return files


def lines_of(data, what):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad(what + " is not UTF-8") from None
    need(text.endswith("\n") and "\r" not in text, what + ": a line without its end")
    return text[:-1].split("\n")


def manifest(files, paths):
    return "".join("%s  %s\n" % (sha256(files[p]).hex(), p) for p in paths).encode()


def check_bag(files):
    """bag-info.txt as a dictionary."""
    payload = sorted(p for p in files if p.startswith("data/"))
    tags = ["bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    need(list(files) == ["bagit.txt"] + payload + tags,
         "the files are not those of a bundle, or in another order")
    for path in payload:
        need(PATHS.match(path), "a file that a bundle does not have: " + path)
    for path in ("checkpoint", "claims", "index", "tree"):
        need("data/%s.txt" % path in files, "no data/%s.txt" % path)
    need(files["bagit.txt"] == BAGIT, "bagit.txt is another")
    for name, paths in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", [
            "bag-info.txt", "bagit.txt", "manifest-sha256.txt"])):
        want = manifest(files, paths)
        if files[name] != want:
            have = set(files[name].split(b"\n"))
            wrong = [x for x in want.split(b"\n") if x not in have]
            raise Bad("%s does not fit: %s" % (
                name, wrong[0][66:].decode() if wrong else "other lines"))
    lines = lines_of(files["bag-info.txt"], "bag-info.txt")
    need(len(lines) == len(BAG_LABELS), "bag-info.txt has other lines")
    info = {}
    for label, line in zip(BAG_LABELS, lines):
        need(line.startswith(label + ": "), "bag-info.txt: no " + label)
        info[label] = line[len(label) + 2:]
    need(info["Almoner-Bundle-Version"] == "1", "another version of bundles")
    need(info["Payload-Oxum"] == "%d.%d" % (sum(len(files[p]) for p in payload),
                                            len(payload)), "Payload-Oxum is another")
    return info


def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text,
         "not a number: %r" % text)
    return int(text)


# ---- the tree ----

class Tree:
    """RFC 6962 roots, as leaves and whole subtrees are put behind each other."""

    def __init__(self, digest):
        self.digest, self.stack, self.size = digest, [], 0

    def push(self, level, root):
        need(self.size % (1 << level) == 0, "a node that is not at its place")
        self.size += 1 << level
        while self.stack and self.stack[-1][0] == level:
            root = self.digest(b"\1" + self.stack.pop()[1] + root)
            level += 1
        self.stack.append((level, root))

    def root(self):
        if not self.stack:
            return self.digest(b"")
        out = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            out = self.digest(b"\1" + left + out)
        return out


def parse_tree(files):
    """size, parts: ("records", first, [bytes]) and ("node", first, level, hash)."""
    lines = lines_of(files["data/tree.txt"], "tree.txt")
    need(len(lines) >= 2 and lines[0] == "almoner-tree/v1" and
         lines[1].startswith("size "), "tree.txt begins otherwise")
    size, at, parts, used = number(lines[1][5:]), 0, [], set()
    for line in lines[2:]:
        word = line.split(" ")
        if word[0] == "records" and len(word) == 4:
            first, count = number(word[1]), number(word[2])
            need(first == at, "tree.txt: a gap or overlap before " + line, "integrity")
            need(1 <= count <= 262144 and word[3] == "records/%012d.bin" % first,
                 "tree.txt: " + line)
            path = "data/" + word[3]
            need(path in files, "no " + path)
            used.add(path)
            parts.append(("records", first, split_records(files[path], count, path)))
            at += count
        elif word[0] == "node" and len(word) == 4:
            level, index = number(word[1]), number(word[2])
            need(level <= 62 and index << level == at,
                 "tree.txt: a gap or overlap before " + line, "integrity")
            need(re.match(r"[0-9a-f]{64}\Z", word[3]), "tree.txt: " + line)
            parts.append(("node", at, level, bytes.fromhex(word[3])))
            at += 1 << level
        else:
            raise Bad("tree.txt: a line of no known form: " + line[:40])
    need(at == size, "tree.txt covers another number of records", "integrity")
    for path in files:
        need(not path.startswith("data/records/") or path in used,
             "tree.txt does not name " + path)
    return size, parts


def split_records(data, count, path):
    out, at = [], 0
    for _ in range(count):
        need(at + 2 <= len(data), path + " ends early")
        length = data[at] << 8 | data[at + 1]
        need(1 <= length <= 2000 and at + 2 + length <= len(data),
             path + ": a record of another length")
        out.append(data[at + 2:at + 2 + length])
        at += 2 + length
    need(at == len(data), path + ": bytes behind the last record")
    return out


def expected_nodes(parts, size, boundaries):
    """bundle.md section 4: where nodes must be, as [(first, level)], in order."""
    out, at = [], 0
    marks = set(boundaries)
    runs = [(p[1], len(p[2])) for p in parts if p[0] == "records"]
    for first, count in runs + [(size, 0)]:
        if at < first:
            # The leaf before a part of records stands alone.
            stops = {z for z in marks if at < z < first} | {first}
            if count:
                stops.add(first - 1)
            for stop in sorted(stops):
                while at < stop:
                    level = 0
                    while at % (2 << level) == 0 and at + (2 << level) <= stop:
                        level += 1
                    out.append((at, level))
                    at += 1 << level
        at = first + count
    return out


def loose_info(files):
    """bag-info.txt of a bag that failed already: what can be read of it."""
    out = dict.fromkeys(BAG_LABELS, "0")
    for line in files.get("bag-info.txt", b"").decode("utf-8", "replace").split("\n"):
        label, _, value = line.partition(": ")
        if label in out:
            out[label] = value
    return out
