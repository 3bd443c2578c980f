//! An answer that nobody asked for, on a connection that is kept.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use authlete::{Authlete, Config};
use tokio::runtime::Builder;

use super::caller::Call;
use super::server::{GENUINE, well};

const FORGED: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-length: 34\r\n\r\n{\"action\":\"OK\",\"subject\":\"forged\"}";

/// A server in a thread of its own, which goes on while the runtime of the caller stands still.
struct Server {
    url: String,
    /// Makes it send another answer on the connection on which it answered last.
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
                thread::spawn(move || answer_well(stream, &answered));
            }
        });
        thread::spawn(move || {
            while late.recv().is_ok() {
                let mut last: TcpStream = connections.try_iter().last().unwrap();
                // The other side may have closed it.
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

    fn answer_late(&self) {
        self.send_late.send(()).unwrap();
        self.is_late.recv().unwrap();
        // Loopback has delivered it by then.
        thread::sleep(Duration::from_millis(20));
    }
}

fn answer_well(mut stream: TcpStream, answered: &Sender<TcpStream>) {
    // A request of these tests comes in one piece.
    while stream.read(&mut [0; 8192]).is_ok_and(|length| length > 0) {
        answered.send(stream.try_clone().unwrap()).unwrap();
        stream.write_all(&well()).unwrap();
    }
}

/// The runtime of the caller has not looked at the connection since the answer came.
#[test]
fn a_late_answer_on_an_idle_connection_is_not_taken_for_the_next_one() {
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
                server.answer_late();
            }
        });
    }
}

/// Nor where calls are made by a task of the runtime.
#[test]
fn a_late_answer_is_not_taken_for_the_next_one_of_a_spawned_task() {
    let server = Server::start();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
        let calls = tokio::spawn(async move {
            for call in [Call::Read, Call::Change, Call::Read, Call::Change] {
                let subject = call.make(&api).await.unwrap();
                assert_eq!(subject.as_deref(), Some(GENUINE));
                server.answer_late();
            }
        });
        calls.await.unwrap();
    });
}
