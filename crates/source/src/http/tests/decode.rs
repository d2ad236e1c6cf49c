use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use hyper::body::Bytes;

use super::{Coding, Decode, Failure, PIECE};

const MOST: u64 = 64 << 20;

fn encoded(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Identity => bytes.to_vec(),
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        Coding::Deflate => {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        Coding::Zstd => zstd::encode_all(bytes, 3).expect("memory"),
    }
}

/// What comes out of these pieces and the end.
fn decoded(coding: Coding, pieces: &[&[u8]], most: u64) -> Result<Vec<u8>, Failure> {
    let mut decode = Decode::new(coding, most).expect("a decoder");
    let mut all = Vec::new();
    let mut take = |decode: &mut Decode| {
        while let Some(()) = decode.next(|piece| {
            assert!(!piece.is_empty() && piece.len() <= PIECE);
            all.extend_from_slice(piece);
        })? {}
        Ok(())
    };
    for piece in pieces {
        decode.feed(Bytes::copy_from_slice(piece))?;
        take(&mut decode)?;
    }
    decode.end();
    take(&mut decode)?;
    Ok(all)
}

const CODINGS: [Coding; 4] = [
    Coding::Identity,
    Coding::Gzip,
    Coding::Deflate,
    Coding::Zstd,
];

fn text() -> Vec<u8> {
    (0..3_000_u32)
        .flat_map(|n| format!("line {}\n", n.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

#[test]
fn bodies_come_out_as_they_were_whatever_pieces_they_come_in() {
    let text = text();
    for coding in CODINGS {
        let body = encoded(coding, &text);
        for size in [1, 17, 4096, usize::MAX] {
            let pieces: Vec<&[u8]> = body.chunks(size).collect();
            let out = decoded(coding, &pieces, MOST).expect("a body");
            assert!(out == text, "{coding:?} in pieces of {size}");
        }
    }
}

#[test]
fn a_compressed_body_that_is_cut_short_is_damaged() {
    for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
        let body = encoded(coding, b"some text, and some more of it");
        for end in 1..body.len() {
            let out = decoded(coding, &[&body[..end]], MOST);
            match out {
                Err(Failure::Damaged(_)) => {}
                other => panic!("{coding:?} cut at {end}: {other:?}"),
            }
        }
    }
}

#[test]
fn garbage_is_damaged() {
    for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
        let out = decoded(coding, &[b"{\"not\":\"compressed\"}\n"], MOST);
        assert!(matches!(out, Err(Failure::Damaged(_))), "{coding:?}");
    }
}

#[test]
fn several_gzip_members_are_one_body() {
    let body = [
        encoded(Coding::Gzip, b"one\n"),
        encoded(Coding::Gzip, b"two\n"),
    ]
    .concat();
    for at in 0..=body.len() {
        let (first, second) = body.split_at(at);
        let out = decoded(Coding::Gzip, &[first, second], MOST).expect("a body");
        assert_eq!(out, b"one\ntwo\n");
    }
}

#[test]
fn what_swells_without_measure_is_refused_early() {
    let bomb = vec![0; 12 << 20];
    for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
        let body = encoded(coding, &bomb);
        let mut decode = Decode::new(coding, MOST).expect("a decoder");
        decode.feed(Bytes::from(body)).expect("a small body");
        let mut out = 0;
        let failed = loop {
            match decode.next(<[u8]>::len) {
                Ok(Some(n)) => out += n,
                Ok(None) => panic!("{coding:?} came through"),
                Err(failure) => break failure,
            }
        };
        assert!(matches!(failed, Failure::Large(_)), "{coding:?}");
        assert!(out < 9 << 20, "{out}");
    }
}

#[test]
fn a_body_has_a_bound_before_and_after_decompression() {
    let text = text();
    for coding in CODINGS {
        let body = encoded(coding, &text);
        let small = text.len() as u64 - 1;
        let out = decoded(coding, &[&body], small);
        assert!(matches!(out, Err(Failure::Large(_))), "{coding:?}");
        let out = decoded(coding, &[&body], small + 1);
        assert!(out.is_ok(), "{coding:?}");
    }
}

#[test]
fn a_window_that_is_too_large_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.window_log(27).expect("a window");
    encoder.include_contentsize(false).expect("a flag");
    encoder.write_all(&text()).expect("memory");
    let body = encoder.finish().expect("memory");
    let out = decoded(Coding::Zstd, &[&body], MOST);
    assert!(matches!(out, Err(Failure::Damaged(_))));
}

#[test]
fn encodings_are_known_by_their_names() {
    assert_eq!(Coding::of(" GZIP "), Some(Coding::Gzip));
    assert_eq!(Coding::of(""), Some(Coding::Identity));
    assert_eq!(Coding::of("br"), None);
    assert_eq!(Coding::of("gzip, gzip"), None);
}
