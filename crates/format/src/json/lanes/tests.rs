//! Both ways to compute the masks against one written out byte by byte.

use super::{Lanes, Needles, Portable, Raw, Structure, Task, WINDOW};

/// The definition of the masks.
#[derive(Clone, Copy)]
struct Plain;

fn mask(test: impl Fn(usize) -> bool) -> u64 {
    (0..64).fold(0, |mask, i| mask | u64::from(test(i)) << i)
}

impl Lanes for Plain {
    fn raw<const STRICT: bool>(self, b: &[u8; WINDOW], needles: &Needles) -> Raw {
        Raw {
            line_feed: mask(|i| b[i] == b'\n'),
            needle: mask(|i| {
                b[i + 2] == b'"'
                    && needles.may_be([b[i], b[i + 1]])
                    && !(STRICT && b[i + 4] == needles.not)
            }),
            escape: mask(|i| b[i] == b'\\' && b[i + 1] == b'u'),
        }
    }

    fn structure(self, b: &[u8; 64]) -> Structure {
        Structure {
            quote: mask(|i| b[i] == b'"'),
            backslash: mask(|i| b[i] == b'\\'),
            open: mask(|i| matches!(b[i], b'{' | b'[')),
            close: mask(|i| matches!(b[i], b'}' | b']')),
        }
    }

    fn prefix_xor(self, bits: u64) -> u64 {
        mask(|i| (bits << (63 - i)).count_ones() % 2 == 1)
    }
}

/// The masks of one window, as one way computes them.
struct Both<'a>(&'a [u8; WINDOW], &'a Needles);

impl Task for Both<'_> {
    type Out = (Raw, Raw, Structure, u64);

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Self::Out {
        let raw = lanes.raw::<false>(self.0, self.1);
        let strict = lanes.raw::<true>(self.0, self.1);
        let structure = lanes.structure(self.0.first_chunk().unwrap());
        (
            raw,
            strict,
            structure,
            lanes.prefix_xor(structure.quote | raw.needle << 1),
        )
    }
}

/// A window of bytes that often meet the masks.
fn window(seed: &mut u64) -> [u8; WINDOW] {
    const COMMON: &[u8] = b"\"\\{}[]\nup.i:, \xdb\xfb;";
    std::array::from_fn(|_| {
        *seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let x = (*seed >> 33) as usize;
        if x.is_multiple_of(3) {
            (x >> 8) as u8
        } else {
            COMMON[(x >> 2) % COMMON.len()]
        }
    })
}

#[test]
fn every_way_agrees_with_the_definition() {
    let mut needles = Needles::default();
    for pair in [*b"ip", *b"Ip", *b".i", *b"\xc3\xa9", *b"\"p"] {
        needles.add(pair);
    }
    needles.not = b'{';
    let mut seed = 1;
    for _ in 0..20_000 {
        let window = window(&mut seed);
        let plain = Both(&window, &needles).run(Plain);
        assert_eq!(Both(&window, &needles).run(Portable), plain, "{window:?}");
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = super::super::simd::Avx2::detect() {
            assert_eq!(simd.run(Both(&window, &needles)), plain, "{window:?}");
        }
    }
}

#[test]
fn every_pair_of_a_needle_is_found() {
    for pair in [[b'x', b'y'], [0xff, 0x80], [b'"', b'.']] {
        let mut needles = Needles::default();
        needles.add(pair);
        for at in 0..64 {
            let mut window = [b' '; WINDOW];
            window[at..at + 2].copy_from_slice(&pair);
            window[at + 2] = b'"';
            assert_eq!(Portable.raw::<false>(&window, &needles).needle, 1 << at);
        }
    }
}
