//! An unsolicited response on an idle connection.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use authlete::{Authlete, Config};
use tokio::runtime::Builder;

use super::caller::Call;
use super::server::{GENUINE, valid_response};

const FORGED: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-length: 34\r\n\r\n{\"action\":\"OK\",\"subject\":\"forged\"}";

/// A server in a separate thread, which runs while the runtime of the caller is blocked.
struct Server {
    url: String,
    /// Makes the server send another response on the most recently used connection.
    send_late: Sender<()>,
    is_late: Receiver<()>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (send_late, late) = channel();
        let (done, is_late) = channel();
        let (answered, connections) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answered = answered.clone();
                thread::spawn(move || serve_connection(stream, &answered));
            }
        });
        thread::spawn(move || {
            while late.recv().is_ok() {
                let mut last: TcpStream = connections.try_iter().last().unwrap();
                // The client may have closed it.
                let _ = last.write_all(FORGED);
                done.send(()).unwrap();
            }
        });
        Self {
            url,
            send_late,
            is_late,
        }
    }

    fn send_late_response(&self) {
        self.send_late.send(()).unwrap();
        self.is_late.recv().unwrap();
        // Enough time for loopback to deliver the response.
        thread::sleep(Duration::from_millis(20));
    }
}

fn serve_connection(mut stream: TcpStream, answered: &Sender<TcpStream>) {
    // Each request of these tests arrives in one read.
    while stream.read(&mut [0; 8192]).is_ok_and(|length| length > 0) {
        answered.send(stream.try_clone().unwrap()).unwrap();
        stream.write_all(&valid_response()).unwrap();
    }
}

/// The caller's runtime has not polled the connection since the response arrived.
#[test]
fn late_response_on_an_idle_connection_is_not_used_for_the_next_call() {
    let mut current_thread = Builder::new_current_thread();
    let mut multi_thread = Builder::new_multi_thread();
    multi_thread.worker_threads(1);
    for builder in [&mut current_thread, &mut multi_thread] {
        let server = Server::start();
        let runtime = builder.enable_all().build().unwrap();
        runtime.block_on(async {
            let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
            for call in [Call::Read, Call::Change, Call::Read, Call::Change] {
                let subject = call.make(&api).await.unwrap();
                assert_eq!(subject.as_deref(), Some(GENUINE));
                server.send_late_response();
            }
        });
    }
}

/// The same for calls from a spawned task.
#[test]
fn late_response_is_not_used_for_the_next_call_of_a_spawned_task() {
    let server = Server::start();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
        let calls = tokio::spawn(async move {
            for call in [Call::Read, Call::Change, Call::Read, Call::Change] {
                let subject = call.make(&api).await.unwrap();
                assert_eq!(subject.as_deref(), Some(GENUINE));
                server.send_late_response();
            }
        });
        calls.await.unwrap();
    });
}
