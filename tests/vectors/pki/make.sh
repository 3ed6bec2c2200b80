#!/bin/sh
# Makes the keys and certificates of this folder anew, with OpenSSL 3. Test keys only: they protect nothing.
# After it, run the other generators again: tests/vectors/README.md lists them.
set -eu
umask 022
cd "$(dirname "$0")"
scope=6f9619ff-8b86-4011-b42d-00cf4fc964ff
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f ./*.pem

rsa_key() { openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$1" 2>/dev/null; }
ec_key() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1"; }

cat > "$work/ca.cnf" <<CONFIG
[ca]
default_ca = authority
[authority]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha384
policy = policy
unique_subject = no
[policy]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[group]
keyUsage = critical, keyEncipherment
extendedKeyUsage = 1.3.6.1.4.1.311.21.6
basicConstraints = critical, CA:FALSE
subjectAltName = URI:urn:uuid:$scope
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[capture]
keyUsage = critical, digitalSignature
extendedKeyUsage = 1.3.6.1.5.5.7.3.36
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[no_purpose]
keyUsage = critical, digitalSignature
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIG
: > "$work/index"
openssl rand -hex 16 | sed 's/^./4/' > "$work/serial"

# root NAME SUBJECT
root() {
    ec_key "$1-key.pem" P-384
    openssl req -new -key "$1-key.pem" -subj "/CN=$2" -out "$work/csr"
    openssl ca -batch -notext -config "$work/ca.cnf" -selfsign -keyfile "$1-key.pem" -in "$work/csr" \
        -extensions root -startdate 20260101000000Z -enddate 20560101000000Z -out "$1.pem" 2>/dev/null
}
# leaf NAME SUBJECT EXTENSIONS START END [ROOT]
leaf() {
    root=${6:-root}
    openssl req -new -key "$1-key.pem" -subj "/CN=$2" -out "$work/csr"
    openssl ca -batch -notext -config "$work/ca.cnf" -cert "$root.pem" -keyfile "$root-key.pem" -in "$work/csr" \
        -extensions "$3" -startdate "$4" -enddate "$5" -out "$1.pem" 2>/dev/null
}

root root "Keyfold Test Authority"
root other-root "Another Authority"
rsa_key group-key.pem
leaf group "Surgery, Utrecht" group 20260101000000Z 20280901000000Z
rsa_key other-group-key.pem
leaf other-group "Surgery, Utrecht" group 20260101000000Z 20280901000000Z
ec_key capture-key.pem P-256
leaf capture "AccountServer captures" capture 20260101000000Z 20360101000000Z
for name in capture-other-root capture-no-purpose; do cp capture-key.pem $name-key.pem; done
leaf capture-other-root "AccountServer captures" capture 20260101000000Z 20360101000000Z other-root
leaf capture-no-purpose "AccountServer captures" no_purpose 20260101000000Z 20360101000000Z
rm capture-other-root-key.pem capture-no-purpose-key.pem
chmod 644 ./*.pem
