//! The binary: hands the command line over and ends with its exit code.

use std::process::ExitCode;

/// Many small allocations of several threads live as long as a batch does: this allocator serves them with less processor time than the system's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    signalbox::cli::run(std::env::args_os())
}
