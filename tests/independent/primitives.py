"""CBOR, hashes, signatures, notes, AES-GCM: from RFC 8949, RFC 8032, GB/T 32918, C2SP
signed-note and NIST SP 800-38D. Only the block cipher comes from the openssl program."""
import base64
import functools
import hashlib
import hmac
import struct
import subprocess


class Bad(Exception):
    """What is wrong; the group in whose name it counts, if not the one being checked."""

    def __init__(self, what, group=None):
        super().__init__(what)
        self.group = group


class Unknown(Exception):
    """A version, suite, kind or key from after this program: not checked from here on."""


def need(condition, what, group=None):
    if not condition:
        raise Bad(what, group)


# ---- CBOR, the deterministic subset of ledger.md section 1 ----

def cbor_head(data, at):
    need(at < len(data), "CBOR ends early")
    major, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return major, info, at + 1
    need(info <= 27, "CBOR of a form that is not used")
    size = 1 << (info - 24)
    need(at + 1 + size <= len(data), "CBOR ends early")
    value = int.from_bytes(data[at + 1:at + 1 + size], "big")
    least = (24, 1 << 8, 1 << 16, 1 << 32)[info - 24]
    need(value >= least or major == 7, "CBOR head is not the shortest")
    return major, value, at + 1 + size


