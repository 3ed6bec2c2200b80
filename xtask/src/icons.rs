//! Draws assets/icons/*.{png,ico,icns} from keyfold.svg, with Chromium as the rasteriser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::program;
use crate::workspace::Workspace;

/// File name and edge in pixels of the plain pictures.
const PNGS: [(&str, u32); 4] = [
    ("32x32.png", 32),
    ("128x128.png", 128),
    ("128x128@2x.png", 256),
    ("icon.png", 512),
];
/// Edges in pixels inside the Windows icon.
const ICO: [u32; 5] = [16, 32, 48, 64, 256];
/// Type and edge in pixels of each picture inside the macOS icon.
const ICNS: [(&[u8; 4], u32); 6] = [
    (b"icp4", 16),
    (b"icp5", 32),
    (b"icp6", 64),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
];

/// Draws all of them again.
pub(crate) fn draw(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.path("assets/icons");
    let pen = Pen::new(&folder.join("keyfold.svg"))?;
    for (name, edge) in PNGS {
        fs::write(folder.join(name), pen.png(edge)?)?;
    }
    let pictures: Vec<_> = ICO
        .iter()
        .map(|&edge| Ok((edge, pen.png(edge)?)))
        .collect::<anyhow::Result<_>>()?;
    fs::write(folder.join("icon.ico"), ico(&pictures)?)?;
    let pictures: Vec<_> = ICNS
        .iter()
        .map(|&(kind, edge)| Ok((kind, pen.png(edge)?)))
        .collect::<anyhow::Result<_>>()?;
    fs::write(folder.join("icon.icns"), icns(&pictures)?)?;
    Ok(())
}

/// Chromium, and a page that shows nothing but the picture.
struct Pen {
    chromium: &'static str,
    svg: String,
    work: tempfile::TempDir,
}

impl Pen {
    fn new(svg: &Path) -> anyhow::Result<Self> {
        let known = ["chromium", "chromium-browser"];
        let Some(chromium) = known.into_iter().find(|name| program::on_path(name)) else {
            bail!("Chromium is missing; `cargo xtask setup` installs it");
        };
        let svg =
            fs::read_to_string(svg).with_context(|| format!("cannot read {}", svg.display()))?;
        Ok(Self {
            chromium,
            svg,
            work: tempfile::tempdir()?,
        })
    }

    fn png(&self, edge: u32) -> anyhow::Result<Vec<u8>> {
        let page = self.file("page.html");
        let picture = self.file("picture.png");
        let style = format!("*{{margin:0}} svg{{display:block;width:{edge}px;height:{edge}px}}");
        fs::write(
            &page,
            format!("<!doctype html><style>{style}</style>{}", self.svg),
        )?;
        let mut chromium = Command::new(self.chromium);
        chromium
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
            ])
            .args([
                "--default-background-color=00000000",
                "--force-device-scale-factor=1",
            ])
            .arg(format!(
                "--user-data-dir={}",
                self.file("profile").display()
            ))
            .arg(format!("--window-size={edge},{edge}"))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(page)
            .stderr(Stdio::null());
        program::succeed(&mut chromium)?;
        let png = fs::read(&picture)?;
        fs::remove_file(picture)?;
        Ok(png)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }
}

/// An ICO file of PNG pictures: a header, one 16-byte entry a picture, the pictures.
fn ico(pictures: &[(u32, Vec<u8>)]) -> anyhow::Result<Vec<u8>> {
    let mut file = vec![0, 0, 1, 0];
    file.extend(u16::try_from(pictures.len())?.to_le_bytes());
    let mut offset = 6 + 16 * u32::try_from(pictures.len())?;
    for (edge, png) in pictures {
        // 256 is written as 0.
        let edge = u8::try_from(*edge).unwrap_or(0);
        file.extend([edge, edge, 0, 0, 1, 0, 32, 0]);
        let length = u32::try_from(png.len())?;
        file.extend(length.to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += length;
    }
    for (_, png) in pictures {
        file.extend(png);
    }
    Ok(file)
}

/// An ICNS file: a header with the whole length, then type, length and bytes of each picture.
fn icns(pictures: &[(&[u8; 4], Vec<u8>)]) -> anyhow::Result<Vec<u8>> {
    let length = 8 + pictures.iter().map(|(_, png)| 8 + png.len()).sum::<usize>();
    let mut file = b"icns".to_vec();
    file.extend(u32::try_from(length)?.to_be_bytes());
    for (kind, png) in pictures {
        file.extend(*kind);
        file.extend(u32::try_from(8 + png.len())?.to_be_bytes());
        file.extend(png);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ico_points_at_each_picture() {
        let file = ico(&[(16, vec![1; 10]), (256, vec![2; 20])]).unwrap();
        let offset = |entry: usize| file[6 + 16 * entry + 12] as usize;
        assert_eq!(file[6], 16);
        assert_eq!(file[6 + 16], 0, "256 is written as 0");
        assert_eq!(file[offset(0)..offset(1)], [1; 10]);
        assert_eq!(file[offset(1)..], [2; 20]);
    }

    #[test]
    fn icns_says_its_whole_length() {
        let file = icns(&[(b"icp4", vec![1; 10])]).unwrap();
        assert_eq!(file[4..8], u32::try_from(file.len()).unwrap().to_be_bytes());
        assert_eq!(file[8..16], *b"icp4\0\0\0\x12");
    }
}
