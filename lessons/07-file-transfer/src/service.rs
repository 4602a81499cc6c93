//! What the server does with a request.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;

use dict_header::{Header, encode_header};
use struct_header::{Failure, check_length};

use crate::{
    Answer, Folder, Listing, disk, file_name, measure, recv_body, send_body,
    shown,
};

/// What all clients share.
pub struct Service {
    /// Where the files are.
    pub folder: Folder,
    /// The longest upload that is accepted, in bytes.
    pub max_upload: usize,
}

/// An answer that is ready to be sent, with the file that follows it, if one does.
pub struct Reply {
    answer: Answer,
    file: Option<(File, u64)>,
}

impl Service {
    /// Tells an upload of the older kind: it has no action, and its client waits for no answer.
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
        stream: &mut impl Read,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        match header.text("action")? {
            None | Some("put") => self.put(stream, peer, header),
            Some("get") => self.get(peer, header),
            Some("list") => self.list(peer),
            Some(other) => {
                println!("client {peer} {}", shown(other));
                let message = "the actions are put, get and list";
                Err(Failure::new("unknown-action", message))
            }
        }
    }

    /// Receives a file and keeps it, if it is whole and what was announced.
    fn put(
        &self,
        stream: &mut impl Read,
        peer: SocketAddr,
        header: &Header,
    ) -> Result<Reply, Failure> {
        let name = file_name(header)?;
        let size = header.size(&["filesize"])?;
        println!("client {peer} put {}, {size} bytes", shown(name));
        let size = check_length(size, self.max_upload)? as u64;
        self.folder.check_free(name)?;

        let mut partial = self.folder.begin()?;
        let md5 = recv_body(stream, &mut partial, size, |_| ())
            .map_err(interrupted)?;
        if let Some(remark) = header.check_md5(&md5)? {
            eprintln!("client {peer}: {remark}");
        }
        self.folder.keep(partial, name)?;
        Ok(Reply { answer: Answer::Kept, file: None })
    }

    /// Finds the file that is asked for.
    fn get(&self, peer: SocketAddr, header: &Header) -> Result<Reply, Failure> {
        let name = file_name(header)?;
        println!("client {peer} get {}", shown(name));

        let mut file = self.folder.read(name)?;
        let (filesize, md5) = measure(&mut file)?;
        file.rewind().map_err(disk("cannot read the file again"))?;
        let answer = Answer::File { filename: name.to_owned(), filesize, md5 };
        Ok(Reply { answer, file: Some((file, filesize)) })
    }

    /// Lists the files.
    fn list(&self, peer: SocketAddr) -> Result<Reply, Failure> {
        println!("client {peer} list");

        let listing = Listing::fitting(self.folder.list()?);
        Ok(Reply { answer: Answer::Files(listing), file: None })
    }
}

impl Reply {
    /// Sends the answer, and the file after it.
    ///
    /// # Errors
    ///
    /// Those of the stream, or `disk` for a file that can no longer be read.
    pub fn send(self, stream: &mut impl Write) -> Result<(), Failure> {
        stream.write_all(&encode_header(&self.answer)?)?;
        match self.file {
            Some((mut file, size)) => {
                send_body(&mut file, stream, size, |_| ())
            }
            None => Ok(()),
        }
    }
}

impl From<&Failure> for Reply {
    fn from(failure: &Failure) -> Self {
        Self { answer: failure.into(), file: None }
    }
}

/// An upload that breaks off has a name of its own, whichever way it breaks off.
fn interrupted(failure: Failure) -> Failure {
    match failure.id {
        "closed-mid-message" | "peer-reset" => {
            Failure::new("interrupted-upload", failure.message)
        }
        _ => failure,
    }
}
