//! One Authority: a directory with a sealed root key and a record of everything issued.

use std::fs::File;
use std::path::{Path, PathBuf};

use der::{Decode as _, Encode as _};
use keyfold_core::authority_root::{AuthorityRoot, RevocationList};
use keyfold_core::csr::CertificateSigningRequest;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::group_certificate::{GroupCertificate, MAX_VALIDITY_DAYS, ProfileChecks};
use keyfold_core::passphrase::Passphrase;
use keyfold_core::x509::time::from_x509;
use keyfold_core::x509::{name, pem};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;
use time::{Duration, OffsetDateTime};
use x509_cert::certificate::Certificate;
use x509_cert::name::Name;
use zeroize::Zeroizing;

use crate::certify;
use crate::error::AuthorityError;
use crate::files;
use crate::index::{Index, Issued, IssuedFor, Revocation, RevocationReason, VERSION};
use crate::profile::{Host, Profile, Purpose};
use crate::root_key;
use crate::signer::{Curve, SigningKey};

const ROOT: &str = "root.pem";
const ROOT_KEY: &str = "root-key.pem";
const INDEX: &str = "index.json";
const CRL: &str = "crl.pem";
const ISSUED: &str = "issued";

const ROOT_VALIDITY: Duration = Duration::days(20 * 365 + 5);
/// Certificates begin a little earlier, for clocks that are behind.
const BACKDATED: Duration = Duration::minutes(5);

/// What a new Authority is made of.
pub struct NewAuthority<'a> {
    /// Its name, which stands in its root certificate.
    pub name: &'a str,
    /// What seals its root key.
    pub passphrase: &'a Passphrase,
    /// For how many days its first revocation list counts.
    pub crl_days: u32,
}

/// An open Authority. While it lives, no other process can open the same directory.
pub struct Authority {
    directory: PathBuf,
    root: AuthorityRoot,
    certificate: Certificate,
    key: SigningKey,
    index: Index,
    _lock: File,
}

/// What an AccountServer needs to run: certificates and private keys, PEM.
pub struct PlatformIdentity {
    /// The TLS server certificate followed by the Authority's root.
    pub tls_chain: String,
    /// Its private key, PKCS#8.
    pub tls_key: Zeroizing<String>,
    /// The capture-signing certificate.
    pub capture: String,
    /// Its private key, PKCS#8.
    pub capture_key: Zeroizing<String>,
}

impl Authority {
    /// Makes a new Authority in `directory`, which must not hold one: an ECDSA P-384 root, valid for 20 years.
    pub fn create<R: CryptoRng + ?Sized>(
        directory: &Path,
        new: &NewAuthority<'_>,
        now: OffsetDateTime,
        rng: &mut R,
    ) -> Result<Self, AuthorityError> {
        if !name::is_readable(new.name) {
            return Err(AuthorityError::Name);
        }
        files::create_directory(&directory.join(ISSUED))?;
        let lock = files::lock(directory)?;
        if directory.join(ROOT).exists() || directory.join(ROOT_KEY).exists() {
            return Err(AuthorityError::Exists {
                path: directory.to_owned(),
            });
        }
        let key = SigningKey::generate(Curve::P384)?;
        let subject = name::from_common_name(new.name).map_err(|_| AuthorityError::Name)?;
        let profile = Profile {
            issuer: subject.clone(),
            subject,
            purpose: Purpose::Root,
        };
        let validity = certify::validity(now - BACKDATED, now + ROOT_VALIDITY)?;
        let der = certify::certificate(profile, validity, key.spki()?, &key, rng)?;
        let (root, certificate) = read_root(&der).ok_or(AuthorityError::Cryptography)?;
        let index = Index {
            version: VERSION,
            crl_number: 0,
            issued: Vec::new(),
        };
        let sealed = root_key::seal(&key, new.passphrase, rng)?;
        let mut authority = Self {
            directory: directory.to_owned(),
            root,
            certificate,
            key,
            index,
            _lock: lock,
        };
        files::write(&authority.path(ROOT_KEY), sealed.as_bytes())?;
        authority.crl(new.crl_days, now)?;
        // Last, because it is what says that there is an Authority.
        files::write(&authority.path(ROOT), authority.root.to_pem().as_bytes())?;
        Ok(authority)
    }

