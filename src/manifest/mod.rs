//! YAML text becomes desired orders, or diagnostics.
