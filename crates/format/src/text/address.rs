//! Addresses as logs write them beside a port, a mask or an interface.

pub use knownet_label::endpoint::{Endpoint, endpoint, is_ip, is_port};