    /// Opens the Authority in `directory`.
    pub fn open(directory: &Path, passphrase: &Passphrase) -> Result<Self, AuthorityError> {
        let path = |name| directory.join(name);
        let damaged = |name| AuthorityError::Damaged { path: path(name) };
        let root = files::read(&path(ROOT))?;
        let lock = files::lock(directory)?;
        let root = AuthorityRoot::from_pem(&root).map_err(|_| damaged(ROOT))?;
        let (root, certificate) = read_root(root.der()).ok_or_else(|| damaged(ROOT))?;
        let sealed = files::read(&path(ROOT_KEY))?;
        let sealed = str::from_utf8(&sealed).map_err(|_| damaged(ROOT_KEY))?;
        let key = root_key::unseal(sealed, passphrase)?.ok_or_else(|| damaged(ROOT_KEY))?;
        let certified = certificate
            .tbs_certificate()
            .subject_public_key_info()
            .to_der();
        if certified.ok().as_deref() != Some(key.spki_der()) {
            return Err(damaged(ROOT_KEY));
        }
        let index: Index =
            serde_json::from_slice(&files::read(&path(INDEX))?).map_err(|_| damaged(INDEX))?;
        if index.version > VERSION {
            return Err(AuthorityError::NewerVersion { path: path(INDEX) });
        }
        Ok(Self {
            directory: directory.to_owned(),
            root,
            certificate,
            key,
            index,
            _lock: lock,
        })
    }

    /// Its root certificate.
    #[must_use]
    pub const fn root(&self) -> &AuthorityRoot {
        &self.root
    }

    /// Everything that was issued, oldest first.
    #[must_use]
    pub fn issued(&self) -> &[Issued] {
        &self.index.issued
    }

    /// Issues the Group Certificate for a request, valid for `days` (1 to 1000).
    ///
    /// It is recorded before it is answered, and meets the profile.
    pub fn sign_request<R: CryptoRng + ?Sized>(
        &mut self,
        request: &CertificateSigningRequest,
        days: u32,
        now: OffsetDateTime,
        rng: &mut R,
    ) -> Result<GroupCertificate, AuthorityError> {
        let key = SubjectPublicKeyInfoOwned::from_der(request.spki_der())
            .map_err(|_| AuthorityError::Cryptography)?;
        let der = self.issue(
            request.name(),
            Purpose::Scope(request.scope()),
            key,
            days,
            now,
            rng,
        )?;
        let certificate = GroupCertificate::from_der(&der)?;
        certificate.check(&ProfileChecks {
            root: &self.root,
            intermediates: &[],
            crl: None,
            scope: request.scope(),
            now,
        })?;
        self.record(
            &der,
            request.name(),
            IssuedFor::Scope {
                scope: request.scope(),
            },
            now,
        )?;
        Ok(certificate)
    }

    /// Issues a TLS server certificate for `hosts` and a capture-signing certificate, each with a new P-256 key,
    /// valid for `days` (1 to 1000).
    pub fn issue_platform<R: CryptoRng + ?Sized>(
        &mut self,
        hosts: Vec<Host>,
        days: u32,
        now: OffsetDateTime,
        rng: &mut R,
    ) -> Result<PlatformIdentity, AuthorityError> {
        let host = hosts
            .first()
            .map(ToString::to_string)
            .ok_or(AuthorityError::Name)?;
        let signer = format!("Capture signing, {host}");
        let tls_key = SigningKey::generate(Curve::P256)?;
        let capture_key = SigningKey::generate(Curve::P256)?;
        let tls = self.issue(&host, Purpose::Tls(hosts), tls_key.spki()?, days, now, rng)?;
        let capture = self.issue(
            &signer,
            Purpose::CaptureSigning,
            capture_key.spki()?,
            days,
            now,
            rng,
        )?;
        self.record(&tls, &host, IssuedFor::Tls, now)?;
        self.record(&capture, &signer, IssuedFor::CaptureSigning, now)?;
        Ok(PlatformIdentity {
            tls_chain: pem::encode(pem::CERTIFICATE, &tls) + &self.root.to_pem(),
            tls_key: certify::private_key_pem(&tls_key)?,
            capture: pem::encode(pem::CERTIFICATE, &capture),
            capture_key: certify::private_key_pem(&capture_key)?,
        })
    }

