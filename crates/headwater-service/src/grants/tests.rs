//! What the refresh of grants promises, in simulated time: a model of the provider, replicas that can die at every
//! step, faults of the network. Nothing here waits for real.

mod callers;
mod controls;
mod crash_points;
mod faults;
mod provider;
mod refusals;
mod seeds;
mod stopped;
mod world;
