//! The stages over a small stand-in for a format.

mod field;
mod label;
mod mistake;
mod route;
mod rules;
mod scene;
