//! Codes that change every 30 seconds (RFC 6238): HMAC-SHA-1, six digits, as every authenticator program has them.

use keyfold_api::second_factors::NewSecondFactor;
use rand::Rng as _;
use time::OffsetDateTime;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::clock::Entropy;
use crate::refusal::Refusal;

/// Bytes of a secret: as many as the HMAC's output has (RFC 4226 section 4).
const BYTES: usize = 20;
const DIGITS: u8 = 6;
const SECONDS: u64 = 30;
/// Steps before and after the present one whose codes are taken too: clocks differ (RFC 6238 section 5.2).
const SKEW: u16 = 1;

/// A new secret.
pub(crate) fn fresh(entropy: &Entropy) -> Zeroizing<[u8; BYTES]> {
    let mut secret = Zeroizing::new([0; BYTES]);
    entropy.draw(|rng| rng.fill_bytes(&mut *secret));
    secret
}

/// A secret as it is shown to its user, once.
pub(crate) fn shown(secret: &[u8], platform: &str, user: &str) -> Result<NewSecondFactor, Refusal> {
    // The colon separates the two in the address.
    let name = |text: &str| text.replace(':', " ");
    let totp = built(
        builder(secret)
            .with_account_name(name(user))
            .with_issuer(Some(name(platform))),
    )?;
    let url = totp
        .to_url()
        .map_err(|_| Refusal::Internal("a second factor has no address"))?;
    Ok(NewSecondFactor {
        url: Zeroizing::new(url),
        secret: Zeroizing::new(totp.secret().to_base32()),
    })
}

/// The time step that the code is of, if it is one of the present one's, or of its neighbours'.
pub(crate) fn step(secret: &[u8], code: &str, now: OffsetDateTime) -> Result<Option<u64>, Refusal> {
    let seconds = u64::try_from(now.unix_timestamp())
        .map_err(|_| Refusal::Internal("the clock stands before 1970"))?;
    Ok(built(builder(secret))?.check(code, seconds))
}

fn builder(secret: &[u8]) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(SECONDS)
        .with_skew(SKEW)
        .with_secret(Secret::new(Box::from(secret)))
}

fn built(builder: Builder) -> Result<Totp, Refusal> {
    builder
        .build()
        .map_err(|_| Refusal::Internal("a second factor is damaged"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    /// RFC 6238 appendix B has eight digits; six are the last six of them.
    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let expected = u64::try_from(seconds / 30).unwrap();
            assert_eq!(step(SECRET, code, at(seconds)).unwrap(), Some(expected));
        }
    }

    #[test]
    fn a_code_works_a_step_before_and_after_and_no_longer() {
        for (seconds, works) in [(29, true), (0, true), (89, true), (90, false), (600, false)] {
            let found = step(SECRET, "287082", at(seconds)).unwrap();
            assert_eq!(found.is_some(), works, "{seconds}");
        }
        for code in ["", "28708", "2870822", "+87082", "28708x", "２８７０８２"] {
            assert_eq!(step(SECRET, code, at(59)).unwrap(), None, "{code}");
        }
    }

    #[test]
    fn an_address_names_platform_and_user() {
        let shown = shown(SECRET, "Northwind: Backups", "ann@example.org").unwrap();
        assert_eq!(
            shown.url.as_str(),
            "otpauth://totp/Northwind%20%20Backups:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Northwind%20%20Backups"
        );
        assert_eq!(shown.secret.as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
