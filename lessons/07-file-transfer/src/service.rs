//! What the server does with a request.

use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use connection_loop::{elog, log};
use dict_header::{Header, encode_header};
use simple_echo::shown;
use struct_header::{Failure, check_length};

use crate::{
    Answer, Folder, Listing, file_name, interrupted, measure_for, recv_body,
    send_body,
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
        let header = |filesize, md5| {
            let filename = filename.to_owned();
            encode_header(&Answer::File { filename, filesize, md5 })
        };
        let (header, size) = measure_for(stream, &mut file, header)?;
        Ok(Reply { header, file: Some((file, size)) })
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