    /// Revokes the certificate with this serial number (hexadecimal). Call [`crl`](Self::crl) to let others know.
    pub fn revoke(
        &mut self,
        serial: &str,
        reason: RevocationReason,
        now: OffsetDateTime,
    ) -> Result<&Issued, AuthorityError> {
        let number = serial.to_ascii_lowercase().replace(':', "");
        let position = self
            .index
            .issued
            .iter()
            .position(|issued| issued.serial == number)
            .ok_or_else(|| AuthorityError::UnknownSerial {
                serial: name::readable(serial),
            })?;
        let issued = &mut self.index.issued[position];
        if issued.revoked.is_some() {
            return Err(AuthorityError::RevokedBefore { serial: number });
        }
        let at = now.replace_nanosecond(0).unwrap_or(now);
        issued.revoked = Some(Revocation { at, reason });
        self.write_index()?;
        Ok(&self.index.issued[position])
    }

    /// Makes a new revocation list that counts for `days` (1 to 1000), and keeps it in the directory.
    pub fn crl(
        &mut self,
        days: u32,
        now: OffsetDateTime,
    ) -> Result<RevocationList, AuthorityError> {
        check_days(days)?;
        self.index.crl_number += 1;
        let until = now + Duration::days(i64::from(days));
        let der = certify::revocation_list(&self.certificate, &self.key, &self.index, now, until)?;
        let list = RevocationList::from_der(&der).map_err(|_| AuthorityError::Cryptography)?;
        self.write_index()?;
        files::write(&self.path(CRL), list.to_pem().as_bytes())?;
        Ok(list)
    }

    fn issue<R: CryptoRng + ?Sized>(
        &self,
        name: &str,
        purpose: Purpose,
        key: SubjectPublicKeyInfoOwned,
        days: u32,
        now: OffsetDateTime,
        rng: &mut R,
    ) -> Result<Vec<u8>, AuthorityError> {
        check_days(days)?;
        let begin = (now - BACKDATED).max(self.root.not_before());
        let end = begin + Duration::days(i64::from(days));
        if end > self.root.not_after() {
            return Err(AuthorityError::OutlivesRoot);
        }
        let issuer: Name = self.certificate.tbs_certificate().subject().clone();
        let subject = name::from_common_name(name).map_err(|_| AuthorityError::Name)?;
        certify::certificate(
            Profile {
                issuer,
                subject,
                purpose,
            },
            certify::validity(begin, end)?,
            key,
            &self.key,
            rng,
        )
    }

    fn record(
        &mut self,
        der: &[u8],
        name: &str,
        issued_for: IssuedFor,
        now: OffsetDateTime,
    ) -> Result<(), AuthorityError> {
        let certificate = Certificate::from_der(der).map_err(|_| AuthorityError::Cryptography)?;
        let tbs = certificate.tbs_certificate();
        let serial = hex::encode(tbs.serial_number().as_bytes());
        let path = self.path(ISSUED).join(format!("{serial}.pem"));
        files::write(&path, pem::encode(pem::CERTIFICATE, der).as_bytes())?;
        self.index.issued.push(Issued {
            serial,
            issued_for,
            name: name.to_owned(),
            fingerprint: Fingerprint::of(der),
            issued_at: now.replace_nanosecond(0).unwrap_or(now),
            not_after: from_x509(&tbs.validity().not_after),
            revoked: None,
        });
        self.write_index()
    }

    fn write_index(&self) -> Result<(), AuthorityError> {
        let mut json =
            serde_json::to_vec_pretty(&self.index).map_err(|_| AuthorityError::Cryptography)?;
        json.push(b'\n');
        files::write(&self.path(INDEX), &json)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

fn read_root(der: &[u8]) -> Option<(AuthorityRoot, Certificate)> {
    Some((
        AuthorityRoot::from_der(der).ok()?,
        Certificate::from_der(der).ok()?,
    ))
}

fn check_days(days: u32) -> Result<(), AuthorityError> {
    if (1..=MAX_VALIDITY_DAYS).contains(&days) {
        Ok(())
    } else {
        Err(AuthorityError::days(days))
    }
}
