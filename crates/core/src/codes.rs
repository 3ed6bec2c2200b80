//! One table for the stable codes of an error enum.

/// Writes `code` and `codes` of an error enum from one table, so that no code can be answered and not be listed.
///
/// What follows the semicolon are variants that wrap another refusal and answer its code.
macro_rules! codes {
    (
        $error:ty {
            $($variant:pat => $code:literal,)+
            $(; $($wrapper:pat => $reason:ident: $inner:ty,)+)?
        }
    ) => {
        impl $error {
            /// The stable code of this refusal, for problem details and IPC.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    $($variant => $code,)+
                    $($($wrapper => $reason.code(),)+)?
                }
            }

            /// Every code that [`code`](Self::code) can answer.
            #[must_use]
            pub fn codes() -> Vec<&'static str> {
                [
                    &[$($code),+][..],
                    $($(&<$inner>::codes(),)+)?
                ]
                .concat()
            }
        }
    };
}

pub(crate) use codes;
