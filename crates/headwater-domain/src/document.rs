//! JSON documents from outside: measured before anything is built from them.
//!
//! A parsed document takes many times the memory of its text: `[{"a":1},…]` some eighty times. Therefore its text is
//! read through once, without building anything, and what is too deep, has too many values or would take too much
//! memory is refused before the parser sees it.

use serde_json::Value;

#[cfg(test)]
mod tests;

/// How deep and how large a document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most objects and arrays inside each other.
    pub depth: usize,
    /// The most values: members of objects, elements of arrays, and the document itself.
    pub values: usize,
    /// The most memory that the parsed document may take, as [`Size::memory`] estimates it, in bytes.
    pub memory: usize,
}

/// What a document measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The most objects and arrays inside each other.
    pub depth: usize,
    /// How many values it has.
    pub values: usize,
    /// How much memory the parsed document takes, estimated from above, in bytes.
    pub memory: usize,
}

/// A document that exceeds a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// Too many objects and arrays inside each other.
    #[error("is nested too deeply: at most {0} objects and arrays inside each other are read")]
    Depth(usize),
    /// Too many values.
    #[error("has too many values: at most {0} members and elements are read at once")]
    Values(usize),
    /// Too much memory.
    #[error("is too large: parsed, it would take more than {0} bytes of memory")]
    Memory(usize),
}

/// A document that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It exceeds a bound.
    #[error("it {0}")]
    Exceeded(#[from] Exceeded),
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
}

/// What the parts of a parsed document take in memory, in bytes. Measured on `serde_json` with ordered maps and on the
/// messages that documents become, whichever is more, with room for vectors that grow by doubling.
pub mod cost {
    /// A value in a list.
    pub const ELEMENT: usize = 150;
    /// A member of an object, with its share of the table, without the text of its name.
    pub const MEMBER: usize = 280;
    /// An array that is not empty.
    pub const ARRAY: usize = 250;
    /// An object that is not empty.
    pub const OBJECT: usize = 650;
    /// A text, besides its bytes.
    pub const TEXT: usize = 24;
}

/// Reads a document after it was measured.
pub fn read(text: &[u8], bounds: &Bounds) -> Result<Value, DocumentError> {
    measure(text, bounds)?;
    Ok(serde_json::from_slice(text)?)
}

/// Measures a document in one pass over its text. Says nothing about whether it is JSON: of a text that is not, the
/// parser reads no more than was counted here.
pub fn measure(text: &[u8], bounds: &Bounds) -> Result<Size, Exceeded> {
    let mut scan = Scan { size: Size { values: 1, memory: cost::ELEMENT, depth: 0 }, open: Vec::new() };
    let mut place = 0;
    while let Some(&byte) = text.get(place) {
        place += 1;
        match byte {
            b'"' => {
                let length = text_length(&text[place..]);
                scan.before_value();
                scan.size.memory += cost::TEXT + length;
                place += length + 1;
            }
            b'{' | b'[' => scan.begin(byte == b'{', bounds)?,
            b'}' | b']' => drop(scan.open.pop()),
            b',' => scan.next(),
            b' ' | b'\t' | b'\r' | b'\n' | b':' => {}
            _ => scan.before_value(),
        }
        if scan.size.values > bounds.values {
            return Err(Exceeded::Values(bounds.values));
        }
        if scan.size.memory > bounds.memory {
            return Err(Exceeded::Memory(bounds.memory));
        }
    }
    Ok(scan.size)
}

/// Length of a text up to the quotation mark that ends it.
fn text_length(rest: &[u8]) -> usize {
    let mut place = 0;
    while let Some(&byte) = rest.get(place) {
        match byte {
            b'"' => return place,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    rest.len()
}

struct Scan {
    size: Size,
    open: Vec<Container>,
}

struct Container {
    object: bool,
    empty: bool,
}

impl Scan {
    fn begin(&mut self, object: bool, bounds: &Bounds) -> Result<(), Exceeded> {
        self.before_value();
        if self.open.len() >= bounds.depth {
            return Err(Exceeded::Depth(bounds.depth));
        }
        self.open.push(Container { object, empty: true });
        self.size.depth = self.size.depth.max(self.open.len());
        Ok(())
    }

    /// Something stands in the innermost container, which is therefore not empty.
    fn before_value(&mut self) {
        if let Some(container) = self.open.last_mut().filter(|it| it.empty) {
            container.empty = false;
            self.size.values += 1;
            self.size.memory +=
                if container.object { cost::OBJECT + cost::MEMBER } else { cost::ARRAY + cost::ELEMENT };
        }
    }

    fn next(&mut self) {
        self.size.values += 1;
        let member = self.open.last().is_some_and(|it| it.object);
        self.size.memory += if member { cost::MEMBER } else { cost::ELEMENT };
    }
}
