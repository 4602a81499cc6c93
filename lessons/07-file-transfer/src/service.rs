//! What the server does with a request.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, Write};
use std::net::{SocketAddr, TcpStream};

use connection_loop::{elog, log};
use dict_header::{Header, encode_header};
use simple_echo::shown;
use struct_header::{Failure, check_length};

use crate::{
    Answer, CLOSED_MID_MESSAGE, Folder, Listing, PEER_RESET, disk, file_name,
    measure, recv_body, send_body,
};

/// What all clients share.
pub struct Service {
    /// Where the files are.
    pub folder: Folder,
    /// The longest upload that is accepted, in bytes.
    pub max_upload: usize,
}

/// An answer that is ready to be sent, with the file that follows it, if one
/// does.
pub struct Reply {
    header: Vec<u8>,
    file: Option<(File, u64)>,
}

impl Service {
    /// Tells an upload of the older kind: it has no action, and its client
    /// waits for no answer.
    pub fn is_plain_upload(header: &Header) -> bool {
        matches!(header.text("action"), Ok(None))
    }

    /// Does what a client asks for.
    ///
    /// # Errors
    ///
    /// Why the request is refused, or could not be received.
    pub fn handle(
        &self,
        stream: &mut TcpStream,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        match header.text("action")? {
            None | Some("put") => self.put(stream, peer, header),
            Some("get") => self.get(stream, peer, header),
            Some("list") => self.list(peer),
            Some(other) => {
                log!("client {peer} {}", shown(other));
                let message = "the actions are put, get and list";
                Err(Failure::new("unknown-action", message))
            }
        }
    }

    /// Receives a file and keeps it, if it is whole and what was announced.
    fn put(
        &self,
        stream: &mut TcpStream,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        let name = file_name(header)?;
        let size = header.size(&["filesize"])?;
        log!("client {peer} put {}, {size} bytes", shown(name));
        let size = check_length(size, self.max_upload)? as u64;
        self.folder.check_free(name)?;

        let mut partial = self.folder.begin()?;
        let md5 = recv_body(stream, &mut partial, size, |_| ())
            .map_err(interrupted)?;
        if let Some(remark) = header.check_md5(&md5)? {
            elog!("client {peer}: {remark}");
        }
        self.folder.keep(partial, name)?;
        Reply::new(&Answer::Kept)
    }

    /// Finds the file that is asked for, and reads it for its digest; but not
    /// for a client that has left.
    fn get(
        &self,
        stream: &mut TcpStream,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        let filename = file_name(header)?;
        log!("client {peer} get {}", shown(filename));

        let mut file = self.folder.read(filename)?;
        let filesize = size_of(&file)?;
        let answer = |md5| {
            let filename = filename.to_owned();
            Reply::new(&Answer::File { filename, filesize, md5 })
        };
        // A digest always has 32 digits. So the length in front of the header
        // is known already.
        let unknown = answer("0".repeat(32))?;
        let mut sent = 0;
        let (size, md5) = measure(&mut file, || {
            // Who has ended their side may still listen, or may have left. Then
            // their system answers the first bytes that we send with a reset.
            if sent == 0 && has_ended(stream)? {
                sent = stream.write(&unknown.header[..4])?;
            }
            match stream.take_error()? {
                Some(error) => Err(error.into()),
                None => Ok(()),
            }
        })?;
        if size != filesize {
            return Err(Failure::new("disk", "the file is being changed"));
        }
        file.rewind().map_err(disk("cannot read the file again"))?;

        let mut reply = answer(md5)?;
        reply.header.drain(..sent);
        reply.file = Some((file, filesize));
        Ok(reply)
    }

    /// Lists the files.
    fn list(&self, peer: SocketAddr) -> Result<Reply, Failure> {
        log!("client {peer} list");

        let listing = Listing::fitting(self.folder.list()?);
        Reply::new(&Answer::Files(listing))
    }
}

impl Reply {
    /// Makes an answer ready that no file follows.
    ///
    /// # Errors
    ///
    /// An answer that does not fit into a header.
    pub fn new(answer: &Answer) -> Result<Self, Failure> {
        Ok(Self { header: encode_header(answer)?, file: None })
    }

    /// Sends the answer, and the file after it.
    ///
    /// # Errors
    ///
    /// Those of the stream, or `disk` for a file that can no longer be read.
    pub fn send(self, stream: &mut TcpStream) -> Result<(), Failure> {
        stream.write_all(&self.header)?;
        if let Some((mut file, size)) = self.file {
            send_body(&mut file, stream, size, |_| ())??;
        }
        Ok(())
    }
}

fn size_of(file: &File) -> Result<u64, Failure> {
    let metadata = file.metadata().map_err(disk("cannot read the file"))?;
    Ok(metadata.len())
}

/// Tells, without waiting, whether the client has ended its side.
fn has_ended(stream: &TcpStream) -> io::Result<bool> {
    stream.set_nonblocking(true)?;
    let peeked = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    match peeked {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        peeked => Ok(peeked? == 0),
    }
}

/// An upload that breaks off has a name of its own, whichever way it breaks
/// off.
fn interrupted(failure: Failure) -> Failure {
    match failure.id {
        CLOSED_MID_MESSAGE | PEER_RESET => {
            Failure::new("interrupted-upload", failure.message)
        }
        _ => failure,
    }
}
