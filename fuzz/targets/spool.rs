//! Any bytes as a spool's file, as they are and under zstd: nothing panics, and only whole runs that
//! carry their checksum come out.
#![no_main]

use std::convert::Infallible;
use std::fs;

use knownet_source::spool::look;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let folder = std::env::temp_dir().join(format!("knownet-fuzz-spool-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("00000000000000000001.zst");
    for bytes in [
        data.to_vec(),
        zstd::encode_all(data, 1).expect("compressed"),
    ] {
        fs::write(&path, &bytes).expect("a file");
        let mut shown = 0;
        let Ok(content) = look::<Infallible>(&path, |frame| {
            assert!(frame.header.ends_with(b"\n"));
            assert!(!frame.lines || frame.bytes.ends_with(b"\n"));
            shown += frame.bytes.len();
            Ok(())
        });
        assert!(shown <= data.len() * 40_000 && content.bytes <= shown as u64);
        assert!(content.is_whole() || content.wrong > 0 || content.fault.is_some());
    }
});
