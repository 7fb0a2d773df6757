//! `/v1/desk` from outside: who gets in, how often they may try, and what each route says to whom.

mod bed;

use serde_json::{Value, json};
use uuid::Uuid;

use bed::{Ask, Bed, PASSWORD, get, parsed, post, sign_in};

/// A thread that nobody has.
const NOBODY: &str = "00000000000000000000000000000000";

/// Every route that needs somebody signed in.
fn routes(thread: &str) -> Vec<Ask> {
    let of = |rest: &str| format!("/v1/desk/conversations/{thread}{rest}");
    let words = || json!({"request": Uuid::new_v4(), "text": "hello"});
    let plain = || json!({"request": Uuid::new_v4()});
    let to = json!({"request": Uuid::new_v4(), "queue": "money"});
    vec![
        get("/v1/desk/session"),
        get("/v1/desk/list"),
        get("/v1/desk/search?q=lin"),
        get("/v1/desk/changes"),
        get(&of("")),
        get(&of("/history")),
        post(&of("/answer"), &words()),
        post(&of("/note"), &words()),
        post(&of("/take"), &plain()),
        post(&of("/give-back"), &plain()),
        post(&of("/close"), &plain()),
        post(&of("/transfer"), &to),
    ]
}

#[tokio::test]
async fn nobody_reads_or_does_anything_without_signing_in() {
    let bed = Bed::start();
    let thread = bed.hand_over("visitor:1").await;
    for ask in routes(&thread) {
        let answer = bed.ask(&ask).await;
        assert_eq!(answer.error(), (401, "signed_out"), "{ask:?}");
        assert_eq!(answer.body, json!({"error": "signed_out"}), "{ask:?}");
        let forged = ask.clone().with("cookie", "signalbox_desk=bGlu.AAAA.AAAA");
        let answer = bed.ask(&forged).await;
        assert_eq!(answer.error(), (401, "signed_out"), "{forged:?}");
    }
}

#[tokio::test]
async fn the_right_password_opens_the_desk_and_a_wrong_one_says_not_what_was_wrong() {
    let bed = Bed::start();
    let wrong = bed.ask(&sign_in("lin", "incorrect horse")).await;
    let nobody = bed.ask(&sign_in("nobody", PASSWORD)).await;
    assert_eq!(wrong.error(), (401, "wrong_password"));
    assert_eq!(wrong.body, nobody.body);
    assert!(wrong.cookies().is_empty() && nobody.cookies().is_empty());
    let answer = bed.ask(&sign_in("lin", PASSWORD)).await;
    assert_eq!(
        answer.body,
        json!({"agent": {"id": "lin", "name": "Lin"}}),
        "{}",
        answer.status
    );
    let cookies = answer.kept();
    let who = bed
        .ask(&get("/v1/desk/session").with("cookie", &cookies))
        .await;
    assert_eq!(who.body["agent"]["id"], "lin");
    assert_eq!(who.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_sign_in_ends_with_its_time_and_with_nothing_that_a_client_changes() {
    let bed = Bed::start();
    let cookies = bed.signed_in("lin").await;
    let who = |cookies: &str| {
        let ask = get("/v1/desk/session").with("cookie", cookies);
        let bed = &bed;
        async move { bed.ask(&ask).await.status }
    };
    let (lin, _) = cookies.split_once("; ").unwrap();
    let mei = lin.replace("=bGlu.", "=bWVp.");
    assert_ne!(mei, lin);
    assert_eq!(who(&mei).await, 401, "it is of one agent");
    let mut parts: Vec<&str> = lin.split('.').collect();
    parts[1] = "AAAAAP____8";
    assert_eq!(who(&parts.join(".")).await, 401, "its end is signed");
    let (_, browser) = cookies.split_once("; ").unwrap();
    let as_session = browser.replace("signalbox_desk_browser=", "signalbox_desk=");
    assert_eq!(
        who(&as_session).await,
        401,
        "that an agent was here once lets nobody in"
    );
    bed.pass_seconds(12 * 3_600 - 1);
    assert_eq!(who(lin).await, 200);
    bed.pass_seconds(1);
    assert_eq!(who(lin).await, 401);
}

#[tokio::test]
async fn signing_out_makes_the_browser_forget() {
    let bed = Bed::start();
    let mut ask = get("/v1/desk/session");
    ask.method = "DELETE";
    let answer = bed.ask(&ask).await;
    assert_eq!(answer.status, 204);
    let cookies = answer.cookies();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].starts_with("signalbox_desk=; ") && cookies[0].contains("Max-Age=0"));
    let answer = bed.ask(&ask.without("x-signalbox-desk")).await;
    assert_eq!(answer.error(), (403, "foreign"));
}

