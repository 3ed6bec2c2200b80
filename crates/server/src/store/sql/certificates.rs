use async_trait::async_trait;
use keyfold_api::audit::Act;
use keyfold_core::fingerprint::Fingerprint;
use keyfold_core::id::ScopeGuid;
use keyfold_core::x509::pem;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query, query_scalar};

use super::audit::append;
use super::columns::{fingerprint, id, text, time};
use super::part::{newest, part};
use super::places::certified;
use super::{SqlStore, above};
use crate::store::{
    CertificateRow, CertificateStore, Conflict, Newest, Notice, Part, Slice, StoreError,
};

#[async_trait]
impl CertificateStore for SqlStore {
    async fn activate(
        &self,
        certificate: &CertificateRow,
        replaces: Option<Fingerprint>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writing().await?;
        let known = query("SELECT * FROM certificates WHERE fingerprint = $1")
            .bind(&certificate.fingerprint.as_bytes()[..])
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(known) = known {
            let superseded = certificate_row(&known)?.superseded;
            return if superseded {
                Err(Conflict::Superseded.into())
            } else {
                Ok(())
            };
        }
        let active = query(
            "UPDATE certificates SET superseded_at = $2 WHERE scope = $1 AND superseded_at IS NULL \
             RETURNING fingerprint",
        )
        .bind(certificate.scope.to_string())
        .bind(certificate.uploaded_at.unix_timestamp())
        .fetch_optional(&mut *transaction)
        .await?;
        let active = active
            .map(|row| fingerprint(&row, "fingerprint"))
            .transpose()?;
        if active != replaces {
            return Err(Conflict::ReplacesAnother.into());
        }
        if active.is_none() {
            certified(&mut transaction, certificate.scope).await?;
        }
        query(
            "INSERT INTO certificates (fingerprint, scope, spki_fingerprint, der, not_before, not_after, \
             uploaded_at, uploaded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&certificate.fingerprint.as_bytes()[..])
        .bind(certificate.scope.to_string())
        .bind(&certificate.spki_fingerprint.as_bytes()[..])
        .bind(&certificate.der)
        .bind(certificate.not_before.unix_timestamp())
        .bind(certificate.not_after.unix_timestamp())
        .bind(certificate.uploaded_at.unix_timestamp())
        .bind(&certificate.uploaded_by)
        .execute(&mut *transaction)
        .await?;
        query(
            "UPDATE requests SET state = 'signed', certificate = $3, certificate_fingerprint = $4 \
             WHERE scope = $1 AND spki_fingerprint = $2 AND state = 'waiting'",
        )
        .bind(certificate.scope.to_string())
        .bind(&certificate.spki_fingerprint.as_bytes()[..])
        .bind(pem::encode(pem::CERTIFICATE, &certificate.der))
        .bind(&certificate.fingerprint.as_bytes()[..])
        .execute(&mut *transaction)
        .await?;
        append(&mut transaction, act).await?;
        transaction.tell(Notice::CertificateActivated {
            scope: certificate.scope,
            certificate: certificate.fingerprint,
        });
        Ok(transaction.commit().await?)
    }

    async fn certificate(
        &self,
        fingerprint: Fingerprint,
    ) -> Result<Option<CertificateRow>, StoreError> {
        let row = query("SELECT * FROM certificates WHERE fingerprint = $1")
            .bind(&fingerprint.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(certificate_row).transpose()
    }

    async fn certificates_of(
        &self,
        scope: ScopeGuid,
        slice: Slice<Newest>,
    ) -> Result<Part<CertificateRow, Newest>, StoreError> {
        let rows = query(
            "SELECT * FROM certificates WHERE scope = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
        )
        .bind(scope.to_string())
        .bind(slice.after.seq)
        .bind(slice.and_one())
        .fetch_all(&self.pool)
        .await?;
        part(rows, slice.limit, newest, certificate_row)
    }

    async fn present_above(&self, scope: ScopeGuid) -> Result<Vec<CertificateRow>, StoreError> {
        let rows = query(above!(
            "SELECT certificates.* FROM certificates JOIN above ON certificates.scope = above.guid \
             WHERE superseded_at IS NULL ORDER BY height DESC"
        ))
        .bind(scope.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(certificate_row).collect()
    }

    async fn activated_after(&self, number: i64) -> Result<Vec<(i64, CertificateRow)>, StoreError> {
        let rows = query(
            "SELECT * FROM certificates WHERE seq > $1 AND superseded_at IS NULL ORDER BY seq",
        )
        .bind(number)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get("seq")?, certificate_row(row)?)))
            .collect()
    }

    async fn last_activation(&self) -> Result<i64, StoreError> {
        let last = query_scalar("SELECT coalesce(max(seq), 0) FROM certificates")
            .fetch_one(&self.pool)
            .await?;
        Ok(last)
    }
}

pub(super) fn certificate_row(row: &AnyRow) -> Result<CertificateRow, StoreError> {
    Ok(CertificateRow {
        fingerprint: fingerprint(row, "fingerprint")?,
        scope: id(row, "scope")?,
        spki_fingerprint: fingerprint(row, "spki_fingerprint")?,
        der: row.try_get("der")?,
        not_before: time(row, "not_before")?,
        not_after: time(row, "not_after")?,
        uploaded_at: time(row, "uploaded_at")?,
        uploaded_by: text(row, "uploaded_by")?,
        superseded: row.try_get::<Option<i64>, _>("superseded_at")?.is_some(),
    })
}
