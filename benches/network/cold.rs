//! A new process, from start to its first response.

use std::cell::Cell;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use tokio::task::yield_now;

use super::client::{KINDS, Kind};
use super::relay::Relay;
use super::{median, millis, server};

const PROCESSES: usize = 9;

pub fn compare(target: SocketAddr, authority: &str) {
    let relay = Relay::start(target, None);
    println!(
        "\n| | CPU | wall | longest stall of the runtime | CPU time of the stall |\n|---|---|---|---|---|"
    );
    for kind in KINDS {
        let run = |mode: &str| {
            let runs = (0..PROCESSES).map(|_| numbers(mode, kind, &relay.url(), authority));
            runs.collect::<Vec<_>>()
        };
        let (runs, stalls) = (run("run"), run("stall"));
        println!(
            "| {} | {:.1} ms | {:.0} ms | {:.1} ms | {:.1} ms |",
            kind.name(),
            median(runs.iter().map(|run| run[0])),
            median(runs.iter().map(|run| run[1])),
            median(stalls.iter().map(|run| run[2])),
            median(stalls.iter().map(|run| run[3])),
        );
    }
}

/// The numbers that a child process prints.
fn numbers(mode: &str, kind: Kind, url: &str, authority: &str) -> Vec<f64> {
    let program = std::env::current_exe().expect("the benchmark is a file");
    let mut command = Command::new(program);
    command.args([mode, kind.name(), url, authority]);
    let output = command.output().expect("the benchmark can be started");
    let text = String::from_utf8(output.stdout).expect("it prints text");
    let numbers = text.split_whitespace().map(|number| number.parse());
    let numbers = numbers.collect::<Result<_, _>>();
    numbers.expect("it prints numbers")
}

/// Makes one call, and prints the CPU time of the process, the time until the response, and the longest wall time and CPU
/// time for which the runtime ran no other task. The wall time includes other load of the machine. Watching for stalls
/// itself uses CPU time.
pub fn child(mode: &str, kind: &str, url: &str, authority: &str) {
    let begin = Instant::now();
    server::runtime().block_on(async {
        let client = Kind::from_name(kind).client(url, authority);
        let longest = Cell::new([Duration::ZERO; 2]);
        let watch = async {
            let mut last = (Instant::now(), ThreadTime::now());
            loop {
                yield_now().await;
                let stall = [last.0.elapsed(), last.1.elapsed()];
                last = (Instant::now(), ThreadTime::now());
                longest.set([0, 1].map(|index| stall[index].max(longest.get()[index])));
            }
        };
        let answered = match mode {
            "stall" => tokio::select! {
                answered = client.introspection() => answered,
                () = watch => false,
            },
            _ => client.introspection().await,
        };
        assert!(answered, "the server answers");
        let [wall, cpu] = longest.get().map(millis);
        let total = millis(ProcessTime::now().as_duration());
        println!("{total} {} {wall} {cpu}", millis(begin.elapsed()));
    });
}
