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
    let further = shown(&deployment.ask(&["rollback"]));
    assert!(
        further.contains("there is nothing to go back to"),
        "a second step back does not go forth again: {further}"
    );
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
    let status = deployment.rules(&["rollback"]);
    assert_eq!(status["bundle"], first, "and on from there");
}

/// Two rules: one that answers all that is said, and the standard one for whoever asks for a person.
fn with_person() -> String {
    hello().replacen(
        "module hello\n",
        "module hello\nuse std.human (wants_person)\n",
        1,
    )
}

/// What the metrics say of disabled rules: how many, and whether there is a time for the oldest.
fn disabled_metrics(gateway: &Gateway) -> (bool, bool, bool) {
    let (_, metrics) = gateway.get("/metrics");
    (
        metrics.contains("\nsignalbox_rules_disabled 0\n"),
        metrics.contains("\nsignalbox_rules_disabled 1\n"),
        metrics.contains("\nsignalbox_rules_disabled_since_timestamp_seconds 0\n"),
    )
}

#[test]
fn a_disabled_rule_stays_so_over_a_restart_and_new_files_until_it_is_enabled() {
    let deployment = Deployment::new("");
    deployment.write_rules(&with_person());
    let gateway = Gateway::start(&deployment);
    assert_eq!(disabled_metrics(&gateway), (true, false, true));
    let status = deployment.rules(&["disable", "hello.answer"]);
    let disabled = &status["disabled"][0];
    assert_eq!(disabled["rule"], "hello.answer", "{status}");
    assert_eq!(disabled["is_live"], true, "{status}");
    assert!(disabled["since"].is_string(), "{status}");
    assert_eq!(disabled_metrics(&gateway), (false, true, false));
    let again = deployment.rules(&["disable", "hello.answer"]);
    assert_eq!(again["disabled"], status["disabled"], "it keeps its time");
    gateway.stop();

    let gateway = Gateway::start(&deployment);
    let restarted = deployment.rules(&["status"]);
    assert_eq!(restarted["disabled"], status["disabled"]);
    assert_eq!(disabled_metrics(&gateway), (false, true, false));

    let first = restarted["bundle"].clone();
    deployment.write_rules(&with_person().replace("You said:", "You wrote:"));
    until("the changed rules are live", || {
        gateway.readiness()["rules"]["bundle"] != first
    });
    assert_eq!(disabled_metrics(&gateway), (false, true, false));
    deployment.write_rules(
        &with_person()
            .replace("rule answer", "rule parrot")
            .replace("fired answer", "fired parrot"),
    );
    until("rules without it are live", || {
        disabled_metrics(&gateway) == (true, false, true)
    });
    let without = deployment.rules(&["status"]);
    assert_eq!(without["disabled"][0]["is_live"], false, "{without}");
    let back = deployment.rules(&["rollback"]);
    assert_eq!(
        back["disabled"][0]["is_live"], true,
        "a rule that comes back is still disabled: {back}"
    );

    let enabled = deployment.rules(&["enable", "hello.answer"]);
    assert_eq!(enabled["disabled"], Value::Array(Vec::new()));
    assert_eq!(disabled_metrics(&gateway), (true, false, true));
}

#[test]
fn what_must_stay_or_is_not_there_cannot_be_disabled() {
    let deployment = Deployment::new("");
    deployment.write_rules(&with_person());
    let _gateway = Gateway::start(&deployment);
    for (rule, said) in [
        (
            "std.human.person_wanted",
            "whoever asks for a person always gets one",
        ),
        (
            "hello.anwser",
            "there is no rule `hello.anwser`; did you mean `hello.answer`?",
        ),
        (
            "answer",
            "there is no rule `answer`; did you mean `hello.answer`?",
        ),
        (
            "退款.处理",
            "there is no rule `退款.处理`; write its full name",
        ),
    ] {
        let refused = deployment.ask(&["disable", rule]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(shown(&refused).contains(said), "{}", shown(&refused));
    }
    let refused = shown(&deployment.ask(&["enable", "hello.anwser", "--lang", "zh"]));
    assert!(
        refused.contains("没有规则 `hello.anwser`；是不是想写 `hello.answer`？"),
        "{refused}"
    );
    let status = deployment.rules(&["enable", "hello.answer"]);
    assert_eq!(status["disabled"], Value::Array(Vec::new()), "it was not");
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
