//! The order in which the addresses of a server are tried.

use std::net::{IpAddr, SocketAddr};

/// Sorts addresses so that the HTTP client tries a second host soon after a first one that does not respond.
///
/// The client has two lanes. The first one has the addresses of the family (IPv4 or IPv6) of the first address. The second
/// one has those of the other family, and starts after 300 ms. Within a lane, an address is tried after the previous one
/// has failed, which takes seconds if the host does not respond. So the second lane should start with another host:
///
/// - After an IPv4 address, with the other IPv4 addresses in their IPv6 form (`::ffff:192.0.2.2`). Where the system has no
///   IPv6 this lane fails at once, and the first one continues with all addresses.
/// - After an IPv6 address, with the last of the IPv4 addresses: the first one may be of the same host. Several IPv6
///   addresses alone stay in one lane.
pub(super) fn in_order_of_attempts(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some(first) = addresses.first() else {
        return Vec::new();
    };
    let (preferred, others): (Vec<_>, Vec<_>) = addresses
        .iter()
        .copied()
        .partition(|address| address.is_ipv4() == first.is_ipv4());
    let mapped: Vec<_> = preferred
        .iter()
        .skip(1)
        .filter_map(mapped_to_ipv6)
        .collect();
    let others = others.into_iter().rev();
    preferred.into_iter().chain(mapped).chain(others).collect()
}

fn mapped_to_ipv6(address: &SocketAddr) -> Option<SocketAddr> {
    match address.ip() {
        IpAddr::V4(ip) => Some((ip.to_ipv6_mapped(), address.port()).into()),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(addresses: &[&str]) -> Vec<String> {
        let addresses = addresses
            .iter()
            .map(|ip| (ip.parse::<IpAddr>().unwrap(), 0).into());
        let addresses: Vec<SocketAddr> = addresses.collect();
        let ordered = in_order_of_attempts(&addresses);
        ordered
            .iter()
            .map(|address| address.ip().to_string())
            .collect()
    }

    #[test]
    fn one_address_of_each_family_stays_as_it_is() {
        for addresses in [
            &[][..],
            &["10.0.0.1"],
            &["::1"],
            &["::1", "127.0.0.1"],
            &["127.0.0.1", "::1"],
        ] {
            assert_eq!(order(addresses), addresses);
        }
    }

    #[test]
    fn after_an_ipv4_address_the_second_lane_begins_with_the_next_one() {
        assert_eq!(
            order(&["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
            [
                "10.0.0.1",
                "10.0.0.2",
                "10.0.0.3",
                "::ffff:10.0.0.2",
                "::ffff:10.0.0.3"
            ]
        );
        assert_eq!(
            order(&["10.0.0.1", "2001:db8::1", "10.0.0.2", "2001:db8::2"]),
            [
                "10.0.0.1",
                "10.0.0.2",
                "::ffff:10.0.0.2",
                "2001:db8::2",
                "2001:db8::1"
            ]
        );
    }

    #[test]
    fn after_an_ipv6_address_the_second_lane_begins_with_the_last_ipv4_address() {
        assert_eq!(
            order(&["2001:db8::1", "2001:db8::2", "10.0.0.1", "10.0.0.2"]),
            ["2001:db8::1", "2001:db8::2", "10.0.0.2", "10.0.0.1"]
        );
    }

    #[test]
    fn several_ipv6_addresses_alone_stay_as_they_are() {
        let addresses = ["2001:db8::1", "2001:db8::2"];
        assert_eq!(order(&addresses), addresses);
    }
}
