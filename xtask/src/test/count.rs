//! Tests passed and failed, read from what the test runners print.

use std::fmt;
use std::ops::AddAssign;

use anyhow::Context;
use serde_json::Value;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// A step that is itself one test, and passed.
    pub(crate) const PASSED: Self = Self {
        passed: 1,
        failed: 0,
    };
    /// A step that is itself one test, or did not come as far as its tests.
    pub(crate) const FAILED: Self = Self {
        passed: 0,
        failed: 1,
    };

    /// Reads one line of `cargo test`; `None` unless it is a test binary's summary.
    pub(crate) fn of_libtest_line(line: &str) -> Option<Self> {
        let summary = line.strip_prefix("test result: ")?;
        let number_before = |word: &str| {
            let before = summary.split(word).next()?;
            before.rsplit([' ', ';']).next()?.parse().ok()
        };
        Some(Self {
            passed: number_before(" passed;")?,
            failed: number_before(" failed;")?,
        })
    }

    /// Reads vitest's JSON report.
    pub(crate) fn of_vitest_report(report: &[u8]) -> anyhow::Result<Self> {
        let report: Value = serde_json::from_slice(report)?;
        let number = |name: &str| {
            let value = report.get(name).and_then(Value::as_u64);
            value.with_context(|| format!("vitest's report has no {name}"))
        };
        Ok(Self {
            passed: number("numPassedTests")?,
            failed: number("numFailedTests")?,
        })
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_libtest_summaries_and_nothing_else() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        let bad = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            Count::of_libtest_line(ok),
            Some(Count {
                passed: 12,
                failed: 0
            })
        );
        assert_eq!(
            Count::of_libtest_line(bad),
            Some(Count {
                passed: 3,
                failed: 2
            })
        );
        assert_eq!(Count::of_libtest_line("test walls ... ok"), None);
        assert_eq!(Count::of_libtest_line("test result: ok."), None);
    }

    #[test]
    fn reads_vitest_reports() {
        let report = br#"{"numTotalTests":5,"numPassedTests":4,"numFailedTests":1}"#;
        assert_eq!(
            Count::of_vitest_report(report).unwrap(),
            Count {
                passed: 4,
                failed: 1
            }
        );
        assert!(Count::of_vitest_report(b"{}").is_err());
    }

    #[test]
    fn shows_as_the_last_line() {
        let mut total = Count::PASSED;
        total += Count::FAILED;
        assert_eq!(total.to_string(), "1 passed, 1 failed");
    }
}
