//! Name resolution.

mod lookups;
mod order;

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use lookups::Lookups;
use order::in_order_of_attempts;

use crate::warm_up::WarmUp;

/// Looks up names with the resolver of the platform, as reqwest does by default. It differs in two ways: a lookup never
/// delays the shutdown of the runtime, and the addresses are in an order in which a dead one costs little time.
///
/// A connection begins with a lookup, so this is also where it waits for the warm-up.
pub(crate) struct Resolver {
    lookups: Lookups,
    warm_up: Option<WarmUp>,
}

impl Resolver {
    pub(crate) fn new(warm_up: Option<WarmUp>) -> Self {
        Self {
            lookups: Lookups::new(lookups::resolve_with_platform),
            warm_up,
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.lookups.join(name.as_str());
        let warm_up = self.warm_up.clone();
        Box::pin(async move {
            // The lookup continues meanwhile.
            if let Some(mut warm_up) = warm_up {
                warm_up.ended().await;
            }
            let found: Vec<SocketAddr> = in_order_of_attempts(&lookup?.outcome().await?);
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::{Duration, Instant};

    use socket2::{Domain, SockFilter, Socket, Type};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// An address of this machine.
    const fn host(number: u8) -> Ipv4Addr {
        Ipv4Addr::new(127, 0, 0, number)
    }

    /// Starts a server, and returns its port.
    async fn server(ip: Ipv4Addr, port: u16) -> u16 {
        let listener = TcpListener::bind((ip, port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                if stream.read(&mut [0; 1024]).await.is_ok() {
                    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                    let _ = stream.write_all(answer).await;
                }
            }
        });
        port
    }

    /// Listens on an address without ever responding: the kernel drops all packets.
    fn silent(ip: Ipv4Addr, port: u16) -> Socket {
        const RETURN: u16 = 0x06;
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((ip, port)).into()).unwrap();
        socket
            .attach_filter(&[SockFilter::new(RETURN, 0, 0, 0)])
            .unwrap();
        socket.listen(1).unwrap();
        socket
    }

    /// A client that resolves each name to these addresses.
    fn client(ips: [Ipv4Addr; 2]) -> reqwest::Client {
        let addresses = ips.map(|ip| SocketAddr::new(IpAddr::V4(ip), 0));
        let lookups = Lookups::new(move |_| Ok(addresses.to_vec()));
        reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(20))
            .no_proxy()
            .dns_resolver(Resolver {
                lookups,
                warm_up: None,
            })
            .build()
            .unwrap()
    }

    async fn get(client: &reqwest::Client, port: u16) -> IpAddr {
        let answer = client.get(format!("http://authlete.test:{port}/")).send();
        answer
            .await
            .unwrap()
            .remote_addr()
            .unwrap()
            .ip()
            .to_canonical()
    }

    #[tokio::test]
    async fn second_address_is_tried_at_once_when_the_first_one_does_not_answer() {
        let (first, second) = (host(2), host(3));
        let port = server(second, 0).await;
        let _first = silent(first, port);
        let client = client([first, second]);
        let begin = Instant::now();
        assert_eq!(get(&client, port).await, second);
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "{:?}",
            begin.elapsed()
        );
    }

    #[tokio::test]
    async fn first_address_is_used_when_it_answers_and_the_second_when_the_first_refuses() {
        let (nobody, first, second) = (host(4), host(5), host(6));
        let port = server(first, 0).await;
        server(second, port).await;
        assert_eq!(get(&client([first, second]), port).await, first);
        assert_eq!(get(&client([nobody, second]), port).await, second);
    }

    #[tokio::test]
    async fn connection_waits_for_the_warm_up_and_the_runtime_does_not() {
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let warm_up = WarmUp::begin(move || {
            let _ = finished.recv();
        });
        let resolver = Resolver::new(Some(warm_up));
        let mut resolving = resolver.resolve("localhost".parse().unwrap());
        let soon = tokio::time::timeout(Duration::from_millis(50), &mut resolving);
        assert!(soon.await.is_err());
        drop(finish);
        assert!(resolving.await.is_ok());
    }
}
