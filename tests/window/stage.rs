//! What stands around a window: a screen, a session bus, a home, and WebKitWebDriver.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use super::child::Running;
use super::driver::Driver;
use super::session::Session;
use super::wait::wait_until;

/// Light or dark, as the desktop is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// A desktop with light windows.
    Light,
    /// A desktop with dark windows.
    Dark,
}

impl Theme {
    /// Both, for tests that look at a page in each.
    pub const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    /// For file names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// One person's desktop, and the driver of the windows on it. Nothing of it is shared with another
/// test or with the machine's user.
pub struct Stage {
    // Dropped from top to bottom: the driver goes before its desktop.
    _driver: Running,
    address: String,
    desktop: Desktop,
}

/// A screen, a session bus and a home.
struct Desktop {
    _bus: Running,
    bus_address: String,
    _screen: Running,
    display: String,
    home: tempfile::TempDir,
    theme: Theme,
    environment: Vec<(String, PathBuf)>,
}

impl Stage {
    /// Starts the screen (1280 × 800), the bus and the driver, with `environment` for the window.
    ///
    /// # Errors
    /// If one of the programs is missing or does not become ready.
    pub fn start(theme: Theme, environment: &[(&str, &Path)]) -> anyhow::Result<Self> {
        let desktop = Desktop::start(theme, environment)?;
        let (driver, address) = desktop.start_driver()?;
        Ok(Self {
            _driver: driver,
            address,
            desktop,
        })
    }

    /// The home folder of whoever sits at this desktop.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.desktop.home.path()
    }

    /// Opens the window of the program `console`.
    ///
    /// # Errors
    /// If the program ends at once or shows no window.
    pub fn open(&self, console: &Path) -> anyhow::Result<Session> {
        Session::open(&self.address, &self.desktop.display, console)
    }

    /// Photographs the whole screen into `png`, native dialogs included.
    ///
    /// # Errors
    /// If ImageMagick's `import` is missing or fails.
    pub fn photograph(&self, png: &Path) -> anyhow::Result<()> {
        let status = Command::new("import")
            .args(["-display", &self.desktop.display, "-window", "root"])
            .arg(png)
            .status()?;
        if !status.success() {
            bail!("import failed ({status})");
        }
        Ok(())
    }
}

impl Desktop {
    fn start(theme: Theme, environment: &[(&str, &Path)]) -> anyhow::Result<Self> {
        let home = tempfile::tempdir()?;
        fs::create_dir(home.path().join("run"))?;
        // Half faded in, nothing has contrast: this desktop's user asked for no animation.
        let settings = home.path().join("config/gtk-3.0");
        fs::create_dir_all(&settings)?;
        fs::write(
            settings.join("settings.ini"),
            "[Settings]\ngtk-enable-animations=0\n",
        )?;
        let (screen, number) = Running::start_and_read_line(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x800x24"])
                .args(["-nolisten", "tcp", "-noreset"]),
        )?;
        // Single-instance owns a name on the bus: on a shared one, two tests would be one Console.
        let (bus, bus_address) = Running::start_and_read_line(Command::new("dbus-daemon").args([
            "--session",
            "--nofork",
            "--print-address=1",
        ]))?;
        let environment = environment.iter();
        let environment =
            environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Ok(Self {
            _bus: bus,
            bus_address,
            _screen: screen,
            display: format!(":{number}"),
            home,
            theme,
            environment: environment.collect(),
        })
    }

    /// WebKitWebDriver takes no "any port"; one that was free a moment ago may be taken by now.
    fn start_driver(&self) -> anyhow::Result<(Running, String)> {
        for _attempt in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let mut driver = Running::start(&mut self.driver_command(port))?;
            let address = format!("http://127.0.0.1:{port}");
            wait_until("WebKitWebDriver", || {
                Ok(driver.has_ended() || Driver::is_ready(&address)?)
            })?;
            if !driver.has_ended() {
                return Ok((driver, address));
            }
        }
        bail!("WebKitWebDriver ends at once; is webkit2gtk-driver installed?");
    }

    fn driver_command(&self, port: u16) -> Command {
        let home = self.home.path();
        let folder = |name: &str| home.join(name);
        let mut command = Command::new("WebKitWebDriver");
        command
            .args([&format!("--port={port}"), "--host=127.0.0.1"])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("DISPLAY", &self.display)
            .env("GDK_BACKEND", "x11")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env("HOME", home)
            .env("XDG_DATA_HOME", folder("data"))
            .env("XDG_CONFIG_HOME", folder("config"))
            .env("XDG_CACHE_HOME", folder("cache"))
            .env("XDG_RUNTIME_DIR", folder("run"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env_remove("WAYLAND_DISPLAY")
            // Screenshots hang without the renderer that this switches off.
            .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER");
        if self.theme == Theme::Dark {
            command.env("GTK_THEME", "Adwaita:dark");
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}
