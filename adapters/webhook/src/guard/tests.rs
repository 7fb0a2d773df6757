use super::*;

#[test]
fn only_public_addresses_are_reached_unless_a_network_is_named() {
    let nothing = Allowed::default();
    for public in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.1.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ] {
        assert!(nothing.permits(public.parse().unwrap()), "{public}");
    }
    for inside in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!nothing.permits(inside.parse().unwrap()), "{inside}");
    }
}

#[test]
fn a_named_network_is_reached_and_nothing_beside_it() {
    let allowed = Allowed::parse(["10.1.0.0/16", "::1", "127.0.0.1"]).unwrap();
    for (address, is_permitted) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("10.2.0.1", false),
        ("::1", true),
        ("127.0.0.1", true),
        ("127.0.0.2", false),
        ("fd00::1", false),
    ] {
        assert_eq!(
            allowed.permits(address.parse().unwrap()),
            is_permitted,
            "{address}"
        );
    }
    for text in ["", "10.0.0.0/33", "intranet", "10.0.0.1:80"] {
        assert_eq!(Allowed::parse([text]).err(), Some(NetworkError), "{text}");
    }
}
