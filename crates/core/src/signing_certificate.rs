//! The certificate that signs captures.