#[tokio::test]
async fn no_script_and_no_other_site_has_the_cookies() {
    let bed = Bed::start();
    for (name, value, is_secure) in [
        ("x-plain", "", false),
        ("x-forwarded-proto", "https", true),
        ("x-forwarded-proto", "https, http", true),
        ("x-forwarded-proto", "http, https", false),
        ("origin", "https://desk.example", true),
    ] {
        let answer = bed.ask(&sign_in("lin", PASSWORD).with(name, value)).await;
        let cookies = answer.cookies();
        assert_eq!(cookies.len(), 2, "{name}: {value}");
        for cookie in cookies {
            assert!(
                cookie.contains("; HttpOnly; SameSite=Strict") && cookie.contains("; Path=/;"),
                "{cookie}"
            );
            assert!(!cookie.contains("Domain"), "{cookie}");
            assert_eq!(cookie.ends_with("; Secure"), is_secure, "{name}: {value}");
        }
    }
}

#[tokio::test]
async fn only_the_desks_own_page_changes_anything() {
    let bed = Bed::start();
    let thread = bed.hand_over("visitor:1").await;
    let cookies = bed.signed_in("lin").await;
    let asks = routes(&thread)
        .into_iter()
        .chain([sign_in("lin", PASSWORD)]);
    for ask in asks.filter(|ask| ask.method == "POST") {
        let ask = ask.with("cookie", &cookies);
        for foreign in [
            ask.clone().without("x-signalbox-desk"),
            ask.clone().with("sec-fetch-site", "cross-site"),
            ask.clone().with("sec-fetch-site", "same-site"),
        ] {
            let answer = bed.ask(&foreign).await;
            assert_eq!(answer.error(), (403, "foreign"), "{foreign:?}");
        }
    }
    let desk = bed.router.desk().await.unwrap();
    assert!(desk.cases.iter().all(|case| case.held.is_none()));
    let own = get("/v1/desk/list")
        .with("cookie", &cookies)
        .with("sec-fetch-site", "same-origin");
    assert_eq!(bed.ask(&own).await.status, 200);
}

#[tokio::test]
async fn whoever_guesses_has_to_wait_and_locks_out_nobody_who_was_here_before() {
    let bed = Bed::start();
    let known = bed.signed_in("lin").await;
    let proxied = |number: u32, password: &str| {
        let forwarded = format!("198.51.100.{}", number % 256);
        sign_in("lin", password)
            .from("10.0.0.1:80")
            .with("x-forwarded-for", &forwarded)
    };
    for _ in 0..10 {
        let answer = bed.ask(&proxied(1, "guess guess")).await;
        assert_eq!(answer.error(), (401, "wrong_password"));
    }
    let answer = bed.ask(&proxied(1, PASSWORD)).await;
    assert_eq!(answer.error(), (429, "too_fast"));
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.body["seconds"].as_u64().is_some_and(|it| it <= 11));
    let elsewhere = bed.ask(&proxied(2, PASSWORD)).await;
    assert_eq!(elsewhere.status, 200, "behind the proxy each is one");
    for number in 3..24 {
        bed.ask(&proxied(number, "guess guess")).await;
    }
    assert_eq!(
        bed.ask(&proxied(99, PASSWORD)).await.error(),
        (429, "too_fast"),
        "many addresses are no way around"
    );
    let here_before = bed.ask(&proxied(1, PASSWORD).with("cookie", &known)).await;
    assert_eq!(here_before.status, 200, "{}", here_before.body);
    let forged = sign_in("lin", PASSWORD).with("x-forwarded-for", "198.51.100.77");
    assert_eq!(
        bed.ask(&forged).await.error(),
        (429, "too_fast"),
        "who is no proxy of ours is taken for nobody else"
    );
    assert_eq!(bed.ask(&sign_in("mei", PASSWORD)).await.status, 200);
}

