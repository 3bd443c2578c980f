//! Text that was right before it was changed in some places.

use proptest::prelude::*;
use proptest::sample::Index;

/// What a parser has to make up its mind about.
const TOKENS: [&[u8]; 26] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"'",
    b":",
    b",",
    b"=",
    b"\\",
    b"\n",
    b"\r\n",
    b"#",
    b"\0",
    b"-",
    b"null",
    b"1e999",
    b"0x",
    b"99999999999999999999",
    b"\\ud800",
    b"\\u0000",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\"\"\"",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":",
];

#[derive(Debug, Clone)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    /// Copies a part to another place, again and again.
    Copy {
        from: Index,
        length: usize,
        to: Index,
        times: usize,
    },
    Truncate(Index),
}

/// The seed, changed in up to eight places; sometimes in none.
pub fn mutated(seed: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(mutation(), 0..8).prop_map(move |mutations| {
        let mut text = seed.clone();
        for mutation in mutations {
            mutation.apply(&mut text);
        }
        text
    })
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<Index>;
    let length = || prop_oneof![1..8_usize, 1..200_usize];
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (place(), prop::sample::select(&TOKENS[..]))
            .prop_map(|(at, token)| Mutation::Insert(at, token.to_vec())),
        (place(), prop::collection::vec(any::<u8>(), 1..8))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (place(), length()).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (place(), length(), place(), 1..200_usize).prop_map(|(from, length, to, times)| {
            Mutation::Copy {
                from,
                length,
                to,
                times,
            }
        }),
        place().prop_map(Mutation::Truncate),
    ]
}

impl Mutation {
    fn apply(self, text: &mut Vec<u8>) {
        // The end is a place, too.
        let place = |index: Index| index.index(text.len() + 1);
        let end = |start: usize, length: usize| (start + length).min(text.len());
        match self {
            Self::Replace(at, byte) => {
                let at = place(at);
                text.splice(at..end(at, 1), [byte]);
            }
            Self::Insert(at, bytes) => {
                let at = place(at);
                text.splice(at..at, bytes);
            }
            Self::Remove(at, length) => {
                let at = place(at);
                text.drain(at..end(at, length));
            }
            Self::Copy {
                from,
                length,
                to,
                times,
            } => {
                let (from, to) = (place(from), place(to));
                let part = text[from..end(from, length)].repeat(times);
                text.splice(to..to, part);
            }
            Self::Truncate(at) => text.truncate(place(at)),
        }
    }
}