def cbor(data, at, depth=0):
    need(depth <= 8, "CBOR is nested too deeply")
    first = data[at] if at < len(data) else 0
    major, value, at = cbor_head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        need(at + value <= len(data), "CBOR ends early")
        part = data[at:at + value]
        try:
            return (part if major == 2 else part.decode("utf-8")), at + value
        except UnicodeDecodeError:
            raise Bad("text is not UTF-8") from None
    if major == 4:
        items = []
        for _ in range(value):
            item, at = cbor(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == 5:
        pairs, before = {}, None
        for _ in range(value):
            begin = at
            key, at = cbor(data, at, depth + 1)
            spelt = data[begin:at]
            need(before is None or spelt > before, "map keys do not ascend")
            before = spelt
            pairs[key], at = cbor(data, at, depth + 1)
        return pairs, at
    need(major == 7 and first in (0xf4, 0xf5), "CBOR of a kind that is not used")
    return first == 0xf5, at


def cbor_map_parts(data, at):
    """A map with small unsigned keys: {key: (value, its bytes with the key's)}, end."""
    major, count, at = cbor_head(data, at)
    need(major == 5, "the body is no map")
    parts, before = {}, -1
    for _ in range(count):
        begin = at
        major, key, at = cbor_head(data, at)
        need(major == 0 and key > before, "keys of the body do not ascend")
        before, value_at = key, at
        value, at = cbor(data, at, 2)
        parts[key] = (value, data[begin:at], data[value_at:at])
    return parts, at


def cbor_count_head(major, count):
    if count < 24:
        return bytes([major << 5 | count])
    return bytes([major << 5 | 24, count])


# ---- digests ----

def sha256(data):
    return hashlib.sha256(data).digest()


def sm3(data):
    return hashlib.new("sm3", data).digest()


DIGESTS = {1: sha256, 2: sm3}
HMAC_NAMES = {1: "sha256", 2: "sm3"}


def hmac_of(suite, key, data):
    return hmac.new(key, data, HMAC_NAMES[suite]).digest()


# ---- Ed25519 ----

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_M1 = pow(2, (P - 1) // 4, P)


def ed_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


@functools.lru_cache(maxsize=64)
def ed_powers(p):
    """p, 2p, 4p ...: few keys sign much."""
    out = [p]
    while len(out) < 256:
        out.append(ed_add(out[-1], out[-1]))
    return out


def ed_times(k, p):
    out = (0, 1, 1, 0)
    for power in ed_powers(p):
        if k & 1:
            out = ed_add(out, power)
        k >>= 1
    return out


@functools.lru_cache(maxsize=None)
def ed_point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT_M1 % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def ed_bytes(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


ED_BASE = ed_point(bytes.fromhex("58" + "66" * 31))


@functools.lru_cache(maxsize=None)
def ed25519(key, message, signature):
    a = ed_point(key)
    s = int.from_bytes(signature[32:], "little")
    if a is None or s >= ORDER or ed_times(8, a)[0] % P == 0:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little")
    minus = (P - a[0], a[1], 1, P - a[3])
    return ed_bytes(ed_add(ed_times(s, ED_BASE), ed_times(k % ORDER, minus))) == \
        signature[:32]


# ---- SM2 ----

SP = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SA = SP - 3
SB = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SN = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SG = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
      0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


def sm2_add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % SP == 0:
            return None
        m = (3 * p[0] * p[0] + SA) * pow(2 * p[1], -1, SP)
    else:
        m = (q[1] - p[1]) * pow(q[0] - p[0], -1, SP)
    x = (m * m - p[0] - q[0]) % SP
    return x, (m * (p[0] - x) - p[1]) % SP


def sm2_times(k, p):
    out = None
    while k:
        if k & 1:
            out = sm2_add(out, p)
        p = sm2_add(p, p)
        k >>= 1
    return out


def sm2_point(key):
    x = int.from_bytes(key[1:], "big")
    yy = (x * x * x + SA * x + SB) % SP
    y = pow(yy, (SP + 1) // 4, SP)
    if len(key) != 33 or key[0] not in (2, 3) or x >= SP or (y * y - yy) % SP:
        return None
    return x, (y if y & 1 == key[0] & 1 else SP - y)


def sm2(key, message, signature, sm2_id):
    point = sm2_point(key)
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    t = (r + s) % SN
    if point is None or not 0 < r < SN or not 0 < s < SN or t == 0:
        return False
    z = struct.pack(">H", len(sm2_id) * 8) + sm2_id
    for number in (SA, SB) + SG + point:
        z += number.to_bytes(32, "big")
    e = int.from_bytes(sm3(sm3(z) + message), "big")
    where = sm2_add(sm2_times(s, SG), sm2_times(t, point))
    return where is not None and (e + where[0]) % SN == r


def signature_holds(suite, key, message, signature, sm2_id=b"1234567812345678"):
    if len(signature) != 64:
        return False
    if suite == 1:
        return len(key) == 32 and ed25519(key, message, signature)
    return len(key) == 33 and sm2(key, message, signature, sm2_id)


# ---- keys and notes ----

def typed_key(suite, key):
    return b"\x01" + key if suite == 1 else b"\xffalmoner/sm2/v1" + key


def key_id(name, typed):
    return sha256(name.encode() + b"\n" + typed)[:4]


def vkey(name, typed):
    return "%s+%s+%s" % (name, key_id(name, typed).hex(), b64(typed))


def b64(data):
    return base64.b64encode(data).decode()


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("not base64") from None
    need(b64(data) == text, "base64 of another spelling")
    return data


def parse_vkey(text):
    """(name, typed key)."""
    parts = text.strip().split("+", 2)
    need(len(parts) == 3, "not a vkey")
    typed = unbase64(parts[2])
    need(key_id(parts[0], typed).hex() == parts[1], "the vkey's key id is another")
    return parts[0], typed


class Note:
    """A checkpoint: origin, size, root, text, signatures [(name, key id, bytes)]."""

    def __init__(self, data):
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Bad("a checkpoint that is not UTF-8") from None
        need("\n\n" in whole and whole.endswith("\n"), "not a signed note")
        at = whole.rindex("\n\n") + 1
        self.text = whole[:at]
        lines = self.text.split("\n")
        need(len(lines) == 4, "a checkpoint has three lines")
        self.origin, size, root = lines[:3]
        need(size.isascii() and size.isdigit() and str(int(size)) == size,
             "the checkpoint's size is no number")
        self.size, self.root = int(size), unbase64(root)
        need(len(self.root) == 32, "the checkpoint's root has not 32 bytes")
        self.signatures = []
        for line in whole[at + 1:-1].split("\n"):
            parts = line.split(" ")
            need(len(parts) == 3 and parts[0] == "\u2014", "not a signature line")
            blob = unbase64(parts[2])
            need(len(blob) > 4, "a signature without bytes")
            self.signatures.append((parts[1], blob[:4], blob[4:]))

    def signed_by(self, suite, name, key):
        wanted = key_id(name, typed_key(suite, key))
        return any(n == name and i == wanted and
                   signature_holds(suite, key, self.text.encode(), s)
                   for n, i, s in self.signatures)


def cosignature_holds(key, seconds, text, signature):
    message = "cosignature/v1\ntime %d\n%s" % (seconds, text)
    return signature_holds(1, key, message.encode(), signature)


# ---- AES-256-GCM ----

def aes_blocks(key, blocks):
    out = subprocess.run(
        ["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", key.hex()],
        input=blocks, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    need(out.returncode == 0, "openssl enc: " + out.stderr.decode(errors="replace"))
    return out.stdout


def ghash_table(h):
    """For each of 16 byte places the products of 256 bytes with H, which is folded in
    from the left: only the first place is needed with Horner's rule."""
    poly = 0xE1 << 120
    double = [h]
    for _ in range(7):
        v = double[-1]
        double.append(v >> 1 ^ (poly if v & 1 else 0))
    table = [0] * 256
    for byte in range(256):
        for bit in range(8):
            if byte & 0x80 >> bit:
                table[byte] ^= double[bit]
    shift = [0] * 256
    for byte in range(256):
        v = byte
        for _ in range(8):
            v = v >> 1 ^ (poly if v & 1 else 0)
        shift[byte] = v
    return table, shift


def ghash(tables, data):
    table, shift = tables
    y = 0
    for at in range(0, len(data), 16):
        y ^= int.from_bytes(data[at:at + 16], "big")
        z = 0
        for _ in range(16):  # bytes from the right, times x^8 each
            z = z >> 8 ^ shift[z & 255] ^ table[y & 255]
            y >>= 8
        y = z
    return y


CHUNK = 65536


@functools.lru_cache(maxsize=1024)
def unseal(key, sealed):
    """bundle.md section 7. Bad when it does not authenticate."""
    pieces, at = [], 0
    while True:
        rest = len(sealed) - at
        need(rest >= 28, "a sealed file ends early")
        size = min(rest, CHUNK + 28)
        pieces.append((sealed[at:at + 12], sealed[at + 12:at + size - 16],
                       sealed[at + size - 16:at + size]))
        at += size
        if at == len(sealed):
            break
    blocks = [bytes(16)]
    for i, (nonce, text, _) in enumerate(pieces):
        last = i == len(pieces) - 1
        need(nonce == struct.pack(">III", 0, i, last), "another nonce than its place's")
        need(text or len(pieces) == 1, "an empty chunk at the end")
        for counter in range(1, 2 + (len(text) + 15) // 16):
            blocks.append(nonce + struct.pack(">I", counter))
    stream = aes_blocks(key, b"".join(blocks))
    tables = ghash_table(int.from_bytes(stream[:16], "big"))
    at, plain = 16, []
    for nonce, text, tag in pieces:
        pad = text + bytes(-len(text) % 16) + struct.pack(">QQ", 0, len(text) * 8)
        mask = int.from_bytes(stream[at:at + 16], "big")
        need((ghash(tables, pad) ^ mask).to_bytes(16, "big") == tag,
             "does not open: another passphrase, or changed")
        at += 16
        both = int.from_bytes(text, "big") ^ \
            int.from_bytes(stream[at:at + len(text)], "big")
        plain.append(both.to_bytes(len(text), "big"))
        at += -(-len(text) // 16) * 16
    return b"".join(plain)