#[tokio::test]
async fn the_agent_of_the_first_start_signs_in_on_this_machine_only() {
    let bed = Bed::with("webchat: {sites: {shop: {}}}");
    let password = std::fs::read_to_string(bed.data.path().join("desk-password")).unwrap();
    let ask = sign_in("agent", password.trim());
    assert_eq!(bed.ask(&ask).await.error(), (403, "loopback_only"));
    let here = ask.from("127.0.0.1:4711");
    for name in ["x-forwarded-for", "forwarded"] {
        let passed_on = here.clone().with(name, "127.0.0.1");
        let answer = bed.ask(&passed_on).await;
        assert_eq!(answer.error(), (403, "loopback_only"), "{name}");
    }
    assert_eq!(bed.ask(&here).await.status, 200);
}

#[tokio::test]
async fn what_is_too_large_or_does_not_fit_is_refused() {
    let bed = Bed::start();
    let thread = bed.hand_over("visitor:1").await;
    let cookies = bed.signed_in("lin").await;
    let at = |rest: &str, body: &Value| {
        post(&format!("/v1/desk/conversations/{thread}/{rest}"), body).with("cookie", &cookies)
    };
    let request = Uuid::new_v4();
    let long = "x".repeat(70_000);
    for (ask, status) in [
        (
            at("answer", &json!({"request": request, "text": long})),
            413,
        ),
        (sign_in("lin", &long), 413),
        (sign_in("lin", &"x".repeat(300)), 401),
        (
            at(
                "answer",
                &json!({"request": request, "text": "x".repeat(20_000)}),
            ),
            422,
        ),
        (at("answer", &json!({"request": request, "text": " "})), 422),
        (
            at(
                "note",
                &json!({"request": request, "text": "x".repeat(2_001)}),
            ),
            422,
        ),
        (at("answer", &json!({"request": "1", "text": "x"})), 422),
        (
            at(
                "answer",
                &json!({"request": request, "text": "x", "more": 1}),
            ),
            422,
        ),
        (
            at("transfer", &json!({"request": request, "queue": "nowhere"})),
            422,
        ),
        (
            get(&format!("/v1/desk/search?q={}", "x".repeat(201))).with("cookie", &cookies),
            422,
        ),
    ] {
        let shown = format!("{} {:.80}", ask.path, ask.body);
        assert_eq!(bed.ask(&ask).await.status, status, "{shown}");
    }
}

#[tokio::test]
async fn a_conversation_that_nobody_has_is_unknown() {
    let bed = Bed::start();
    bed.hand_over("visitor:1").await;
    let cookies = bed.signed_in("lin").await;
    for thread in ["x", "..", &NOBODY[1..], &NOBODY.replace('0', "+")] {
        for ask in routes(thread).into_iter().skip(4) {
            let answer = bed.ask(&ask.with("cookie", &cookies)).await;
            assert_eq!(answer.status, 404, "{thread}");
        }
    }
    for ask in routes(NOBODY).into_iter().skip(4) {
        let answer = bed.ask(&ask.clone().with("cookie", &cookies)).await;
        let expected = match ask.path.rsplit('/').next() {
            Some("history") => 200,
            Some("take" | "give-back" | "close" | "transfer") => 409,
            _ => 404,
        };
        assert_eq!(answer.status, expected, "{}: {}", ask.path, answer.body);
    }
}

