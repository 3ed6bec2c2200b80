//! Setting up a second factor.

use std::sync::Arc;
use std::time::Instant;

use keyfold_api::second_factors::{BeginSecondFactor, ConfirmSecondFactor};
use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Console, blocking, lock};
use crate::error::{CommandError, codes};
use crate::qr;
use crate::secret_text::{RevealedText, SecretText};
use crate::view::second_factor::{
    NewSecondFactorView, QrView, RecoveryCodesView, SecondFactorView,
};

/// What the file with recovery codes is called.
const RECOVERY_CODES: &str = "keyfold-recovery-codes.txt";
/// Characters of the secret that are shown together.
const GROUP: usize = 4;

impl Console {
    /// Whether the user has a second factor.
    pub async fn second_factor(&self) -> Result<SecondFactorView, CommandError> {
        let user = self.user()?;
        Ok(self.answered(user.second_factor().await)?.into())
    }

    /// Makes a second factor, which is used once a code of it was told. The password is for whoever has one, the code for
    /// whoever has a second factor already.
    pub async fn begin_second_factor(
        &self,
        password: Option<SecretText>,
        code: Option<SecretText>,
    ) -> Result<NewSecondFactorView, CommandError> {
        let sent = |text: SecretText| SecretString::from(text.expose());
        let begin = BeginSecondFactor {
            password: password.map(sent),
            code: code.map(sent),
        };
        let user = self.user()?;
        let new = self.answered(user.begin_second_factor(&begin).await)?;
        let qr = qr::draw(&new.url)
            .map_err(|error| CommandError::because(codes::PLATFORM_NOT_UNDERSTOOD, &error))?;
        Ok(NewSecondFactorView {
            qr: QrView {
                size: qr.size,
                path: RevealedText::new(qr.path),
            },
            secret: RevealedText::new(grouped(&new.secret)),
        })
    }

    /// Takes the new second factor into use; its recovery codes stay here until they are forgotten.
    pub async fn confirm_second_factor(
        &self,
        code: SecretText,
    ) -> Result<RecoveryCodesView, CommandError> {
        let confirm = ConfirmSecondFactor {
            code: SecretString::from(code.expose()),
        };
        let user = self.user()?;
        let codes = self.answered(user.confirm_second_factor(&confirm).await)?;
        let codes = codes.recovery_codes;
        let mut text = Zeroizing::new(Vec::with_capacity(1024));
        for code in &codes {
            text.extend_from_slice(code.as_bytes());
            text.push(b'\n');
        }
        let kept = NamedSecret::new(RECOVERY_CODES, text)
            .and_then(|secret| EncryptionKey::new(vec![secret]))
            .map_err(|error| CommandError::because(codes::PLATFORM_NOT_UNDERSTOOD, &error))?;
        Ok(RecoveryCodesView {
            handle: lock(&self.recovered).keep(kept, Instant::now()),
            name: RECOVERY_CODES.to_owned(),
            codes: codes.into_iter().map(RevealedText::new).collect(),
        })
    }

    /// Prints what the window shows.
    pub async fn print_window(&self) -> Result<(), CommandError> {
        let desktop = Arc::clone(&self.desktop);
        blocking(move || desktop.print())
            .await?
            .map_err(|error| CommandError::because(codes::NOT_PRINTED, &error))
    }
}

/// The secret in groups that the eye finds its place in.
fn grouped(secret: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * secret.len()));
    for (position, character) in secret.chars().enumerate() {
        if position > 0 && position % GROUP == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_in_fours() {
        assert_eq!(*grouped("JBSWY3DPEHPK3PXPA"), "JBSW Y3DP EHPK 3PXP A");
        assert_eq!(*grouped(""), "");
    }
}
