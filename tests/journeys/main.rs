//! The three journeys of an admin, in the Console's real window, on a real platform.
#![cfg(target_os = "linux")]

mod accessible;
mod connecting;
mod desk;
mod keyboard;
mod live;
mod mouse;
mod share;
mod steps;
mod ward;
mod wrong_certificate;
