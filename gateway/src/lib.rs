//! The gateway: configuration, commands, and the wiring of everything else.
//!
//! `main.rs` hands the command line to [`cli`]; [`serve`] is the gateway itself.

pub mod admin;
pub mod bundles;
pub mod cli;
pub mod config;
pub mod data_directory;
pub mod deployment_key;
pub mod desk;
pub mod doctor;
pub mod email;
pub mod environment;
pub mod listener;
pub mod live_bundle;
pub mod node;
pub mod observer;
pub mod pages;
pub mod rule_files;
pub mod serve;
pub mod webchat;
pub mod webhook;
pub mod words;
