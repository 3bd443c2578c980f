//! Finds the JSON path of a place in a text.
//!
//! The decoder names a line and a column. Decoding again with a crate that tracks the path would compile every type's
//! decoder a second time; walking the text costs nothing until there is an error.

/// The path of the value at a line and a column, both from 1, as the decoder counts them: `$.clients[3].clientName`.
pub(crate) fn at(text: &[u8], line: usize, column: usize) -> String {
    let line_start = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let end = (line_start + column).min(text.len());
    let mut walk = Walk::default();
    let mut rest = &text[..end];
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' => walk.string(after),
            _ => {
                // The last byte may be the one after the value: it must not move the path on.
                if !after.is_empty() || !matches!(byte, b',' | b'}' | b']') {
                    walk.punctuation(byte);
                }
                after
            }
        };
    }
    walk.path()
}

/// The containers that are open at a place.
#[derive(Default)]
struct Walk {
    open: Vec<Step>,
}

enum Step {
    /// In an object: the name of the current member, and whether its value has begun.
    Member { name: Vec<u8>, in_value: bool },
    /// In an array: the index of the current item.
    Item(usize),
}

impl Walk {
    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'{' => self.open.push(Step::Member {
                name: Vec::new(),
                in_value: false,
            }),
            b'[' => self.open.push(Step::Item(0)),
            b'}' | b']' => drop(self.open.pop()),
            b':' => {
                if let Some(Step::Member { in_value, .. }) = self.open.last_mut() {
                    *in_value = true;
                }
            }
            b',' => match self.open.last_mut() {
                Some(Step::Member { in_value, .. }) => *in_value = false,
                Some(Step::Item(index)) => *index += 1,
                None => {}
            },
            _ => {}
        }
    }

    /// Reads a string, of which the opening quote was read; returns what follows it.
    fn string<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let mut escaped = false;
        let end = text.iter().position(|byte| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        let (content, rest) = end.map_or((text, &[][..]), |end| (&text[..end], &text[end + 1..]));
        if let Some(Step::Member {
            name,
            in_value: false,
        }) = self.open.last_mut()
        {
            *name = content.to_vec();
        }
        rest
    }

    fn path(&self) -> String {
        let mut path = String::from("$");
        for step in &self.open {
            match step {
                Step::Member { name, .. } if name.is_empty() => {}
                Step::Member { name, .. } => {
                    path.push('.');
                    path.push_str(&String::from_utf8_lossy(name));
                }
                Step::Item(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}
