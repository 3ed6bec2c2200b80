//! The three journeys of an admin, in the Console's real window, on a real platform.
#![cfg(target_os = "linux")]

mod accessible;
mod connecting;
mod desk;
mod hostile;
mod keyboard;
mod live;
mod mouse;
mod organisation;
mod share;
mod steps;
mod ward;
mod wrong_certificate;
