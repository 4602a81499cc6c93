//! The faults that a program can be given, by their ids in the catalogue of
//! failures.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A failure of the catalogue, as something that a program does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the catalogue says what each id means")]
pub enum Fault {
    ConnectionRefused,
    BadAddress,
    AddressInUse,
    EmptyMessage,
    PeerClosed,
    PeerReset,
    WriteAfterClose,
    UnreadDataReset,
    HalfClose,
    SilentPeer,
    OneClientBlocksAll,
    BacklogOverflow,
    StaleBytes,
    MissingDelimiter,
    UnflushedWrite,
    WrongSocket,
    LeakedDescriptor,
    BusyWait,
    InterruptedCall,
    LeftoverBytes,
    CoalescedMessages,
    SplitCharacter,
    ShortRead,
    PipeDeadlock,
    InheritedStdin,
    EndlessCommand,
    ExposedShell,
    InvalidUtf8,
    StalledWrite,
    ClosedMidMessage,
    TimeoutMidMessage,
    PartialWrite,
    WrongByteOrder,
    OversizedLength,
    NegativeLength,
    WrongCount,
    MalformedHeader,
    PathTraversal,
    CrossedAnswers,
    InterruptedUpload,
    DigestMismatch,
    TruncatedDatagram,
    OversizedDatagram,
    LostDatagram,
    StrayDatagram,
    PortUnreachable,
    EmptyDatagram,
    BadFormat,
}

impl Fault {
    /// The failure of the catalogue that has this id, if one has.
    pub fn named(id: &str) -> Option<Self> {
        Self::from_str(id, false).ok()
    }
}

/// Reads `--fault ID` for a program that can have only some of the faults.
///
/// The help of the program, and the message about any other id, list them.
pub fn one_of(
    faults: &'static [Fault],
) -> impl TypedValueParser<Value = Fault> {
    let ids = faults.iter().filter_map(Fault::to_possible_value);
    PossibleValuesParser::new(ids).try_map(|id| Fault::from_str(&id, false))
}
