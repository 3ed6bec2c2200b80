//! What the X.509 rooms share.
