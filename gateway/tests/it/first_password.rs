//! The desk's first password: in a file for the gateway's user, and on no output that is not a terminal.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::binary::command;
use crate::serve::Deployment;

#[test]
fn a_log_gets_the_name_of_the_file_and_not_the_password() {
    let deployment = Deployment::new("data: data");
    let config = deployment.path("signalbox.yaml");
    let mut gateway = command(&[
        "serve",
        "--lang",
        "en",
        "--config",
        config.to_str().unwrap(),
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    let lines = BufReader::new(gateway.stdout.take().unwrap()).lines();
    let told: Vec<String> = lines.take(2).map(Result::unwrap).collect();
    gateway.kill().unwrap();
    gateway.wait().unwrap();
    let file = deployment.path("data/desk-password");
    let password = fs::read_to_string(&file).unwrap();
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(password.trim().len(), 19);
    assert!(
        told[1].contains("/desk, name agent, password in ") && told[1].ends_with("desk-password"),
        "{told:?}"
    );
    assert!(!told.concat().contains(password.trim()), "{told:?}");
}
