//! Repeats a call with the same random values and signatures.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::mem;

thread_local! {
    /// The run on this thread, if it is one of a `Replay`.
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Runs a call repeatedly: a run gets the results of the previous one from `once`.
#[derive(Default)]
pub struct Replay {
    results: Results,
}

#[derive(Default)]
struct Run {
    earlier: Results,
    results: Results,
}

/// The results of each computation, in order.
type Results = HashMap<Computation, VecDeque<Vec<u8>>>;

#[derive(PartialEq, Eq, Hash)]
struct Computation {
    name: &'static str,
    input: Vec<Box<[u8]>>,
}

impl Replay {
    pub fn run<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let run = Run {
            earlier: mem::take(&mut self.results),
            results: Results::new(),
        };
        let _outer = Outer(RUN.replace(Some(run)));
        let outcome = call();
        self.results = RUN.take().unwrap_or_default().results;
        outcome
    }
}

/// Restores the outer run, also after a panic.
struct Outer(Option<Run>);

impl Drop for Outer {
    fn drop(&mut self) {
        RUN.set(self.0.take());
    }
}

/// The result of a computation that is slow, or that differs each time. Within a `Replay`, it is that of the previous run.
///
/// `input` identifies all that the result depends on. `compute` must not use this function: the next run may skip it.
pub fn once<E>(
    name: &'static str,
    input: &[&[u8]],
    compute: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    if RUN.with_borrow(Option::is_none) {
        return compute();
    }
    let input = input.iter().map(|part| Box::from(*part)).collect();
    let computation = Computation { name, input };
    let earlier = RUN.with_borrow_mut(|run| {
        let results = run.as_mut()?.earlier.get_mut(&computation)?;
        results.pop_front()
    });
    let result = earlier.map_or_else(compute, Ok)?;
    RUN.with_borrow_mut(|run| {
        if let Some(run) = run {
            let results = run.results.entry(computation).or_default();
            results.push_back(result.clone());
        }
    });
    Ok(result)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Computes values that differ each time, and counts.
    #[derive(Default)]
    struct Counter(u8);

    impl Counter {
        fn next(&mut self, input: &[&[u8]]) -> Vec<u8> {
            let compute = || {
                self.0 += 1;
                Ok::<_, Infallible>(vec![self.0])
            };
            once("count", input, compute).unwrap()
        }
    }

    #[test]
    fn second_run_gets_the_results_of_the_first_in_order() {
        let (mut replay, mut counter) = (Replay::default(), Counter::default());
        let first = replay.run(|| {
            [
                counter.next(&[b"a"]),
                counter.next(&[b"b"]),
                counter.next(&[b"a"]),
            ]
        });
        let second = replay.run(|| {
            [
                counter.next(&[b"a"]),
                counter.next(&[b"a"]),
                counter.next(&[b"b"]),
            ]
        });
        assert_eq!(first, [[1], [2], [3]]);
        assert_eq!(second, [[1], [3], [2]]);
        let third = replay.run(|| [counter.next(&[b"a"]), counter.next(&[b"c"])]);
        assert_eq!(third, [[1], [4]]);
        assert_eq!(replay.run(|| counter.next(&[b"c"])), [4]);
    }

    #[test]
    fn other_input_is_computed() {
        let (mut replay, mut counter) = (Replay::default(), Counter::default());
        assert_eq!(replay.run(|| counter.next(&[b"a", b"bc"])), [1]);
        assert_eq!(replay.run(|| counter.next(&[b"ab", b"c"])), [2]);
        assert_eq!(replay.run(|| counter.next(&[b"ab", b"c"])), [2]);
        assert_eq!(
            replay.run(|| [counter.next(&[b"ab", b"c"]), counter.next(&[b"ab", b"c"])]),
            [[2], [3]]
        );
    }

    #[test]
    fn result_outside_of_a_run_is_computed() {
        let (mut replay, mut counter) = (Replay::default(), Counter::default());
        replay.run(|| counter.next(&[]));
        assert_eq!(counter.next(&[]), [2]);
        let panicked = std::panic::catch_unwind(|| Replay::default().run(|| panic!("expected")));
        assert!(panicked.is_err());
        assert!(RUN.with_borrow(Option::is_none));
    }

    #[test]
    fn failed_computation_is_repeated() {
        let mut replay = Replay::default();
        let fails = || once("fails", &[], || Err::<Vec<u8>, _>(()));
        assert_eq!(replay.run(fails), Err(()));
        assert_eq!(
            replay.run(|| once("fails", &[], || Ok::<_, ()>(vec![1]))),
            Ok(vec![1])
        );
    }
}
