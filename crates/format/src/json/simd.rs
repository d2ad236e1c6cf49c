//! The vector instructions behind [`super::lanes`]: AVX2, chosen at run time.
//!
//! `unsafe` buys the speed here: the portable twin takes five to ten times as long per byte (see
//! `benches/pipeline.rs`). The invariants are that [`Avx2`] is only made where the processor has the
//! features, and that every load lies within the array it is given.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::lanes::{Lanes, Needles, Raw, Structure, Task, WINDOW};

/// Proof that AVX2 and carry-less multiplication are there.
#[derive(Clone, Copy)]
pub struct Avx2(());

impl Avx2 {
    /// The proof, where the processor gives it.
    pub fn detect() -> Option<Avx2> {
        let there = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt");
        there.then_some(Avx2(()))
    }

    /// Runs `task` compiled for these instructions.
    #[inline]
    pub fn run<T: Task>(self, task: T) -> T::Out {
        #[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1,bmi2,lzcnt")]
        fn featured<T: Task>(lanes: Avx2, task: T) -> T::Out {
            task.run(lanes)
        }
        // SAFETY: `self` exists only where `detect` found every one of these features.
        unsafe { featured(self, task) }
    }
}

#[inline(always)]
fn load(bytes: &[u8; WINDOW], at: usize) -> __m256i {
    assert!(at + 32 <= WINDOW);
    // SAFETY: 32 bytes from `at` lie within the array.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at).cast()) }
}

#[inline(always)]
fn equal(v: __m256i, byte: u8) -> __m256i {
    // SAFETY: the caller holds an `Avx2`.
    unsafe { _mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte as i8)) }
}

#[inline(always)]
fn mask(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: the caller holds an `Avx2`.
    unsafe {
        let low = _mm256_movemask_epi8(low) as u32;
        let high = _mm256_movemask_epi8(high) as u32;
        u64::from(low) | u64::from(high) << 32
    }
}

#[inline(always)]
fn table(nibbles: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are there to load; the caller holds an `Avx2`.
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(nibbles.as_ptr().cast())) }
}

/// Whether the bits of `v` that matter beside a second byte `b` have their values. A byte beyond
/// ASCII takes zero from both tables, and so passes.
#[inline(always)]
fn fits(v: __m256i, b: __m256i, (bits, values): &([u8; 16], [u8; 16])) -> __m256i {
    // SAFETY: the caller holds an `Avx2`.
    unsafe {
        let bits = _mm256_shuffle_epi8(table(bits), b);
        let values = _mm256_shuffle_epi8(table(values), b);
        _mm256_cmpeq_epi8(_mm256_and_si256(v, bits), values)
    }
}

/// The three kinds of byte that the first look reports, as byte masks of 32 bytes from `at`.
#[inline(always)]
fn look<const STRICT: bool>(bytes: &[u8; WINDOW], at: usize, needles: &Needles) -> [__m256i; 3] {
    let (a, b, c) = (load(bytes, at), load(bytes, at + 1), load(bytes, at + 2));
    // SAFETY: the caller holds an `Avx2`.
    unsafe {
        let first = fits(a, b, &needles.first);
        let second = fits(b, b, &needles.second);
        let needle = _mm256_and_si256(_mm256_and_si256(first, second), equal(c, b'"'));
        let needle = match STRICT {
            true => _mm256_andnot_si256(equal(load(bytes, at + 4), needles.not), needle),
            false => needle,
        };
        [
            equal(a, b'\n'),
            needle,
            _mm256_and_si256(equal(a, b'\\'), equal(b, b'u')),
        ]
    }
}

/// Whether none of the six has a bit.
#[inline(always)]
fn quiet(low: [__m256i; 3], high: [__m256i; 3]) -> bool {
    // SAFETY: the caller holds an `Avx2`.
    unsafe {
        let low = _mm256_or_si256(_mm256_or_si256(low[0], low[1]), low[2]);
        let high = _mm256_or_si256(_mm256_or_si256(high[0], high[1]), high[2]);
        let all = _mm256_or_si256(low, high);
        _mm256_testz_si256(all, all) == 1
    }
}

/// Maps `[` to `{` and `]` to `}`.
#[inline(always)]
fn fold(v: __m256i) -> __m256i {
    // SAFETY: the caller holds an `Avx2`.
    unsafe { _mm256_or_si256(v, _mm256_set1_epi8(0x20)) }
}

impl Lanes for Avx2 {
    #[inline(always)]
    fn raw<const STRICT: bool>(self, bytes: &[u8; WINDOW], needles: &Needles) -> Raw {
        let (low, high) = (
            look::<STRICT>(bytes, 0, needles),
            look::<STRICT>(bytes, 32, needles),
        );
        if quiet(low, high) {
            return Raw::default();
        }
        Raw {
            line_feed: mask(low[0], high[0]),
            needle: mask(low[1], high[1]),
            escape: mask(low[2], high[2]),
        }
    }

    #[inline(always)]
    fn structure(self, bytes: &[u8; 64]) -> Structure {
        // SAFETY: both loads lie within the 64 bytes; the caller holds an `Avx2`.
        let (a, b) = unsafe {
            let at = bytes.as_ptr();
            (
                _mm256_loadu_si256(at.cast()),
                _mm256_loadu_si256(at.add(32).cast()),
            )
        };
        let (fa, fb) = (fold(a), fold(b));
        Structure {
            quote: mask(equal(a, b'"'), equal(b, b'"')),
            backslash: mask(equal(a, b'\\'), equal(b, b'\\')),
            open: mask(equal(fa, b'{'), equal(fb, b'{')),
            close: mask(equal(fa, b'}'), equal(fb, b'}')),
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: the caller holds an `Avx2`, which proves carry-less multiplication.
        unsafe {
            let product =
                _mm_clmulepi64_si128(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1), 0);
            _mm_cvtsi128_si64(product) as u64
        }
    }
}
