//! The real binary against real clients: kill -9, restart, full disk, browser.
