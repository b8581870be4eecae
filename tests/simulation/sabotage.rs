//! Ways to break the protocol on purpose: a simulation that cannot fail proves nothing.

/// A fault that the oracle must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// The server keeps of several values the one with the latest clock reading.
    LastWriterWins,
    /// The server takes every write as one over what stands there now.
    ReplacesWhatIsCurrent,
    /// Heads stand in the order of the devices' clocks.
    OrdersByTheClock,
    /// The server answers, and dies before the commit.
    AnswersBeforeTheCommit,
    /// What is held is answered and not kept.
    ForgetsWhatIsHeld,
    /// A restored server goes on with the old numbers.
    GoesOnInTheSameEpoch,
    /// What is settled is told to every device, whatever history its numbers are from.
    SettlesWithoutEpochs,
    /// A cut page ends where the ledger does.
    SkipsAPage,
    /// Who had a record in scope is not told that it left.
    TellsNobodyWhatLeft,
    /// The phone takes a request that it sent for one that arrived.
    TrustsTheLine,
    /// The phone throws a change away as soon as it is accepted.
    KeepsNothing,
    /// The phone does not drop what a resync did not bring.
    NeverTidiesUp,
    /// The phone that pulls anew to repair its replica goes on with the numbers that it had.
    KeepsItsNumbers,
    /// The phone that pulls anew does not send again what the office had refused.
    LeavesWhatWasRefused,
}

impl Sabotage {
    pub(crate) const ALL: [Self; 14] = [
        Self::LastWriterWins,
        Self::ReplacesWhatIsCurrent,
        Self::OrdersByTheClock,
        Self::AnswersBeforeTheCommit,
        Self::ForgetsWhatIsHeld,
        Self::GoesOnInTheSameEpoch,
        Self::SettlesWithoutEpochs,
        Self::SkipsAPage,
        Self::TellsNobodyWhatLeft,
        Self::TrustsTheLine,
        Self::KeepsNothing,
        Self::NeverTidiesUp,
        Self::KeepsItsNumbers,
        Self::LeavesWhatWasRefused,
    ];
}
