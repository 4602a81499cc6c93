//! A file of packets, in which Wireshark and tshark show what passed.

mod conversation;
mod packet;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};

pub use conversation::Conversation;

/// How far apart the first sequence numbers of two connections are: what Wireshark takes for a
/// new connection of a client that comes back from the same port, and not for an echo of the old.
const APART: u32 = 1_000_000;

/// Room for the largest packet, so that each is written at once, and whole.
const BUFFER: usize = 128 * 1024;

const CANNOT_WRITE: &str = "cannot write the capture; is the disk full?";

/// A file of packets that grows while bytes pass. A clone writes to the same file.
///
/// The packets are made up: the relay sees bytes and no packets. They show the conversation as
/// the client had it, so as if the relay were the server.
#[derive(Clone)]
pub struct Capture(Arc<Mutex<Recorder>>);

struct Recorder {
    /// `None` once the capture is finished.
    file: Option<PcapNgWriter<BufWriter<File>>>,
    /// The first sequence number of the last connection.
    sequence: u32,
    /// When the capture began, since 1970 and by a clock that nobody sets back.
    began: (Duration, Instant),
}

impl Capture {
    /// Creates the file, or empties the one that is there.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let file = File::create(path)
            .with_context(|| format!("cannot create the capture {name}; try another place"))?;
        let file = start(file).context(CANNOT_WRITE)?;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self(Arc::new(Mutex::new(Recorder {
            file: Some(file),
            sequence: 0,
            began: (since_1970, Instant::now()),
        }))))
    }

    /// Has a datagram sent, and records it if it could be. Returns what `send` returned.
    ///
    /// The file is not finished in between: whoever got the datagram finds it there.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn datagram(
        &self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
        send: impl FnOnce() -> io::Result<usize>,
    ) -> anyhow::Result<io::Result<usize>> {
        let mut recorder = self.recorder();
        let sent = send();
        // What is too long for a packet between these addresses is left out.
        if let (Ok(_), Some(packet)) = (&sent, packet::datagram(from, to, bytes)) {
            recorder.record(&packet)?;
        }
        Ok(sent)
    }

    /// Ends the file. What is recorded from now on is left out, so that the last packet is
    /// whole also when other threads go on.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn finish(&self) -> anyhow::Result<()> {
        match self.recorder().file.take() {
            Some(file) => file.into_inner().flush().context(CANNOT_WRITE),
            None => Ok(()),
        }
    }

    /// The first sequence number of one more connection.
    fn next_sequence(&self) -> u32 {
        let mut recorder = self.recorder();
        recorder.sequence = recorder.sequence.wrapping_add(APART);
        recorder.sequence
    }

    fn record(&self, packet: &[u8]) -> anyhow::Result<()> {
        self.recorder().record(packet)
    }

    /// A thread that panicked leaves at worst a packet that was not written to its end.
    fn recorder(&self) -> MutexGuard<'_, Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Writes a packet and flushes it: a capture can be opened while it grows.
    fn record(&mut self, packet: &[u8]) -> anyhow::Result<()> {
        let timestamp = self.began.0 + self.began.1.elapsed();
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp,
            original_len: packet.len() as u32,
            data: packet.into(),
            options: vec![],
        };
        file.write_pcapng_block(block).context(CANNOT_WRITE)?;
        file.get_mut().flush().context(CANNOT_WRITE)
    }
}

/// Writes what comes before the first packet: they begin with the header of IP, and their times
/// are counted in nanoseconds (10 to the power of −9 seconds), as the library counts them.
fn start(file: File) -> anyhow::Result<PcapNgWriter<BufWriter<File>>> {
    let mut file = PcapNgWriter::new(BufWriter::with_capacity(BUFFER, file))?;
    let mut interface = InterfaceDescriptionBlock::new(DataLink::RAW, 0);
    interface.options.push(InterfaceDescriptionOption::IfName("wire".into()));
    interface.options.push(InterfaceDescriptionOption::IfTsResol(9));
    file.write_pcapng_block(interface)?;
    file.get_mut().flush()?;
    Ok(file)
}