#[tokio::test]
async fn an_answer_stands_in_the_history_under_the_name_that_was_told_and_once() {
    let bed = Bed::start();
    let thread = bed.hand_over("visitor:1").await;
    let cookies = bed.signed_in("lin").await;
    let at = |rest: &str| format!("/v1/desk/conversations/{thread}/{rest}");
    let act = |rest: &str, body: Value| {
        let ask = post(&at(rest), &body).with("cookie", &cookies);
        let bed = &bed;
        async move { bed.ask(&ask).await }
    };
    let words = json!({"request": Uuid::new_v4(), "text": "hello"});
    let early = act("answer", words.clone()).await;
    assert_eq!(
        early.error(),
        (409, "not_yours"),
        "it has to be taken first"
    );
    let taken = act("take", json!({"request": Uuid::new_v4()})).await;
    assert_eq!(taken.body, json!({"done": true}));
    let words = json!({"request": Uuid::new_v4(), "text": "hello"});
    let mut names = Vec::new();
    // The desk tells the customer's side that it was taken; until then the answer is nobody's to give.
    loop {
        let said = act("answer", words.clone()).await;
        if said.status == 200 {
            names.push(said.body["message"].clone());
        } else {
            assert_eq!(said.status, 202, "{}", said.body);
        }
        if names.len() == 3 {
            break;
        }
    }
    assert!(names[0].is_string() && names.iter().all(|name| *name == names[0]));
    let history = bed.ask(&get(&at("history")).with("cookie", &cookies)).await;
    let entries = history.body["entries"].as_array().unwrap().clone();
    let said: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["from"] == "agent")
        .collect();
    assert_eq!(said.len(), 1, "{entries:?}");
    assert_eq!(said[0]["id"], names[0]);
    let other = act(
        "answer",
        json!({"request": words["request"], "text": "other"}),
    )
    .await;
    assert_eq!(other.error(), (422, "unfit"), "one name is one text");
    let file = bed
        .ask(&get(at("").trim_end_matches('/')).with("cookie", &cookies))
        .await;
    assert_eq!(
        file.body["why"]["rules"],
        json!([{"rule": "shop.asked_for", "did": [
            {"do": "hand_over", "queue": "people"}, {"do": "priority", "priority": "high"},
        ]}])
    );
}

#[tokio::test]
async fn a_customer_is_found_by_address_on_any_account() {
    let bed = Bed::start();
    let thread = bed.say("user:u-77", "hello").await.to_string();
    let cookies = bed.signed_in("lin").await;
    for (text, is_found) in [
        ("u-77", true),
        ("user:u-77", true),
        ("shop/user:u-77", true),
        ("webchat:shop%2Fu-77", true),
        ("other/u-77", false),
        ("u-7", false),
    ] {
        let ask = get(&format!("/v1/desk/search?q={text}")).with("cookie", &cookies);
        let found = bed.ask(&ask).await.body["found"].clone();
        let threads: Vec<&str> = found
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["thread"].as_str())
            .collect();
        let expected: &[&str] = if is_found { &[&thread] } else { &[] };
        assert_eq!(threads, expected, "{text}");
    }
}

#[test]
fn a_hash_that_no_password_matches_is_refused_before_anything_starts() {
    let config = "desk: {agents: {lin: {password: '${HASH}'}}}\nwebchat: {sites: {shop: {}}}";
    let bcrypt = "$2b$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q";
    let scrypt =
        "$scrypt$ln=16,r=8,p=1$c2lnbmFsYm94ZGVzaw$WYg2LlTNhQRnBBuvYhgSsJvnU0pMdNVhmVlGqT9vqv0";
    for hash in [bcrypt, scrypt, "plain password"] {
        let error = parsed(config, hash).err().unwrap().to_string();
        assert!(
            error.contains("desk.agents.lin.password") && error.contains("signalbox desk password"),
            "{error}"
        );
        assert!(!error.contains(hash), "it may be a password: {error}");
    }
}
