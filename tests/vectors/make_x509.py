#!/usr/bin/env python3
"""Writes the vectors in csr/ and certificate/, each with one fault at most, and their index.json.

Run it here: `python3 make_x509.py` (needs `cryptography`). Keys are made once and kept in x509-keys/; they are for
tests only. All signatures are deterministic but RSA-PSS, so running it again changes the *pss* files alone.
"""

import datetime
import json
import pathlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from x509_der import NULL, TRUE, bits, integer, name, octets, oid, pem, seq, set_, tlv, utc

HERE = pathlib.Path(__file__).parent
SCOPE = "7f1d2c9e-6b1a-4a0e-9d7e-0a5b3c4d5e6f"
OTHER = "0b9ac3a2-3f53-4c62-8df0-6a2f5a1c7d10"
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
BEGIN = datetime.datetime(2026, 1, 1)
NOW = datetime.datetime(2026, 6, 1)


# Keys

def key(file, make):
    path = HERE / "x509-keys" / f"{file}.pem"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_bytes(make().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return serialization.load_pem_private_key(path.read_bytes(), None)


def spki(private):
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def rsa_spki(modulus, exponent=65537, algorithm=seq(oid("1.2.840.113549.1.1.1"), NULL)):
    return seq(algorithm, bits(seq(integer(modulus), integer(exponent))))


LEAF = key("leaf-3072", lambda: rsa.generate_private_key(65537, 3072))
LEAF_4096 = key("leaf-4096", lambda: rsa.generate_private_key(65537, 4096))
SMALL = key("leaf-2048", lambda: rsa.generate_private_key(65537, 2048))
EXPONENT_3 = key("leaf-3072-exponent-3", lambda: rsa.generate_private_key(3, 3072))
CURVE = key("leaf-p256", lambda: ec.generate_private_key(ec.SECP256R1()))
ROOT = key("root-p384", lambda: ec.generate_private_key(ec.SECP384R1()))
ROOT_RSA = key("root-rsa", lambda: rsa.generate_private_key(65537, 3072))
ROOT_P256 = key("root-p256", lambda: ec.generate_private_key(ec.SECP256R1()))
ROOT_EDWARDS = key("root-ed25519", ed25519.Ed25519PrivateKey.generate)
STRANGER = key("stranger-p384", lambda: ec.generate_private_key(ec.SECP384R1()))
MIDDLE = key("intermediate-p384", lambda: ec.generate_private_key(ec.SECP384R1()))
LOWER = key("lower-intermediate-p384", lambda: ec.generate_private_key(ec.SECP384R1()))

HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
HASH_OIDS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
RSA_OIDS = {"sha1": "1.2.840.113549.1.1.5", "sha256": "1.2.840.113549.1.1.11",
            "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
ECDSA_OIDS = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2",
              "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}


def algorithm(private, digest):
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return seq(oid("1.3.101.112"))
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return seq(oid(ECDSA_OIDS[digest]))
    if digest.startswith("pss-"):
        hashed = seq(oid(HASH_OIDS[digest[4:]]), NULL)
        mask = seq(oid("1.2.840.113549.1.1.8"), hashed)
        length = HASHES[digest[4:]].digest_size
        return seq(oid("1.2.840.113549.1.1.10"), seq(tlv(0xA0, hashed), tlv(0xA1, mask), tlv(0xA2, integer(length))))
    return seq(oid(RSA_OIDS[digest]), NULL)


def sign(private, digest, message):
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(message)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(message, ec.ECDSA(HASHES[digest](), deterministic_signing=True))
    if digest.startswith("pss-"):
        kind = HASHES[digest[4:]]()
        return private.sign(message, padding.PSS(padding.MGF1(kind), kind.digest_size), kind)
    return private.sign(message, padding.PKCS1v15(), HASHES[digest]())


def signed(body, private, digest, corrupt=False):
    signature = bytearray(sign(private, digest, body))
    if corrupt:
        signature[len(signature) // 2] ^= 1
    return seq(body, algorithm(private, digest), bits(bytes(signature)))


# Extensions

def extension(identifier, value, critical=False):
    return seq(oid(identifier), TRUE if critical else b"", octets(value))


def uri(text): return tlv(0x86, text.encode())
def dns(text): return tlv(0x82, text.encode())
def email(text): return tlv(0x81, text.encode())
def alternative(*names): return extension("2.5.29.17", seq(*names))


def urn(guid): return uri(f"urn:uuid:{guid}")
def constraints(ca, depth=None):
    inner = (TRUE if ca else b"") + (integer(depth) if depth is not None else b"")
    return extension("2.5.29.19", seq(inner), True)


KEY_ENCIPHERMENT = extension("2.5.29.15", bits(b"\x20", 5), True)
AUTHORITY_USAGE = extension("2.5.29.15", bits(b"\x06", 1), True)
RECOVERY_AGENT = "1.3.6.1.4.1.311.21.6"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
def purposes(*which): return extension("2.5.29.37", seq(*map(oid, which)))


# Requests

def request(private=LEAF, digest="sha256", subject=name("Finance"), extensions=(alternative(urn(SCOPE)),), public=None,
            attributes=b"", corrupt=False):
    wanted = seq(oid("1.2.840.113549.1.9.14"), set_(seq(*extensions))) if extensions is not None else b""
    body = seq(integer(0), subject, public or spki(private), tlv(0xA0, wanted, attributes))
    return signed(body, private, digest, corrupt)


def password(text): return seq(oid("1.2.840.113549.1.9.7"), set_(tlv(0x0C, text.encode())))


def csr_vectors():
    vectors = []

    def add(file, expect, content):
        if isinstance(content, bytes) and not file.endswith(".der"):
            content = pem("CERTIFICATE REQUEST", content)
        write("csr", file, content)
        vectors.append({"file": file, "expect": expect})

    ok = "accepted"
    good = request()
    text = pem("CERTIFICATE REQUEST", good)
    modulus = LEAF.public_key().public_numbers().n
    add("rsa-3072.pem", ok, good)
    add("rsa-3072.der", ok, good)
    add("rsa-4096.pem", ok, request(LEAF_4096))
    add("sha384.pem", ok, request(digest="sha384"))
    add("sha512.pem", ok, request(digest="sha512"))
    add("challenge-password.pem", ok, request(attributes=password("secret")))
    add("asks-to-be-authority.pem", ok, request(extensions=[
        alternative(urn(SCOPE), dns("example.org")), constraints(True), AUTHORITY_USAGE, purposes(SERVER_AUTH)]))
    add("text-before.pem", ok, "Request of Finance\n" + text)
    add("carriage-returns.pem", ok, text.replace("\n", "\r\n"))
    add("empty.pem", "pem-missing", "")
    add("certificate-label.pem", "pem-missing", pem("CERTIFICATE", good))
    add("two-blocks.pem", "pem-several", text + text)
    add("text-after.pem", "pem-trailing", text + "regards\n")
    add("damaged-base64.pem", "pem-damaged", text.replace("\n", "\n!", 2))
    add("truncated.der", "malformed", good[:-1])
    add("trailing-byte.der", "malformed", good + b"\0")
    add("trailing-byte.pem", "malformed", good + b"\0")
    add("version-2.pem", "malformed", signed(
        seq(integer(1), name("Finance"), spki(LEAF), tlv(0xA0)), LEAF, "sha256"))
    add("too-large.pem", "too-large", request(attributes=password("x" * 17000)))
    add("rsa-2048.pem", "key-too-small", request(SMALL))
    add("rsa-3071.pem", "key-too-small", request(public=rsa_spki(modulus >> 1 | 1)))
    add("rsa-8200.pem", "key-too-large", request(public=rsa_spki((modulus << 5128) | 1)))
    add("even-modulus.pem", "key-malformed", request(public=rsa_spki(modulus - 1)))
    add("elliptic-curve.pem", "key-not-rsa", request(CURVE))
    add("exponent-3.pem", "key-exponent", request(EXPONENT_3))
    add("sha1.pem", "signature-algorithm", request(digest="sha1"))
    add("pss.pem", "signature-algorithm", request(digest="pss-sha256"))
    add("corrupt-signature.pem", "signature-bad", request(corrupt=True))
    add("another-key.pem", "signature-bad", request(public=spki(LEAF_4096)))
    add("renamed-after-signing.pem", "signature-bad", good.replace(b"Finance", b"finance"))
    add("no-attributes.pem", "scope-missing", request(extensions=None))
    add("no-uri.pem", "scope-missing", request(extensions=[alternative(dns("example.org"))]))
    add("two-uris.pem", "scope-several", request(extensions=[alternative(urn(SCOPE), urn(OTHER))]))
    add("upper-case-guid.pem", "scope-not-guid", request(extensions=[alternative(urn(SCOPE.upper()))]))
    add("nil-guid.pem", "scope-not-guid", request(extensions=[alternative(urn("0" * 8 + "-0000-0000-0000-" + "0" * 12))]))
    add("web-address.pem", "scope-not-guid", request(extensions=[alternative(uri("https://example.org/" + SCOPE))]))
    add("broken-alternative-name.pem", "scope-malformed", request(extensions=[extension("2.5.29.17", b"\x30\x05\x86")]))
    add("repeated-extension.pem", "extensions-malformed", request(
        extensions=[alternative(urn(SCOPE)), alternative(urn(SCOPE))]))
    add("two-extension-requests.pem", "extensions-malformed", request(extensions=None, attributes=seq(
        oid("1.2.840.113549.1.9.14"), set_(seq(alternative(urn(SCOPE))), seq(alternative(urn(OTHER)))))))
    add("no-name.pem", "name", request(subject=name()))
    add("two-names.pem", "name", request(subject=name("Finance", "Sales")))
    add("invisible-name.pem", "name", request(subject=name("Finance\u202egro.elpmaxe")))
    add("line-break-name.pem", "name", request(subject=name("Finance\nFingerprint: 00")))
    return vectors


# Certificates and revocation lists

def certificate(private=ROOT, digest="sha384", issuer="Authority", subject="Finance", public=None, begin=BEGIN,
                end=None, extensions=None, version=2, serial=0x4001, corrupt=False):
    body = seq(
        tlv(0xA0, integer(version)) if version else b"", integer(serial), algorithm(private, digest), name(issuer),
        seq(utc(begin), utc(end or begin + 365 * DAY)), name(subject), public or spki(LEAF),
        tlv(0xA3, seq(*(extensions if extensions is not None else group()))))
    return signed(body, private, digest, corrupt)


def group(basic=constraints(False), usage=KEY_ENCIPHERMENT, purpose=purposes(RECOVERY_AGENT),
          names=alternative(urn(SCOPE)), more=b""):
    return [basic, usage, purpose, names, more]


def authority(private, digest, subject="Authority", depth=None, signer=None, issuer=None, begin=BEGIN - 365 * DAY,
              end=BEGIN + 3650 * DAY, ca=True, more=b"", serial=1):
    return certificate(signer or private, digest, issuer or subject, subject, spki(private), begin, end,
                       [constraints(ca, depth), AUTHORITY_USAGE, more], serial=serial)


def crl(private=ROOT, digest="sha384", issuer="Authority", revoked=(), this=NOW - DAY, next_=NOW + 30 * DAY,
        corrupt=False, more=b""):
    entries = seq(*(seq(integer(serial), utc(this)) for serial in revoked)) if revoked else b""
    numbers = tlv(0xA0, seq(extension("2.5.29.20", integer(1)), more))
    body = seq(integer(1), algorithm(private, digest), name(issuer), utc(this), utc(next_), entries, numbers)
    return signed(body, private, digest, corrupt)


def write_authorities():
    roots = {
        "root": authority(ROOT, "sha384"),
        "root-rsa": authority(ROOT_RSA, "sha256", "RSA Authority"),
        "root-p256": authority(ROOT_P256, "sha256", "P-256 Authority"),
        "root-ed25519": authority(ROOT_EDWARDS, "", "Edwards Authority"),
        "root-expired": authority(ROOT, "sha384", end=NOW - DAY),
        "intermediate": authority(MIDDLE, "sha384", "Issuing", signer=ROOT, issuer="Authority", serial=0x2001),
        "intermediate-lowest": authority(MIDDLE, "sha384", "Issuing", 0, ROOT, "Authority"),
        "lower": authority(LOWER, "sha384", "Lower", signer=MIDDLE, issuer="Issuing"),
        "intermediate-expired": authority(MIDDLE, "sha384", "Issuing", signer=ROOT, issuer="Authority", end=NOW - DAY),
        "intermediate-no-authority": authority(MIDDLE, "sha384", "Issuing", signer=ROOT, issuer="Authority", ca=False),
    }
    for file, der in roots.items():
        write("certificate", f"authorities/{file}.pem", pem("CERTIFICATE", der))
    indirect = extension("2.5.29.28", seq(tlv(0x84, b"\xff")), True)
    lists = {
        "crl": [crl()],
        "crl-other-revoked": [crl(revoked=[0x4002, 0x4003])],
        "crl-revoked": [crl(revoked=[0x4001])],
        "crl-stale": [crl(next_=NOW - SECOND)],
        "crl-ends-now": [crl(next_=NOW)],
        "crl-wrong-signer": [crl(STRANGER)],
        "crl-corrupt": [crl(corrupt=True)],
        "crl-other-authority": [crl(issuer="Another Authority")],
        "crl-sha1": [crl(digest="sha1")],
        "crl-indirect": [crl(more=indirect)],
        "crl-intermediate": [crl(), crl(MIDDLE, issuer="Issuing")],
        "crl-intermediate-revoked": [crl(revoked=[0x2001]), crl(MIDDLE, issuer="Issuing")],
    }
    for file, ders in lists.items():
        write("certificate", f"authorities/{file}.pem", "".join(pem("X509 CRL", der) for der in ders))


def certificate_vectors():
    vectors = []

    def add(file, expect, content, root="root", between=(), revocation="crl", at=NOW, scope=SCOPE):
        if isinstance(content, bytes) and not file.endswith(".der"):
            content = pem("CERTIFICATE", content)
        write("certificate", file, content)
        again(file, expect, root, between, revocation, at, scope)

    def again(file, expect, root="root", between=(), revocation="crl", at=NOW, scope=SCOPE):
        vectors.append({
            "file": file, "expect": expect, "root": f"authorities/{root}.pem",
            "intermediates": [f"authorities/{one}.pem" for one in between],
            "crl": f"authorities/{revocation}.pem" if revocation else None,
            "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "scope": scope})

    ok = "accepted"
    good = certificate()
    text = pem("CERTIFICATE", good)
    modulus = LEAF.public_key().public_numbers().n
    add("good.pem", ok, good)
    add("good.der", ok, good)
    add("text-before.pem", ok, "Certificate:\n    Data:\n" + text)
    again("good.pem", ok, revocation=None)
    again("good.pem", ok, revocation="crl-other-revoked")
    again("good.pem", ok, at=BEGIN)
    again("good.pem", ok, at=BEGIN + 365 * DAY, revocation=None)
    add("rsa-4096.pem", ok, certificate(public=spki(LEAF_4096)))
    add("exponent-largest.pem", ok, certificate(public=rsa_spki(modulus, 2**32 - 1)))
    add("1000-days.pem", ok, certificate(end=BEGIN + 1000 * DAY))
    add("no-constraints.pem", ok, certificate(extensions=group(basic=b"")))
    add("further-purpose.pem", ok, certificate(extensions=group(purpose=purposes(SERVER_AUTH, RECOVERY_AGENT))))
    add("further-name.pem", ok, certificate(extensions=group(names=alternative(email("a@example.org"), urn(SCOPE)))))
    add("unknown-extension.pem", ok, certificate(extensions=group(more=extension("1.2.3.4", NULL))))
    add("no-subject.pem", ok, certificate(subject=""))
    for digest in ["sha256", "sha384", "sha512", "pss-sha256", "pss-sha384", "pss-sha512"]:
        add(f"rsa-{digest}.pem", ok, certificate(ROOT_RSA, digest, "RSA Authority"), root="root-rsa", revocation=None)
    for digest in ["sha256", "sha384", "sha512"]:
        add(f"p256-{digest}.pem", ok, certificate(ROOT_P256, digest, "P-256 Authority"), root="root-p256", revocation=None)
    add("intermediate.pem", ok, certificate(MIDDLE, issuer="Issuing"), between=["intermediate"], revocation="crl-intermediate")

    add("empty.pem", "pem-missing", "")
    add("request-label.pem", "pem-missing", pem("CERTIFICATE REQUEST", good))
    add("two-blocks.pem", "pem-several", text + text)
    add("text-after.pem", "pem-trailing", text + "regards\n")
    add("damaged-base64.pem", "pem-damaged", text.replace("\n", "\n!", 2))
    add("truncated.der", "malformed", good[:-1])
    add("trailing-byte.der", "malformed", good + b"\0")
    add("trailing-byte.pem", "malformed", good + b"\0")
    add("too-large.pem", "too-large", certificate(extensions=group(more=extension("1.2.3.4", octets(b"x" * 33000)))))
    add("version-1.pem", "version", certificate(version=0))
    add("repeated-extension.pem", "extension-repeated", certificate(extensions=group(more=constraints(False))))
    add("critical-extension.pem", "extension-critical", certificate(extensions=group(more=extension("1.2.3.4", NULL, True))))
    add("name-constraints.pem", "extension-critical", certificate(extensions=group(
        more=extension("2.5.29.30", seq(tlv(0xA0, seq(dns("example.org")))), True))))
    add("rsa-2048.pem", "key-too-small", certificate(public=spki(SMALL)))
    add("rsa-3071.pem", "key-too-small", certificate(public=rsa_spki(modulus >> 1 | 1)))
    add("rsa-8200.pem", "key-too-large", certificate(public=rsa_spki((modulus << 5128) | 1)))
    add("even-modulus.pem", "key-malformed", certificate(public=rsa_spki(modulus - 1)))
    add("no-null.pem", "key-malformed", certificate(public=rsa_spki(
        modulus, algorithm=seq(oid("1.2.840.113549.1.1.1")))))
    add("elliptic-curve.pem", "key-not-rsa", certificate(public=spki(CURVE)))
    add("pss-key.pem", "key-not-rsa", certificate(public=rsa_spki(modulus, algorithm=seq(oid("1.2.840.113549.1.1.10")))))
    add("exponent-3.pem", "key-exponent", certificate(public=rsa_spki(modulus, 3)))
    add("exponent-even.pem", "key-exponent", certificate(public=rsa_spki(modulus, 65538)))
    add("exponent-too-large.pem", "key-exponent", certificate(public=rsa_spki(modulus, 2**32 + 1)))
    add("no-key-usage.pem", "key-usage", certificate(extensions=group(usage=b"")))
    add("key-usage-not-critical.pem", "key-usage", certificate(extensions=group(
        usage=extension("2.5.29.15", bits(b"\x20", 5)))))
    add("key-usage-signature-too.pem", "key-usage", certificate(extensions=group(
        usage=extension("2.5.29.15", bits(b"\xa0", 5), True))))
    add("key-usage-signature.pem", "key-usage", certificate(extensions=group(
        usage=extension("2.5.29.15", bits(b"\x80", 7), True))))
    add("no-purpose.pem", "key-recovery-agent", certificate(extensions=group(purpose=b"")))
    add("another-purpose.pem", "key-recovery-agent", certificate(extensions=group(purpose=purposes(SERVER_AUTH))))
    add("any-purpose.pem", "key-recovery-agent", certificate(extensions=group(purpose=purposes("2.5.29.37.0"))))
    add("authority.pem", "is-authority", certificate(extensions=group(basic=constraints(True))))
    add("no-alternative-name.pem", "scope-missing", certificate(extensions=group(names=b"")))
    add("no-uri.pem", "scope-missing", certificate(extensions=group(names=alternative(dns("example.org")))))
    add("two-uris.pem", "scope-several", certificate(extensions=group(names=alternative(urn(SCOPE), urn(OTHER)))))
    add("upper-case-guid.pem", "scope-not-guid", certificate(extensions=group(names=alternative(urn(SCOPE.upper())))))
    add("bare-guid.pem", "scope-not-guid", certificate(extensions=group(names=alternative(uri(SCOPE)))))
    add("broken-alternative-name.pem", "scope-malformed", certificate(extensions=group(
        names=extension("2.5.29.17", b"\x30\x05\x86"))))
    add("1000-days-and-a-second.pem", "validity-too-long", certificate(end=BEGIN + 1000 * DAY + SECOND))
    add("backwards.pem", "validity-backwards", certificate(end=BEGIN - SECOND))
    again("good.pem", "scope-wrong", scope=OTHER)
    again("good.pem", "not-yet-valid", at=BEGIN - SECOND)
    again("good.pem", "expired", at=BEGIN + 365 * DAY + SECOND)
    add("stranger.pem", "issuer-unknown", certificate(STRANGER, issuer="Stranger"))
    add("impostor.pem", "signature-bad", certificate(STRANGER))
    add("corrupt-signature.pem", "signature-bad", certificate(corrupt=True))
    add("renamed-after-signing.pem", "signature-bad", good.replace(b"Finance", b"finance"))
    add("another-scope-after-signing.pem", "signature-bad", good.replace(SCOPE.encode(), OTHER.encode()), scope=OTHER)
    add("sha1-ecdsa.pem", "signature-algorithm", certificate(digest="sha1"))
    add("sha1-rsa.pem", "signature-algorithm", certificate(ROOT_RSA, "sha1", "RSA Authority"), root="root-rsa")
    add("ed25519.pem", "signature-algorithm", certificate(ROOT_EDWARDS, "", "Edwards Authority"), root="root-ed25519")
    again("good.pem", "issuer-not-valid", root="root-expired")
    again("intermediate.pem", "issuer-unknown")
    again("intermediate.pem", "issuer-not-valid", between=["intermediate-expired"], revocation="crl-intermediate")
    again("intermediate.pem", "issuer-not-allowed", between=["intermediate-no-authority"], revocation="crl-intermediate")
    add("lower.pem", ok, certificate(LOWER, issuer="Lower"), between=["lower", "intermediate"], revocation=None)
    again("lower.pem", "issuer-not-allowed", between=["lower", "intermediate-lowest"], revocation=None)
    again("good.pem", "revoked", revocation="crl-revoked")
    again("intermediate.pem", "revoked", between=["intermediate"], revocation="crl-intermediate-revoked")
    again("intermediate.pem", "revocation-no-list", between=["intermediate"])
    again("good.pem", "revocation-no-list", revocation="crl-other-authority")
    again("good.pem", "revocation-stale", revocation="crl-stale")
    again("good.pem", "revocation-stale", revocation="crl-ends-now")
    again("good.pem", "revocation-wrong-signer", revocation="crl-wrong-signer")
    again("good.pem", "revocation-wrong-signer", revocation="crl-corrupt")
    again("good.pem", "revocation-unsupported", revocation="crl-sha1")
    again("good.pem", "revocation-list-malformed", revocation="crl-indirect")
    return vectors


def write(folder, file, content):
    path = HERE / folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


for folder, vectors in [("csr", csr_vectors()), ("certificate", certificate_vectors())]:
    write(folder, "index.json", json.dumps(vectors, indent=1) + "\n")
write_authorities()
