//! What is said on the terminal. A reader that has gone away, as in `headwater dev | head`, ends no server.

use std::fmt::Arguments;
use std::io::Write;

/// Writes a line to standard output.
macro_rules! say {
    ($($argument:tt)*) => { $crate::terminal::line(&mut ::std::io::stdout(), format_args!($($argument)*)) };
}

/// Writes a line to standard error, for people only.
macro_rules! remark {
    ($($argument:tt)*) => { $crate::terminal::line(&mut ::std::io::stderr(), format_args!($($argument)*)) };
}

pub(crate) use {remark, say};

/// An error and its causes. What a cause repeats of the words before it is left out: libraries that are asked for their
/// message often add that of their own cause.
pub(crate) fn explain(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| {
        if said.is_empty() {
            cause
        } else if said.contains(&cause) {
            said
        } else {
            format!("{said}: {cause}")
        }
    })
}

/// Writes a line in one piece, if anybody still reads.
pub(crate) fn line(to: &mut impl Write, text: Arguments<'_>) {
    drop(to.write_all(format!("{text}\n").as_bytes()));
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_is_said_twice() {
        let cause = anyhow::anyhow!("file is not a database").context("driver: file is not a database");
        assert_eq!(explain(&cause.context("open it")), "open it: driver: file is not a database");
    }

    #[test]
    fn lines_are_written_whole_and_a_lost_reader_is_no_failure() {
        let mut written = Vec::new();
        line(&mut written, format_args!("{} and {}", 1, 2));
        assert_eq!(written, b"1 and 2\n");
        line(&mut Gone, format_args!("unheard"));
    }
}
