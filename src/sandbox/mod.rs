//! Partner Center, pretended.
