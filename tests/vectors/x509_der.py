"""Just enough DER to write X.509 with, right or wrong: every function answers one encoded value."""

import base64


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*parts): return tlv(0x30, *parts)
def set_(*parts): return tlv(0x31, *parts)
def octets(value): return tlv(0x04, value)
def bits(value, unused=0): return tlv(0x03, bytes([unused]), value)
def integer(value): return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


NULL = tlv(0x05)
TRUE = tlv(0x01, b"\xff")


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for arc in [first * 40 + second, *rest]:
        chunk = [arc & 0x7F]
        while arc := arc >> 7:
            chunk.append(0x80 | arc & 0x7F)
        out += bytes(reversed(chunk))
    return tlv(0x06, bytes(out))


def name(*common_names):
    return seq(*(set_(seq(oid("2.5.4.3"), tlv(0x0C, text.encode()))) for text in common_names))


def utc(time): return tlv(0x17, time.strftime("%y%m%d%H%M%SZ").encode())
def pem(label, der):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])
