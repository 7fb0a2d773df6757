use super::manual::{Language, page};
use super::*;

fn parse_with(text: &str, overrides: &Overrides) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "from a file\n").unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    let sources = Sources {
        folder: folder.path(),
        variable: &|name| (name == "SITE_KEY").then(|| "from the environment".to_owned()),
    };
    Config::parse(text, Path::new("signalbox.yaml"), &sources, overrides)
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    parse_with(text, &Overrides::default())
}

#[test]
fn an_empty_file_is_a_configuration() {
    let config = parse("# nothing\n").unwrap();
    assert_eq!(config.listen, ([127, 0, 0, 1], 7_777).into());
    assert!(config.data.ends_with("data"));
    assert!(config.admin_socket.ends_with("data/admin.sock"));
    assert_eq!(config.file.router.partitions, 256);
}

#[test]
fn values_are_read_with_their_units() {
    let config = parse(
        "listen: '[::1]:0'\nstore: {durability: everysec}\nrouter: {gather: 0, gather_at_most: 1.5s, dedupe_for: 2d}\n",
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:0");
    assert_eq!(
        config.file.store.durability,
        values::Durability::EverySecond
    );
    assert_eq!(config.file.router.gather, values::TimeSpan::millis(0));
    assert_eq!(
        config.file.router.gather_at_most,
        values::TimeSpan::millis(1_500)
    );
    assert_eq!(
        config.file.router.dedupe_for,
        values::TimeSpan::seconds(172_800)
    );
}

#[test]
fn the_command_line_goes_before_the_file() {
    let overrides = Overrides {
        data: Some("elsewhere".into()),
        listen: Some(([127, 0, 0, 1], 9).into()),
    };
    let config = parse_with("data: here\nlisten: localhost:8\n", &overrides).unwrap();
    assert_eq!(config.data, Path::new("elsewhere"));
    assert_eq!(config.listen, ([127, 0, 0, 1], 9).into());
}

#[test]
fn a_staging_gateway_names_to_whom_it_writes() {
    let delivery = |text: &str| parse(text).map(|config| config.file.delivery);
    assert_eq!(delivery("").unwrap(), values::Delivery::Live);
    assert_eq!(delivery("delivery: sink").unwrap(), values::Delivery::Sink);
    let only = values::Delivery::Only(["a@example.com".to_owned(), "13".to_owned()].into());
    assert_eq!(
        delivery("delivery: {only: [a@example.com, '13']}").unwrap(),
        only
    );
    for (wrong, said) in [
        ("delivery: snik", "`snik` is no way of delivery"),
        ("delivery: {only: []}", "must name at least one id"),
        ("delivery: {except: [x]}", "`except` is unknown here"),
        ("delivery: {only: [x], to: y}", "`to` is unknown here"),
    ] {
        let error = delivery(wrong).unwrap_err().to_string();
        assert!(error.contains(said), "{wrong}: {error}");
    }
}

/// What people get wrong first: in their words, with place, key and what to write.
#[test]
fn what_cannot_be_read_is_told_in_both_languages_with_its_place() {
    for (text, en, zh, place) in [
        (
            "router:\n  gahter: 1s\n",
            "there is no setting `gahter` here; did you mean `gather`?",
            "这里没有设置 `gahter`；是不是想写 `gather`？",
            "signalbox.yaml:2:3 (router.gahter)",
        ),
        (
            "nothing: 1\n",
            "there is no setting `nothing` here; there are listen, data,",
            "这里没有设置 `nothing`；可以写 listen、data、",
            "signalbox.yaml:1:1 (nothing)",
        ),
        (
            "stop_within: soon\n",
            "`soon` is not a duration; write a number",
            "`soon` 不是时长；请写数字",
            "signalbox.yaml:1:14 (stop_within)",
        ),
        (
            "store:\n  durability: fast\n",
            "`fast` is not a durability",
            "`fast` 不是持久化方式",
            "(store.durability)",
        ),
        (
            "delivery: snik\n",
            "`snik` is no way of delivery",
            "`snik` 不是发送方式",
            "(delivery)",
        ),
        (
            "router: 5\n",
            "settings belong here, each on a line of its own",
            "这里应是一组设置",
            "(router)",
        ),
        (
            "data: [a]\n",
            "one value belongs here",
            "这里应是一个值",
            "(data)",
        ),
        (
            "router:\n  partitions: many\n",
            "this must be a whole number",
            "这里应是整数",
            "(router.partitions)",
        ),
        (
            "webchat:\n  limits:\n    lifted_on_loopback: yes\n",
            "this must be true or false",
            "这里只能是 true 或 false",
            "(webchat.limits.lifted_on_loopback)",
        ),
        (
            "data: a\ndata: b\n",
            "`data` stands here twice",
            "`data` 在这里写了两次",
            "signalbox.yaml:2",
        ),
        (
            "data: 'a\n",
            "this is not YAML",
            "这不是 YAML",
            "signalbox.yaml",
        ),
        (
            "router:\n\tgather: 1s\n",
            "this is not YAML; look at indentation",
            "这不是 YAML；请检查缩进",
            "signalbox.yaml",
        ),
    ] {
        let error = parse(text).unwrap_err();
        let (english, chinese) = (error.to_string(), error.chinese());
        assert!(english.contains(en), "{text}: {english}");
        assert!(english.contains(place), "{text}: {english}");
        assert!(english.contains("docs/configuration.md lists"), "{english}");
        assert!(chinese.contains(zh), "{text}: {chinese}");
        assert!(chinese.contains(place), "{text}: {chinese}");
    }
}

#[test]
fn secrets_come_from_outside() {
    for (written, secret) in [
        ("${SITE_KEY}", "from the environment"),
        ("${file:key}", "from a file"),
        (
            "${SITE_KEY}, ${file:key}, $${x}",
            "from the environment, from a file, ${x}",
        ),
    ] {
        let config = parse(&format!("deployment_key: '{written}'\n")).unwrap();
        assert_eq!(config.file.deployment_key.reveal(), Some(secret));
        let shown = format!("{config:?}");
        assert!(!shown.contains("from the environment"), "shown in {shown}");
    }
}

#[test]
fn a_servers_password_is_read_and_not_shown() {
    let config =
        parse("store: {kind: redis, url: 'redis://user:${SITE_KEY}@host:6379/2'}\n").unwrap();
    assert_eq!(
        config.file.store.url.reveal(),
        Some("redis://user:from the environment@host:6379/2")
    );
    let shown = format!("{config:?}");
    assert!(!shown.contains("from the environment"), "shown in {shown}");
}

/// Each wrong configuration, and words that its message must have.
const WRONG: &[(&str, &[&str])] = &[
    ("router: {gathr: 1s}", &["no setting `gathr`", "gather"]),
    ("sites: {}", &["no setting `sites`"]),
    ("data: a\ndata: b", &["`data` stands here twice"]),
    (
        "listen: 7777",
        &["`7777` is not an address to listen on; write HOST:PORT"],
    ),
    ("listen: ''", &["listen must not be empty; write HOST:PORT"]),
    ("data: ''", &["data must not be empty; write a directory"]),
    (
        "router: {gather: 15}",
        &["duration `15` has no unit; write 15s or 15ms"],
    ),
    ("router: {gather: 15 s}", &["`15 s` is not a duration"]),
    ("router: {gather: -1s}", &["`-1s` is not a duration"]),
    ("router: {gather: 99999d}", &["longer than ten years"]),
    (
        "router: {gather: 2h}",
        &["router.gather must be at most 1m, got 2h"],
    ),
    (
        "router: {partitions: 0}",
        &["router.partitions must be at least 1, got 0"],
    ),
    (
        "router: {partitions: 5000}",
        &["router.partitions must be at most 4096, got 5000"],
    ),
    ("router: {partitions: many}", &["many"]),
    ("router: {partitions: -1}", &["-1"]),
    (
        "router: {gather: 10s}",
        &["router.gather_at_most must be at least router.gather (10s), got 5s"],
    ),
    (
        "router: {lease: 3s, poll: 5s}",
        &["router.lease must exceed router.poll (5s), got 3s"],
    ),
    (
        "router: {delivery_backoff: 10s, delivery_backoff_at_most: 1s}",
        &["router.delivery_backoff_at_most must be at least router.delivery_backoff (10s), got 1s"],
    ),
    (
        "store: {durability: disk}",
        &["`disk` is not a durability; write memory, everysec or fsync"],
    ),
    ("store: {durability: yes}", &["`yes` is not a durability"]),
    (
        "store: {kind: postgres}",
        &["`postgres` is not a kind of store; write embedded or redis"],
    ),
    (
        "store: {kind: redis}",
        &["store.url must not be empty where store.kind is redis; write redis://HOST:PORT"],
    ),
    (
        "store: {url: 'redis://host:6379'}",
        &["store.kind is embedded; write `kind: redis`"],
    ),
    (
        "store: {kind: redis, url: 'redis://user:hunter2@host'}",
        &["store.url must not hold a password in the file itself; write ${NAME}"],
    ),
    (
        "store: {kind: redis, url: 'redis://host', server_settings: hidden}",
        &["`hidden` is not a way to know a server's settings; write read or declared"],
    ),
    (
        "store: {kind: redis, url: 'redis://host', timeout: 20s}\nrouter: {lease: 10s}",
        &["router.lease must exceed store.timeout (20s), got 10s"],
    ),
    (
        "telemetry: {log_format: xml}",
        &["`xml` is not a log format; write text or json"],
    ),
    (
        "telemetry: {trace_ratio: 1.5}",
        &["telemetry.trace_ratio must be at most 1, got 1.5"],
    ),
    (
        "telemetry: {trace_ratio: .nan}",
        &["telemetry.trace_ratio must be a number"],
    ),
    (
        "telemetry: {otlp_endpoint: 'collector:4318'}",
        &["telemetry.otlp_endpoint must be a URL", "`collector:4318`"],
    ),
    (
        "webchat: {trusted_proxies: [10.0.0.0/33]}",
        &["webchat.trusted_proxies must be", "`10.0.0.0/33`"],
    ),
    (
        "webchat: {sites: {shop: {origin: [self]}}}",
        &["no setting `origin` here; did you mean `origins`?"],
    ),
    (
        "webchat: {sites: {shop: {origins: ['shop.example']}}}",
        &["shop.example"],
    ),
    (
        "webchat: {sites: {shop: {keys: {k1: {hs256: secret}}}}}",
        &["webchat.sites.shop.keys at `k1` must not stand in the file"],
    ),
    (
        "webchat: {sites: {shop: {keys: {k1: {hs256: '${SITE_KEY}'}}}}}",
        &["k1", "32"],
    ),
    (
        "webchat: {sites: {shop: {keys: {k1: {rs256: x}}}}}",
        &["rs256"],
    ),
    (
        "webchat: {default_site: shop}",
        &["webchat.default_site must be one of webchat.sites, got `shop`"],
    ),
    (
        "webchat: {limits: {messages_per_second: 0}}",
        &["webchat.limits.messages_per_second must be at least 0.01, got 0"],
    ),
    (
        "webchat: {idle_after: 10s}",
        &["webchat.idle_after must exceed webchat.ping_every (25s), got 10s"],
    ),
    (
        "webchat: {ping_every: 1.5s}",
        &["webchat.ping_every must be whole seconds, got 1.5s"],
    ),
    (
        "{stop_within: 5s, webchat: {leave_within: 10s}}",
        &["stop_within must exceed webchat.leave_within (10s), got 5s"],
    ),
    (
        "deployment_key: 00ff",
        &["deployment_key must not stand in the file itself"],
    ),
    (
        "deployment_key: '${NOT_SET}'",
        &["deployment_key reads the environment variable `NOT_SET`, which is not set"],
    ),
    (
        "deployment_key: '${file:none}'",
        &["deployment_key reads the file", "cannot be read"],
    ),
    (
        "deployment_key: '${file:empty}'",
        &["deployment_key refers to something that is empty"],
    ),
    (
        "deployment_key: '${SITE_KEY'",
        &["deployment_key has a `${` without its `}`"],
    ),
    ("router: [1, 2]", &["router"]),
    ("data: [", &["data: ["]),
    ("--- {}\n--- {}\n", &["document"]),
];

#[test]
fn what_is_wrong_is_said_with_key_value_and_bound() {
    for (text, words) in WRONG {
        let message = match parse(text) {
            Ok(_) => panic!("accepted: {text}"),
            Err(error) => error.to_string(),
        };
        assert!(
            message.starts_with("the configuration `signalbox.yaml` is not right:"),
            "{message}"
        );
        for word in *words {
            assert!(
                message.contains(word),
                "`{word}` is missing for `{text}`:\n{message}"
            );
        }
    }
}

#[test]
fn all_problems_are_said_at_once() {
    let message = parse("router: {partitions: 0, gather: 2h}\ndeployment_key: x\n")
        .unwrap_err()
        .to_string();
    for key in ["router.partitions", "router.gather ", "deployment_key"] {
        assert!(message.contains(key), "{message}");
    }
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (outer, inner) in ["b", "c", "d", "e", "f", "g"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f"])
    {
        bomb.push_str(&format!("{outer}: &{outer} [*{inner}, *{inner}, *{inner}, *{inner}, *{inner}, *{inner}, *{inner}, *{inner}]\n"));
    }
    assert!(parse(&bomb).is_err());
    assert!(
        parse(&format!(
            "data: {}x{}",
            "[".repeat(10_000),
            "]".repeat(10_000)
        ))
        .is_err()
    );
    assert!(parse(&format!("# {}", "x".repeat(2 << 20))).is_err());
}

#[test]
fn a_file_that_is_not_there_says_so() {
    let error = Config::load(
        Some(Path::new("/nowhere/signalbox.yaml")),
        &Overrides::default(),
    );
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("the configuration `/nowhere/signalbox.yaml` cannot be read: "),
        "{message}"
    );
}

#[test]
fn without_a_file_only_this_machine_is_served() {
    let outside = Overrides {
        listen: Some(([0, 0, 0, 0], 7_777).into()),
        ..Overrides::default()
    };
    let message = Config::load(None, &outside).unwrap_err().to_string();
    assert!(
        message.contains("listen is 0.0.0.0:7777, which others can reach"),
        "{message}"
    );
    assert!(Config::load(None, &Overrides::default()).is_ok());
    assert!(parse_with("", &outside).is_ok(), "a file is a decision");
}

/// `docs/configuration.md` and `.zh.md` are the manual of the declarations; `UPDATE_GOLDEN=1` rewrites them.
#[test]
fn manual() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (name, language) in [
        ("configuration.md", Language::English),
        ("configuration.zh.md", Language::Chinese),
    ] {
        let path = docs.join(name);
        let actual = page(language);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &actual).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(written, actual, "rewrite it with UPDATE_GOLDEN=1");
    }
}
