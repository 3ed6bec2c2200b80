//! A stream that does not wait for ever.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Fails when no byte went in either direction for `idle`, or when the other side took none of what waits for it for
/// `stall`.
pub(super) struct Patient<S> {
    stream: S,
    quiet: Limit,
    stalled: Limit,
    writing: bool,
}

/// A time limit that starts anew with every byte; a timer is only set again when it has run out.
struct Limit {
    after: Duration,
    since: Instant,
    timer: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, idle: Duration, stall: Duration) -> Self {
        Self {
            stream,
            quiet: Limit::new(idle),
            stalled: Limit::new(stall),
            writing: false,
        }
    }

    fn moved(&mut self, written: &Poll<Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.quiet.restart();
        }
    }

    /// What became of an attempt to write: one that waits starts the clock, one that does not stops it.
    fn wrote<T>(&mut self, outcome: Poll<Result<T>>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if outcome.is_ready() {
            self.writing = false;
            return outcome;
        }
        if !self.writing {
            self.writing = true;
            self.stalled.restart();
        }
        if self.stalled.is_over(context) {
            return Poll::Ready(Err(too_slow()));
        }
        Poll::Pending
    }
}

impl Limit {
    fn new(after: Duration) -> Self {
        Self {
            after,
            since: Instant::now(),
            timer: Box::pin(sleep(after)),
        }
    }

    fn restart(&mut self) {
        self.since = Instant::now();
    }

    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        while self.timer.as_mut().poll(context).is_ready() {
            let end = self.since + self.after;
            if Instant::now() >= end {
                return true;
            }
            self.timer.as_mut().reset(end);
        }
        false
    }
}

fn too_slow() -> Error {
    Error::new(ErrorKind::TimedOut, "the other side was too slow")
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.quiet.restart();
        } else if self.quiet.is_over(context) {
            return Poll::Ready(Err(too_slow()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.moved(&written);
        self.wrote(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.moved(&written);
        self.wrote(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.wrote(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.wrote(shut, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const IDLE: Duration = Duration::from_mins(1);
    const STALL: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn silence_ends_and_a_byte_in_time_does_not() {
        let (ours, mut theirs) = duplex(64);
        let mut patient = Patient::new(ours, IDLE, STALL);
        let start = Instant::now();
        for _ in 0..3 {
            sleep(Duration::from_secs(59)).await;
            theirs.write_all(b"x").await.unwrap();
            assert_eq!(patient.read_u8().await.unwrap(), b'x');
        }
        let error = patient.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 3 * 59 + 60);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_ends() {
        let (ours, mut theirs) = duplex(64);
        let mut patient = Patient::new(ours, IDLE, STALL);
        patient.write_all(&[0; 64]).await.unwrap();
        let taking = async {
            sleep(STALL / 2).await;
            theirs.read_exact(&mut [0; 64]).await.unwrap();
        };
        let (written, ()) = tokio::join!(patient.write_all(&[0; 64]), taking);
        written.unwrap();
        let start = Instant::now();
        let error = patient.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(
            (error.kind(), start.elapsed()),
            (ErrorKind::TimedOut, STALL)
        );
    }
}
