//! Health and metrics by HTTP, for whoever watches over a running knownet.
