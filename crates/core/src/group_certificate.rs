//! The Group Certificate profile.
