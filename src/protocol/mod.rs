//! One attempt as a pure state machine.
