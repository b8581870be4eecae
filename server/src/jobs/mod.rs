//! Work that is done after the answer.
