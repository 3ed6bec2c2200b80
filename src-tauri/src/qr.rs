//! QR codes (ISO/IEC 18004) as the data of an SVG path.

use std::fmt::Write as _;

use qrcodegen::{DataTooLong, QrCode, QrCodeEcc};
use zeroize::Zeroizing;

/// Light modules that have to lie around the dark ones.
const QUIET_ZONE: i32 = 4;

/// A QR code.
pub(crate) struct Qr {
    /// Modules on a side, the quiet zone with them.
    pub(crate) size: u32,
    /// A rectangle for each run of dark modules in a row.
    pub(crate) path: Zeroizing<String>,
}

/// The text as a QR code that may lose 15 % of itself.
pub(crate) fn draw(text: &str) -> Result<Qr, DataTooLong> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
    let side = code.size();
    let mut path = Zeroizing::new(String::with_capacity(32 * 1024));
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(i32::MAX);
            if run > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                // Writing to a string cannot fail.
                write!(path, "M{left} {top}h{run}v1h-{run}z").ok();
            }
            x += run.max(1);
        }
    }
    Ok(Qr {
        size: (side + 2 * QUIET_ZONE).unsigned_abs(),
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules that a path covers.
    fn covered(qr: &Qr) -> Vec<(i32, i32)> {
        let rectangles = qr.path.split('M').filter(|part| !part.is_empty());
        rectangles
            .flat_map(|part| {
                let (corner, rest) = part.split_once('h').unwrap();
                let (x, y) = corner.split_once(' ').unwrap();
                let run: i32 = rest.split_once('v').unwrap().0.parse().unwrap();
                let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
                (x..x + run).map(move |x| (x, y))
            })
            .collect()
    }

    #[test]
    fn the_path_covers_the_dark_modules_and_nothing_else() {
        let text = "otpauth://totp/Northwind:ann?secret=JBSWY3DPEHPK3PXP&issuer=Northwind";
        let qr = draw(text).unwrap();
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let covered = covered(&qr);
        let side = code.size();
        assert_eq!(i32::try_from(qr.size).unwrap(), side + 8);
        for y in 0..side {
            for x in 0..side {
                let place = (x + QUIET_ZONE, y + QUIET_ZONE);
                assert_eq!(covered.contains(&place), code.get_module(x, y), "{place:?}");
            }
        }
        let dark = (0..side * side).filter(|at| code.get_module(at % side, at / side));
        assert_eq!(covered.len(), dark.count(), "none twice");
    }
}
