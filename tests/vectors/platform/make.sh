#!/bin/sh
# Makes what the AccountServer's tests upload and submit, with OpenSSL 3 and the test Authority of ../pki.
# Run it again after ../pki/make.sh. Test keys only: they protect nothing.
set -eu
umask 022
cd "$(dirname "$0")"
pki=../pki
# The scopes of crates/server/tests/router/harness.rs.
collection=6f9619ff-8b86-4011-b42d-00cf4fc964ff
group=3d813cbb-47fb-42ba-91df-831e1593ac29
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f ./*.pem

cat > "$work/ca.cnf" <<CONFIG
[ca]
default_ca = authority
[authority]
database = $work/index
serial = $work/serial
crlnumber = $work/crlnumber
new_certs_dir = $work
certificate = $pki/root.pem
private_key = $pki/root-key.pem
default_md = sha384
policy = policy
unique_subject = no
crl_extensions = crl
[policy]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[leaf]
keyUsage = critical, keyEncipherment
extendedKeyUsage = 1.3.6.1.4.1.311.21.6
basicConstraints = critical, CA:FALSE
subjectAltName = \$ENV::SCOPE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONFIG
: > "$work/index"
openssl rand -hex 16 | sed 's/^./4/' > "$work/serial"
echo 01 > "$work/crlnumber"

# certificate NAME KEY SCOPE END
certificate() {
    export SCOPE="URI:urn:uuid:$3"
    openssl req -new -key "$2" -subj "/CN=Surgery, Utrecht" -out "$work/csr"
    openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/csr" -extensions leaf \
        -startdate 20260101000000Z -enddate "$4" -out "$1.pem" 2>/dev/null
}
# request NAME KEY SCOPE
request() {
    openssl req -new -key "$2" -subj "/CN=Surgery, Utrecht" -addext "subjectAltName=URI:urn:uuid:$3" -out "$1.pem"
}
crl() { openssl ca -gencrl -config "$work/ca.cnf" -crl_lastupdate "$2" -crl_nextupdate "$3" -out "$1.pem"; }

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out group-key.pem 2>/dev/null
certificate collection $pki/group-key.pem $collection 20280901000000Z
certificate collection-renewed $pki/other-group-key.pem $collection 20280915000000Z
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out collection-4096-key.pem 2>/dev/null
certificate collection-4096 collection-4096-key.pem $collection 20280901000000Z
certificate group group-key.pem $group 20260401000000Z
request collection-request $pki/group-key.pem $collection
request collection-request-later $pki/other-group-key.pem $collection
request group-request group-key.pem $group
crl crl 20260101000000Z 20300101000000Z
crl crl-stale 20260101000000Z 20260201000000Z
openssl ca -config "$work/ca.cnf" -revoke collection.pem 2>/dev/null
crl crl-revoking 20260115000000Z 20300101000000Z
chmod 644 ./*.pem
