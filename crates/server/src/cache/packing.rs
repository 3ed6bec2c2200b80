//! An encryption key as bytes in locked memory: for each secret the lengths of name and value (u8, u32 little endian),
//! then both.

use keyfold_core::encryption_key::{EncryptionKey, NamedSecret};
use zeroize::Zeroizing;

const LENGTHS: usize = 5;

/// How many bytes [`pack`] fills.
pub(super) fn packed_len(key: &EncryptionKey) -> usize {
    key.secrets()
        .iter()
        .map(|secret| LENGTHS + secret.name().len() + secret.value().len())
        .sum()
}

/// Fills `room` exactly. Names have at most 64 bytes and values at most 64 KiB, as [`EncryptionKey`] sees to.
pub(super) fn pack(key: &EncryptionKey, room: &mut [u8]) {
    let mut rest = room;
    for secret in key.secrets() {
        let (name, value) = (secret.name().as_bytes(), secret.value());
        rest = put(rest, &name.len().to_le_bytes()[..1]);
        rest = put(rest, &value.len().to_le_bytes()[..4]);
        rest = put(rest, name);
        rest = put(rest, value);
    }
}

/// Reads what [`pack`] wrote.
pub(super) fn unpack(mut packed: &[u8]) -> Option<EncryptionKey> {
    let mut secrets = Vec::new();
    while !packed.is_empty() {
        let name_len = usize::from(*take(&mut packed, 1)?.first()?);
        let value_len = u32::from_le_bytes(take(&mut packed, 4)?.try_into().ok()?);
        let name = std::str::from_utf8(take(&mut packed, name_len)?).ok()?;
        let value = take(&mut packed, value_len.try_into().ok()?)?;
        secrets.push(NamedSecret::new(name, Zeroizing::new(value.to_vec())).ok()?);
    }
    EncryptionKey::new(secrets).ok()
}

fn put<'a>(room: &'a mut [u8], bytes: &[u8]) -> &'a mut [u8] {
    let (start, rest) = room.split_at_mut(bytes.len());
    start.copy_from_slice(bytes);
    rest
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (start, end) = rest.split_at_checked(len)?;
    *rest = end;
    Some(start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_packed_key_is_the_same_key(
            secrets in proptest::collection::btree_map("[a-z0-9-]{1,64}", proptest::collection::vec(any::<u8>(), 1..900), 1..8)
        ) {
            let secrets = secrets.iter().map(|(name, value)| NamedSecret::new(name, Zeroizing::new(value.clone())).unwrap());
            let key = EncryptionKey::new(secrets.collect()).unwrap();
            let mut packed = vec![0; packed_len(&key)];
            pack(&key, &mut packed);
            prop_assert!(unpack(&packed).unwrap().same_as(&key));
            packed.pop();
            prop_assert!(unpack(&packed).is_none());
        }
    }
}
