//! What the chores need, how to tell that it is there, and what each package manager calls it.

use std::process::Command;

use super::Need;
use crate::program;

/// A thing that one of the chores needs.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static str,
    pub(crate) need: Need,
    pub(crate) systems: &'static [&'static str],
    pub(crate) probe: Probe,
    pub(crate) packages: Packages,
}

/// How to tell whether a tool is there.
pub(crate) enum Probe {
    /// One of these programs is on the PATH.
    Program(&'static [&'static str]),
    /// pkg-config knows this library.
    Library(&'static str),
    /// One of the Pythons on the PATH imports these modules.
    PythonModules(&'static str),
    /// Node.js of at least this major version.
    Node(u32),
    /// The programs of a Postgres server, which most systems keep off the PATH.
    Postgres,
}

/// A tool's packages by package manager, separated by spaces; empty where there is none.
pub(crate) struct Packages {
    pub(crate) apt: &'static str,
    pub(crate) dnf: &'static str,
    pub(crate) pacman: &'static str,
    pub(crate) brew: &'static str,
    pub(crate) winget: &'static str,
}

impl Tool {
    /// Whether this operating system needs the tool at all.
    pub(crate) fn is_for_this_system(&self) -> bool {
        self.systems.contains(&std::env::consts::OS)
    }
}

impl Probe {
    /// Looks for the tool; changes nothing.
    pub(crate) fn finds(&self) -> bool {
        match self {
            Self::Program(names) => names.iter().any(|name| program::on_path(name)),
            Self::Library(module) => {
                program::succeeds_quietly(Command::new("pkg-config").args(["--exists", module]))
            }
            Self::PythonModules(modules) => {
                let script = format!("import {modules}");
                program::all_on_path("python3").any(|python| {
                    program::succeeds_quietly(Command::new(python).args(["-c", &script]))
                })
            }
            Self::Postgres => keyfold_postgres::Programs::find().is_some(),
            Self::Node(major) => {
                let script =
                    format!("process.exit(parseInt(process.versions.node) >= {major} ? 0 : 1)");
                program::succeeds_quietly(Command::new("node").args(["-e", &script]))
            }
        }
    }
}

const EVERYWHERE: &[&str] = &["linux", "macos", "windows"];
const UNIX: &[&str] = &["linux", "macos"];
const LINUX: &[&str] = &["linux"];

/// Everything, in the order in which it is announced.
pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "a C compiler",
        purpose: "builds aws-lc and SQLite",
        need: Need::Story,
        systems: UNIX,
        probe: Probe::Program(&["cc"]),
        packages: Packages {
            apt: "build-essential",
            dnf: "gcc gcc-c++ make",
            pacman: "base-devel",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "restic",
        purpose: "makes the demo's real backups",
        need: Need::Story,
        systems: EVERYWHERE,
        probe: Probe::Program(&["restic"]),
        packages: Packages {
            apt: "restic",
            dnf: "restic",
            pacman: "restic",
            brew: "restic",
            winget: "restic.restic",
        },
    },
    Tool {
        name: "Node.js 20 or newer",
        purpose: "builds the Console's pages",
        need: Need::Window,
        systems: EVERYWHERE,
        probe: Probe::Node(20),
        packages: Packages {
            apt: "nodejs",
            dnf: "nodejs",
            pacman: "nodejs",
            brew: "node",
            winget: "OpenJS.NodeJS.LTS",
        },
    },
    Tool {
        name: "npm",
        purpose: "fetches the Console's web packages",
        need: Need::Window,
        systems: EVERYWHERE,
        probe: Probe::Program(&["npm", "npm.cmd"]),
        packages: Packages {
            apt: "npm",
            dnf: "nodejs-npm",
            pacman: "npm",
            brew: "node",
            winget: "OpenJS.NodeJS.LTS",
        },
    },
    Tool {
        name: "pkg-config",
        purpose: "finds WebKitGTK",
        need: Need::Window,
        systems: LINUX,
        probe: Probe::Program(&["pkg-config"]),
        packages: Packages {
            apt: "pkg-config",
            dnf: "pkgconf-pkg-config",
            pacman: "pkgconf",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "WebKitGTK 4.1",
        purpose: "shows the Console's window",
        need: Need::Window,
        systems: LINUX,
        probe: Probe::Library("webkit2gtk-4.1"),
        packages: Packages {
            apt: "libwebkit2gtk-4.1-dev",
            dnf: "webkit2gtk4.1-devel",
            pacman: "webkit2gtk-4.1",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "openssl",
        purpose: "reads our formats without us",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::Program(&["openssl"]),
        packages: Packages {
            apt: "openssl",
            dnf: "openssl",
            pacman: "openssl",
            brew: "openssl",
            winget: "",
        },
    },
    Tool {
        name: "curl",
        purpose: "sends the AccountServer what no client of ours would",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::Program(&["curl"]),
        packages: Packages {
            apt: "curl",
            dnf: "curl",
            pacman: "curl",
            brew: "curl",
            winget: "",
        },
    },
    Tool {
        name: "Postgres",
        purpose: "the other database of the tests",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::Postgres,
        packages: Packages {
            apt: "postgresql",
            dnf: "postgresql-server",
            pacman: "postgresql",
            brew: "postgresql@17",
            winget: "",
        },
    },
    Tool {
        name: "systemd-analyze",
        purpose: "judges the AccountServer's systemd unit",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["systemd-analyze"]),
        packages: Packages {
            apt: "systemd",
            dnf: "systemd",
            pacman: "systemd",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "borg",
        purpose: "the other backup tool of the tests",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::Program(&["borg"]),
        packages: Packages {
            apt: "borgbackup",
            dnf: "borgbackup",
            pacman: "borg",
            brew: "borgbackup",
            winget: "",
        },
    },
    Tool {
        name: "rclone",
        purpose: "the backup tool of the tests that encrypts file by file",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::Program(&["rclone"]),
        packages: Packages {
            apt: "rclone",
            dnf: "rclone",
            pacman: "rclone",
            brew: "rclone",
            winget: "",
        },
    },
    Tool {
        name: "Python with cryptography and argon2",
        purpose: "recovers a key without Keyfold",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::PythonModules("cryptography, argon2"),
        packages: Packages {
            apt: "python3-cryptography python3-argon2",
            dnf: "python3-cryptography python3-argon2-cffi",
            pacman: "python-cryptography python-argon2-cffi",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "Python with aiosmtpd",
        purpose: "takes the AccountServer's mail",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::PythonModules("aiosmtpd"),
        packages: Packages {
            apt: "python3-aiosmtpd",
            dnf: "python3-aiosmtpd",
            pacman: "python-aiosmtpd",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "Python's virtual environments",
        purpose: "holds the AccountServer's document against its answers",
        need: Need::Tests,
        systems: UNIX,
        probe: Probe::PythonModules("venv, ensurepip"),
        packages: Packages {
            apt: "python3-venv",
            dnf: "python3",
            pacman: "python",
            brew: "python",
            winget: "",
        },
    },
    Tool {
        name: "Chromium",
        purpose: "runs the tests of the pages",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["chromium", "chromium-browser"]),
        packages: Packages {
            apt: "chromium",
            dnf: "chromium",
            pacman: "chromium",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "WebKitWebDriver",
        purpose: "drives the Console's real window",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["WebKitWebDriver"]),
        packages: Packages {
            apt: "webkit2gtk-driver",
            dnf: "",
            pacman: "webkit2gtk-4.1",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "Xvfb",
        purpose: "a screen for that window",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["Xvfb"]),
        packages: Packages {
            apt: "xvfb xauth",
            dnf: "xorg-x11-server-Xvfb",
            pacman: "xorg-server-xvfb",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "dbus-daemon",
        purpose: "a session bus for that window",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["dbus-daemon"]),
        packages: Packages {
            apt: "dbus",
            dnf: "dbus-daemon",
            pacman: "dbus",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "gdb",
        purpose: "takes an image of the AccountServer's memory, in which no key may be",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["gdb"]),
        packages: Packages {
            apt: "gdb",
            dnf: "gdb",
            pacman: "gdb",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "ImageMagick",
        purpose: "photographs the screen when such a test fails",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["import"]),
        packages: Packages {
            apt: "imagemagick",
            dnf: "ImageMagick",
            pacman: "imagemagick",
            brew: "",
            winget: "",
        },
    },
    Tool {
        name: "xdotool",
        purpose: "presses the right mouse button in that window",
        need: Need::Tests,
        systems: LINUX,
        probe: Probe::Program(&["xdotool"]),
        packages: Packages {
            apt: "xdotool",
            dnf: "xdotool",
            pacman: "xdotool",
            brew: "",
            winget: "",
        },
    },
];
