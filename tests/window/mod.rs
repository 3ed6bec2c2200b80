//! The Console's real window, driven by WebDriver: a screen, a session bus, WebKitWebDriver, and
//! what a person does with a window: look, click, type.

mod accessibility;
mod child;
mod driver;
mod element;
mod keyboard;
mod pointer;
mod session;
mod stage;
mod tree;
mod wait;

pub use self::element::Element;
pub use self::session::Session;
pub use self::stage::{Stage, Theme};
pub use self::wait::{wait_for, wait_until};
