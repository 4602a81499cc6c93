//! What the server does with a request.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::net::{SocketAddr, TcpStream};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connection_loop::{elog, log};
use dict_header::Header;
use file_transfer::{Answer, end_in_order, file_name, measure, send_body};
use simple_echo::shown;
use struct_header::Failure;

use super::{Folder, check_filesize, recv_header, send_header, trusted};
use crate::Fault;

/// How long a client that has finished sending may take to show it.
const MOMENT: Duration = Duration::from_millis(200);

/// What all clients share.
pub struct Service {
    /// Where the files are.
    pub folder: Folder,
    /// The longest upload that is accepted, in bytes.
    pub max_upload: usize,
    /// How long a client may be silent; `None` waits for ever.
    pub timeout: Option<Duration>,
    /// What is done wrong.
    pub fault: Option<Fault>,
    /// The client that came last, for [`Fault::CrossedAnswers`].
    pub current: Mutex<Option<TcpStream>>,
}

/// An answer, and the file that follows it, if one does.
type Reply = (Answer, Option<(File, u64)>);

impl Service {
    /// Serves one request. Returns why the connection is over.
    ///
    /// It has the faults of [`recv_header`] and [`Folder`], and
    /// [`Fault::PeerClosed`], [`Fault::PeerReset`], [`Fault::WriteAfterClose`],
    /// [`Fault::HalfClose`], [`Fault::UnreadDataReset`],
    /// [`Fault::PartialWrite`] and [`Fault::CrossedAnswers`].
    pub fn serve(&self, stream: TcpStream, peer: SocketAddr) -> &'static str {
        let outcome = self.converse(stream, peer);
        outcome.unwrap_or_else(|failure| self.lost(peer, &failure))
    }

    /// Takes one request, and answers it.
    fn converse(
        &self,
        mut stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<&'static str, Failure> {
        stream.set_read_timeout(self.timeout)?;
        stream.set_write_timeout(self.timeout)?;
        stream.set_nodelay(true)?;
        if self.fault == Some(Fault::CrossedAnswers) {
            *self.current() = Some(stream.try_clone()?);
        }

        // ANCHOR: peer-closed
        let header = loop {
            match recv_header(&mut stream, self.fault) {
                Ok(Some(header)) => break header,
                // No header yet, it thinks, and looks again. There will never
                // be one.
                Ok(None) if self.fault == Some(Fault::PeerClosed) => {}
                Ok(None) => return Ok("peer-closed"),
                Err(failure) => {
                    return self.refuse(stream, peer, failure, true);
                }
            }
        };
        // ANCHOR_END: peer-closed
        // An upload as in the notes has no action, and its client waits for no
        // answer.
        let wants_answer = !matches!(header.text("action"), Ok(None));

        match self.handle(&mut stream, peer, &header) {
            Ok(reply) if wants_answer => self.answer(&mut stream, reply)?,
            Ok(_) => {}
            Err(failure) => {
                return self.refuse(stream, peer, failure, wants_answer);
            }
        }
        Ok(self.leave(stream)?)
    }

    /// Does what a client asks for.
    fn handle(
        &self,
        stream: &mut TcpStream,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        match trusted(header.text("action"), self.fault)? {
            None | Some("put") => self.put(stream, peer, header),
            Some("get") => self.get(peer, header),
            Some("list") => {
                log!("client {peer} list");
                Ok((Answer::Files(self.folder.list()?), None))
            }
            Some(other) => {
                log!("client {peer} {}", shown(other));
                Err(Failure::new(
                    "unknown-action",
                    "the actions are put, get and list",
                ))
            }
        }
    }

    /// Receives a file and keeps it.
    fn put(
        &self,
        stream: &mut TcpStream,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        let name = trusted(file_name(header), self.fault)?;
        let size = trusted(header.size(&["filesize"]), self.fault)?;
        log!("client {peer} put {}, {size} bytes", shown(name));
        let size = check_filesize(header, self.max_upload, self.fault)?;
        self.folder.check_free(name)?;

        let kept = self.folder.recv(stream, header, name, size);
        kept.map_err(|failure| self.interrupted(failure))?;
        Ok((Answer::Kept, None))
    }

    /// Finds the file that is asked for.
    fn get(&self, peer: SocketAddr, header: &Header) -> Result<Reply, Failure> {
        let name = trusted(file_name(header), self.fault)?;
        log!("client {peer} get {}", shown(name));

        let mut file = self.folder.read(name)?;
        let (filesize, md5) = measure(&mut file, || Ok(()))?;
        file.rewind()?;
        let answer = Answer::File { filename: name.to_owned(), filesize, md5 };
        Ok((answer, Some((file, filesize))))
    }

    /// Tells a client why it does not get what it wants.
    fn refuse(
        &self,
        mut stream: TcpStream,
        peer: SocketAddr,
        failure: Failure,
        wants_answer: bool,
    ) -> Result<&'static str, Failure> {
        let lost = [Fault::SilentPeer, Fault::PeerReset].map(Some);
        if lost.contains(&Fault::named(failure.id.as_str())) {
            return Err(failure);
        }
        elog!("client {peer}: {failure}");
        let refusal = Answer::from(&failure);
        // It may have gone by itself meanwhile. What counts is why it was
        // refused.
        if !wants_answer || self.answer(&mut stream, (refusal, None)).is_ok() {
            let _ = self.leave(stream);
        }
        Ok(failure.id.as_str())
    }

    /// Sends an answer, and the file after it.
    fn answer(
        &self,
        stream: &mut TcpStream,
        (answer, file): Reply,
    ) -> Result<(), Failure> {
        // ANCHOR: half-close
        if self.fault == Some(Fault::HalfClose) && has_finished(stream) {
            // The client has finished sending. That it does not listen either
            // is a guess.
            return Ok(());
        }
        // ANCHOR_END: half-close
        // ANCHOR: crossed-answers
        let mut current = None;
        if self.fault == Some(Fault::CrossedAnswers) {
            // One variable for all: by now another client may stand in it.
            current = self.current().take();
        }
        let stream = current.as_mut().unwrap_or(stream);
        // ANCHOR_END: crossed-answers
        send_header(stream, &answer, self.fault)?;
        match file {
            Some((file, size)) if self.fault == Some(Fault::PartialWrite) => {
                Ok(send_in_one_write(file, stream, size)?)
            }
            Some((mut file, size)) => {
                Ok(send_body(&mut file, stream, size, |_| ())??)
            }
            None => Ok(()),
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<TcpStream>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a connection. Returns why it is over.
    // ANCHOR: unread-data-reset
    fn leave(&self, mut stream: TcpStream) -> io::Result<&'static str> {
        if self.fault == Some(Fault::UnreadDataReset) {
            // What the client has sent or still sends is not read: the system
            // answers with a reset.
            drop(stream);
            Ok("hung-up")
        } else {
            end_in_order(&mut stream, self.timeout)?;
            Ok("peer-closed")
        }
    }
    // ANCHOR_END: unread-data-reset

    /// An upload that breaks off has a name of its own, whichever way it breaks
    /// off.
    fn interrupted(&self, failure: Failure) -> Failure {
        match (Fault::named(failure.id.as_str()), self.fault) {
            (Some(Fault::PeerReset), Some(Fault::PeerReset)) => failure,
            (Some(Fault::ClosedMidMessage | Fault::PeerReset), _) => {
                Failure::new("interrupted-upload", failure.message)
            }
            _ => failure,
        }
    }

    /// Decides what becomes of the server when a connection is lost.
    // ANCHOR: peer-reset
    fn lost(&self, peer: SocketAddr, failure: &Failure) -> &'static str {
        match Fault::named(failure.id.as_str()) {
            Some(Fault::PeerReset | Fault::WriteAfterClose)
                if self.fault == Fault::named(failure.id.as_str()) =>
            {
                // One client has vanished, and all the others with it.
                elog!("Error: cannot serve {peer}: {failure}");
                process::exit(1);
            }
            _ => failure.id.as_str(),
        }
    }
    // ANCHOR_END: peer-reset
}

/// Tells whether the client has ended its side, by a look that takes nothing.
fn has_finished(stream: &TcpStream) -> bool {
    let before = stream.read_timeout().unwrap_or_default();
    let peeked = stream
        .set_read_timeout(Some(MOMENT))
        .and_then(|()| stream.peek(&mut [0]));
    stream.set_read_timeout(before).is_ok()
        && peeked.is_ok_and(|count| count == 0)
}

/// Sends a file with one call.
// ANCHOR: partial-write
#[allow(
    clippy::unused_io_amount,
    reason = "Clippy knows this fault, and would refuse it"
)]
fn send_in_one_write(
    file: File,
    stream: &mut TcpStream,
    size: u64,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    // It may take only part, and tells how much. Nobody looks.
    stream.write(&bytes)?;
    Ok(())
}
// ANCHOR_END: partial-write
