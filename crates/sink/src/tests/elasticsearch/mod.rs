//! The whole sink against a server in this process.

mod fault;
mod property;
mod real;
mod rig;
mod safety;
mod server;
