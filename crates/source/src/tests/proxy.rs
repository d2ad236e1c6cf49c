use super::{Step, announces, read, step};

fn binary(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([command, family]);
    header.extend((body.len() as u16).to_be_bytes());
    header.extend(body);
    header
}

/// Reads the header off `bytes`; who is announced, and what stands behind it.
fn taken(bytes: &[u8]) -> Result<(Option<String>, &[u8]), String> {
    let mut stream = bytes;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let read = runtime.expect("a runtime").block_on(read(&mut stream));
    match read {
        Ok(address) => Ok((address.map(|a| a.to_string()), stream)),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn headers_of_both_versions_announce_a_peer() {
    let v4 = [192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x34, 0, 80];
    let mut v6 = [0; 36];
    (v6[0], v6[1], v6[15], v6[32], v6[33]) = (0x20, 0x01, 9, 0, 7);
    let more = [&v4[..], b"additions"].concat();
    for (header, peer) in [
        (
            b"PROXY TCP4 192.0.2.1 10.0.0.1 4660 80\r\n".to_vec(),
            Some("192.0.2.1:4660"),
        ),
        (
            b"PROXY TCP6 2001::9 ::1 7 80\r\n".to_vec(),
            Some("[2001::9]:7"),
        ),
        (b"PROXY UNKNOWN\r\n".to_vec(), None),
        (b"PROXY UNKNOWN whatever 1 2\r\n".to_vec(), None),
        (binary(0x21, 0x11, &v4), Some("192.0.2.1:4660")),
        (binary(0x21, 0x11, &more), Some("192.0.2.1:4660")),
        (binary(0x21, 0x21, &v6), Some("[2001::9]:7")),
        (binary(0x20, 0x00, b""), None),
        (binary(0x20, 0x11, &v4), None),
        (binary(0x21, 0x00, b"anything"), None),
        (binary(0x21, 0x31, &[0; 216]), None),
    ] {
        let bytes = [&header[..], b"PROXY data\n"].concat();
        let expected = (peer.map(str::to_owned), &b"PROXY data\n"[..]);
        assert_eq!(taken(&bytes), Ok(expected), "{}", header.escape_ascii());
        for end in 0..header.len() {
            assert!(taken(&header[..end]).is_err(), "cut at {end}");
        }
    }
}

#[test]
fn anything_else_is_refused_within_bounds() {
    let long = format!("PROXY TCP4 {}\r\n", "1".repeat(200));
    for bytes in [
        b"<13>no header at all\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 10.0.0.1 4660\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 10.0.0.1 4660 80 1\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 10.0.0.1 46600 80000\r\n".to_vec(),
        b"PROXY TCP4 ::1 10.0.0.1 4660 80\r\n".to_vec(),
        b"PROXY TCP5 192.0.2.1 10.0.0.1 4660 80\r\n".to_vec(),
        b"PROXY  TCP4 192.0.2.1 10.0.0.1 4660 80\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.1 10.0.0.1 4660 80\n".to_vec(),
        b"PROXY \xff\xff\xff\xff\xff\xff\xff\r\n".to_vec(),
        long.into_bytes(),
        binary(0x11, 0x11, &[0; 12]),
        binary(0x22, 0x11, &[0; 12]),
        binary(0x21, 0x11, &[0; 11]),
        binary(0x21, 0x21, &[0; 35]),
        binary(0x21, 0x41, &[0; 35]),
        binary(0x21, 0x11, &[0; 5000]),
    ] {
        assert!(taken(&bytes).is_err(), "{}", bytes.escape_ascii());
    }
    let huge = binary(0x21, 0x11, &[0; 65535]);
    assert!(
        matches!(step(&huge[..16]), Step::Refused(_)),
        "none of it is read"
    );
}

#[test]
fn a_header_that_nobody_asked_for_is_noticed() {
    assert_eq!(announces(b"PROXY TCP4 1"), Some(true));
    assert_eq!(announces(&binary(0x21, 0x11, b"")), Some(true));
    assert_eq!(announces(b"PROXY server started\n"), Some(false));
    assert_eq!(announces(b"<13>x"), Some(false));
    for start in [&b""[..], b"PROXY TCP", b"PROXY", b"\r\n\r\n"] {
        assert_eq!(announces(start), None);
    }
}
