use super::*;

/// Takes at most `step` bytes a call and fails once when it has taken `fail_at`.
struct Stubborn {
    taken: Vec<u8>,
    step: usize,
    fail_at: Option<usize>,
}

impl Write for Stubborn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut n = bytes.len().min(self.step);
        if let Some(at) = self.fail_at {
            if self.taken.len() == at {
                self.fail_at = None;
                return Err(ErrorKind::StorageFull.into());
            }
            n = n.min(at - self.taken.len());
        }
        self.taken.extend_from_slice(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const LINES: &[u8] = b"one\ntwo\nthree\n";

#[test]
fn a_failure_at_any_byte_neither_tears_nor_doubles() {
    for step in [1, 2, 5, 100] {
        for fail_at in 0..=2 * LINES.len() {
            let mut out = Resume::new(Stubborn {
                taken: Vec::new(),
                step,
                fail_at: Some(fail_at),
            });
            for _ in 0..3 {
                let events = Events::lines(LINES);
                if out.write(&events).is_err() {
                    assert_eq!(out.get_ref().taken.len(), fail_at);
                    out.write(&events).unwrap();
                }
            }
            assert_eq!(out.get_ref().taken, LINES.repeat(3), "{step} {fail_at}");
        }
    }
}

#[test]
fn many_slices_come_out_in_order() {
    use knownet_flow::{Event, Output, Span, Work, splice};
    // Every second event goes to another sink, so that each event is a slice of its own.
    let bytes: Vec<u8> = (0..500)
        .flat_map(|n| format!("{n:03}\n").into_bytes())
        .collect();
    let mut work = Work::default();
    for n in 0..500 {
        work.events.push(Event {
            raw: Span::new(n * 4, n * 4 + 3),
            sinks: 1 + (n as u64 & 1),
            ..Event::default()
        });
    }
    let mut output = Output::default();
    splice(&bytes, &work, &mut output);
    for fail_at in [None, Some(0), Some(257), Some(999)] {
        let mut out = Resume::new(Stubborn {
            taken: Vec::new(),
            step: 7,
            fail_at,
        });
        while out.write(&output.events(1)).is_err() {}
        let odd: String = (1..500).step_by(2).map(|n| format!("{n:03}\n")).collect();
        assert_eq!(String::from_utf8_lossy(&out.get_ref().taken), odd);
    }
}

#[test]
fn a_writer_that_takes_nothing_is_an_error() {
    let mut out = Resume::new(&mut [][..]);
    let error = out.write(&Events::lines(LINES)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WriteZero);
}
