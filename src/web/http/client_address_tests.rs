use super::forwarded;
use std::net::IpAddr;

const PROXY: &str = "10.0.0.1";

fn client(x_forwarded_for: &[&str], elements: &[&str]) -> String {
    let trusts = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.segments()[0] == 0xfd00,
    };
    forwarded(PROXY.parse().unwrap(), x_forwarded_for, elements, trusts).to_string()
}

#[test]
fn the_chain_is_walked_from_the_right_through_trusted_proxies() {
    let table: &[(&[&str], &str)] = &[
        (&[], PROXY),
        (&["192.0.2.1"], "192.0.2.1"),
        (&["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        (&["192.0.2.1", "10.0.0.2"], "192.0.2.1"),
        (&["192.0.2.1:4711, 10.0.0.2:80"], "192.0.2.1"),
        (&["::ffff:192.0.2.1"], "192.0.2.1"),
        (&["[2001:db8::1]:4711"], "2001:db8::1"),
        (&["[2001:db8::1], fd00::2"], "2001:db8::1"),
        // What the client sent itself is to the left of its own address.
        (&["1.2.3.4, 192.0.2.1"], "192.0.2.1"),
        (&["10.9.9.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        (&["nonsense", "192.0.2.1"], "192.0.2.1"),
        // All trusted: the outermost proxy is the client.
        (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        // A malformed entry ends the walk.
        (&["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
        (&["192.0.2.1, "], PROXY),
        (&["192.0.2.1; 10.0.0.2"], PROXY),
        (&["192.0.2.999"], PROXY),
        (&[""], PROXY),
    ];
    for (headers, expected) in table {
        assert_eq!(client(headers, &[]), *expected, "{headers:?}");
    }
}

#[test]
fn forwarded_is_read_like_x_forwarded_for() {
    let table: &[(&[&str], &str)] = &[
        (&["for=192.0.2.1"], "192.0.2.1"),
        (&["For=\"192.0.2.1:4711\";proto=https;by=10.0.0.1"], "192.0.2.1"),
        (&["proto=http; for=\"[2001:db8::1]:4711\", for=10.0.0.2"], "2001:db8::1"),
        (&["for=1.2.3.4, for=192.0.2.1"], "192.0.2.1"),
        (&["for=_hidden, for=10.0.0.2"], "10.0.0.2"),
        (&["for=192.0.2.1;for=192.0.2.2"], PROXY),
        (&["by=192.0.2.1"], PROXY),
        (&["for=\"192.0.2.1"], PROXY),
    ];
    for (elements, expected) in table {
        assert_eq!(client(&[], elements), *expected, "{elements:?}");
    }
}

#[test]
fn headers_that_disagree_are_not_believed() {
    assert_eq!(client(&["192.0.2.1"], &["for=192.0.2.1"]), "192.0.2.1");
    assert_eq!(client(&["192.0.2.1"], &["for=1.2.3.4"]), PROXY);
    assert_eq!(client(&["1.2.3.4"], &["for=unknown"]), PROXY);
}
