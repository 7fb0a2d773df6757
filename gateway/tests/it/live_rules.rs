//! `signalbox rules` on a running gateway: what is live, what was, and back to it.

use serde_json::Value;

use crate::binary::{run, shown};
use crate::serve::{Deployment, Gateway, hello, until};

impl Deployment {
    fn rules(&self, arguments: &[&str]) -> Value {
        let output = self.ask(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn ask(&self, arguments: &[&str]) -> std::process::Output {
        let config = self.path("signalbox.yaml");
        let named = ["--format", "json", "--config", config.to_str().unwrap()];
        run(&[&["rules"], arguments, &named].concat())
    }
}

#[test]
fn people_go_back_and_the_files_count_again_when_they_change() {
    let deployment = Deployment::new("");
    let gateway = Gateway::start(&deployment);
    let first = gateway.readiness()["rules"]["bundle"].clone();
    let refused = deployment.ask(&["rollback"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        shown(&refused).contains("there is nothing to go back to"),
        "{}",
        shown(&refused)
    );

    deployment.write_rules(&hello().replace("You said:", "You wrote:"));
    until("the changed rules are live", || {
        gateway.readiness()["rules"]["bundle"] != first
    });
    let second = gateway.readiness()["rules"]["bundle"].clone();

    let status = deployment.rules(&["rollback"]);
    assert_eq!(
        (&status["bundle"], &status["origin"]),
        (&first, &"rollback".into())
    );
    assert_eq!(gateway.readiness()["rules"]["bundle"], first);
    let history = deployment.rules(&["history"]);
    let bundles: Vec<_> = (0..3).map(|at| &history["history"][at]["bundle"]).collect();
    assert_eq!(bundles, [&first, &second, &first]);
    assert_eq!(history["history"][2]["by_rollback"], true);
    gateway.stop();

    let gateway = Gateway::start(&deployment);
    assert_eq!(
        gateway.readiness()["rules"]["bundle"],
        first,
        "a restart does not undo it"
    );
    deployment.write_rules(&hello().replace("You said:", "You mean:"));
    until("the mended rules are live", || {
        gateway.readiness()["rules"]["origin"] == "files"
    });
    let third = gateway.readiness()["rules"]["bundle"].clone();
    assert!(third != first && third != second);
    let status = deployment.rules(&["rollback", second.as_str().unwrap().get(..8).unwrap()]);
    assert_eq!(status["bundle"], second, "any earlier one by its hash");
}

#[test]
fn a_bundle_that_never_was_and_a_gateway_that_is_not_there_are_said() {
    let deployment = Deployment::new("");
    let silent = shown(&deployment.ask(&["status"]));
    assert!(silent.contains("no gateway answers at "), "{silent}");
    let _gateway = Gateway::start(&deployment);
    let unknown = shown(&deployment.ask(&["rollback", "ffff0000"]));
    assert!(
        unknown.contains("no bundle `ffff0000` was live here"),
        "{unknown}"
    );
    let status = deployment.rules(&["status"]);
    assert_eq!(status["origin"], "files");
}
