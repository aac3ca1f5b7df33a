//! Desired orders and state become a plan.
