//! A receipt that waits for its last message.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use knownet_flow::Receipt;

use super::ledger::Ledger;

/// Counts the messages of a receipt, which travels with each of them. Settled with the last.
pub(super) struct Pending {
    left: AtomicUsize,
    receipt: Mutex<Option<Receipt>>,
    ledger: Arc<Ledger>,
}

impl Pending {
    /// One that waits for its first message, and for [`Pending::done`] after the last was added.
    pub fn new(receipt: Receipt, ledger: Arc<Ledger>) -> Arc<Pending> {
        ledger.opened();
        Arc::new(Pending {
            left: AtomicUsize::new(1),
            receipt: Mutex::new(Some(receipt)),
            ledger,
        })
    }

    /// One more message travels.
    pub fn add(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// A message is safe or refused.
    pub fn done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1
            && let Some(receipt) = self.take()
        {
            receipt.confirm();
            self.ledger.open.close();
        }
    }

    /// A message will never be taken.
    pub fn refuse(&self, event: &[u8], reason: String) {
        let mut receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(receipt) = receipt.as_mut() {
            receipt.refuse(event, reason);
        }
        drop(receipt);
        self.done();
    }

    /// A message will not be tried again: the batch fails.
    pub fn fail(&self) {
        if let Some(receipt) = self.take() {
            drop(receipt);
            self.ledger.open.close();
        }
    }

    fn take(&self) -> Option<Receipt> {
        let mut receipt = self.receipt.lock().unwrap_or_else(PoisonError::into_inner);
        receipt.take()
    }
}
