//! Cargo itself.

use std::env;
use std::ffi::OsString;

/// The cargo that runs us, so that a nested build finds the same toolchain.
pub fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
